"""Models beside each other, chosen between blind."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from cropsmith.evals.vote.ballots import read_votes
from cropsmith.studio.bench import FOLDER
from cropsmith.studio.desk import Desk
from cropsmith.studio.sittings.values import State
from cropsmith.tools.schema.geometry import Box
from tests.cropsmith.studio.conftest import At

MODELS = ("builtin", "one/a", "two/b")
BOXES = {"one/a": Box(x1=0, y1=0, x2=0.4, y2=0.4), "two/b": Box(x1=0.5, y1=0.5, x2=1, y2=1)}


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "astronaut.jpg"


async def compared(at: At, desk: Desk, photo: Path) -> None:
    """Crop a photo by three models, of which two are only said to have answered."""
    await at.cropped(photo, ratios=["1:1"], models=MODELS)
    takes = desk.store.sheet(at.id, 1).takes
    assert [take.model for take in takes] == list(MODELS)
    report = takes[0].report
    assert report is not None
    for take in takes[1:]:
        assert take.state == "failed" and take.problem  # nobody hosts them here
        crop = report.crops[0].model_copy(update={"box": BOXES[take.model]})
        said = {"state": State.DONE, "report": report.model_copy(update={"crops": (crop,)})}
        desk.store.keep(at.id, take.model_copy(update={**said, "problem": ""}))


async def test_the_votes_are_those_of_a_study(at: At, desk: Desk, photo: Path, home: Path) -> None:
    await compared(at, desk, photo)
    path = at.path("/entries/1/pair")
    told: dict[str, Any] = (await at.client.get(path)).json()
    assert told["all"] == 3 and not {"model", "system"} & told.keys() and not told["ranked"]
    winners = set()
    while told["pair"]:
        boxes = {side: Box.model_validate(told[side]) for side in ("first", "second")}
        best = next((s for s, box in boxes.items() if box == BOXES["two/b"]), "first")
        winners.add(best)
        word = {"pair": told["pair"], "choice": best}
        answer = await at.client.post(path, json=word)
        assert answer.status_code == 200, answer.text
        told = answer.json()
    assert told["done"] == 3
    ranked = {one["model"]: one for one in told["ranked"]}
    assert ranked["two/b"]["won"] == 2 and ranked["two/b"]["lost"] == 0
    assert max(ranked, key=lambda name: ranked[name]["share"]) == "two/b"
    duels = [duel for _, _, duel in read_votes(home / FOLDER)]
    assert [duel.winner for duel in duels].count("two/b") == 2
    wrong = await at.client.post(path, json={"pair": "x", "choice": "first"})
    assert wrong.status_code == 400


async def test_the_command_line_reads_the_votes(
    at: At, desk: Desk, photo: Path, home: Path, command: Any
) -> None:
    await compared(at, desk, photo)
    path = at.path("/entries/1/pair")
    pair = (await at.client.get(path)).json()["pair"]
    await at.client.post(path, json={"pair": pair, "choice": "bad"})
    folder = home / FOLDER
    said = await asyncio.to_thread(command, "eval", "vote", folder, "--result")
    assert said.code == 0 and "1 choices of 1: studio" in said.out
    for more in ((), ("--result", "--preferences", home / "pairs.jsonl")):
        refused = await asyncio.to_thread(command, "eval", "vote", folder, *more)
        assert refused.code == 2 and "can only be told" in refused.err


async def test_one_model_has_nobody_to_be_compared_with(at: At, photo: Path) -> None:
    await at.cropped(photo, ratios=["1:1"])
    told = (await at.client.get(at.path("/entries/1/pair"))).json()
    assert told["all"] == 0 and not told["pair"] and not told["ranked"]


async def test_who_can_be_asked_is_told_with_why_not(at: At) -> None:
    told = (await at.client.get("/models")).json()
    assert {one["provider"] for one in told} >= {"vllm", "openai", "gemini"}
    assert all(one["models"] or one["problem"] for one in told)
