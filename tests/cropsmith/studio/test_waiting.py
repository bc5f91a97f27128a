"""Runs that wait for a person, as cards of the studio."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.cropsmith.conftest import Command


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "coffee.jpg"


async def waits(client: Any) -> list[dict[str, Any]]:
    cards: list[dict[str, Any]] = (await client.get("/waiting/cards")).json()
    return cards


async def test_a_run_that_waits_is_decided_and_written(
    client: Any, command: Command, photo: Path, tmp_path: Path
) -> None:
    assert await waits(client) == []
    await asyncio.to_thread(command, "crop", photo, "4:5", "--approve", "-o", tmp_path / "out.jpg")
    (card,) = await waits(client)
    assert card["source"] == "coffee.jpg" and card["request"] == "4:5"
    leaders = card["question"]["shapes"][0]["leaders"]
    assert len(leaders) > 1
    picture = await client.get(f"/waiting/{card['trace']}/photo")
    assert picture.headers["content-type"] == "image/jpeg"
    wrong = {"choices": [{"target": 0, "candidate": "no such"}]}
    answer = (await client.post(f"/waiting/{card['trace']}", json=wrong)).json()
    assert not answer["done"] and "no such" in answer["said"]
    assert len(await waits(client)) == 1 and not (tmp_path / "out.jpg").exists()
    word = {"choices": [{"target": 0, "candidate": leaders[1]["id"]}]}
    answer = (await client.post(f"/waiting/{card['trace']}", json=word)).json()
    assert answer["done"] and answer["files"] == [str(tmp_path / "out.jpg")]
    assert (tmp_path / "out.jpg").exists() and await waits(client) == []
    late = await client.post(f"/waiting/{card['trace']}", json=word)
    assert late.status_code == 400 and "does not wait" in late.json()["message"]


async def test_a_decision_that_cannot_be_written_is_kept(
    client: Any, command: Command, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jpg"
    await asyncio.to_thread(command, "crop", photo, "4:5", "--approve", "-o", out)
    out.write_bytes(b"mine")
    (card,) = await waits(client)
    answer = (await client.post(f"/waiting/{card['trace']}", json={})).json()
    assert answer["done"] and "not written" in answer["said"] and out.read_bytes() == b"mine"
    done = await asyncio.to_thread(command, "trace", "resume", card["trace"], "--force")
    assert done.code == 0
    assert out.read_bytes() != b"mine"


async def test_a_run_is_rejected_and_asks_no_more(
    client: Any, command: Command, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jpg"
    await asyncio.to_thread(command, "crop", photo, "4:5", "--approve", "-o", out)
    (card,) = await waits(client)
    refused = await client.post("/traces/deletion", json={"traces": [card["trace"]]})
    assert refused.status_code == 400 and "waits for a person" in refused.json()["message"]
    answer = (await client.post(f"/waiting/{card['trace']}/rejection")).json()
    assert answer["done"] and "nothing was written" in answer["said"]
    assert await waits(client) == [] and not out.exists()
    late = await client.post(f"/waiting/{card['trace']}/rejection")
    assert late.status_code == 400
    gone = await client.post("/traces/deletion", json={"traces": [card["trace"]]})
    assert gone.json() == {"deleted": 1}
    assert (await client.get(f"/traces/{card['trace']}")).status_code == 400
