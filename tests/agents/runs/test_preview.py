"""What would be sent is shown without sending it, and the page of prompts is as sent."""

from pathlib import Path

import pytest

from cropsmith.agents.runs.preview import as_text, preview
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.errors import UsageError
from cropsmith.tools.schema.request import CropRequest
from tests.prompts_page import PAGE, page

MODEL = "vllm/Qwen/Qwen3-VL-8B-Instruct"
WORDS = "a square, room at the top"


def settings(**more: object) -> RunSettings:
    own = {"model": MODEL, "detector": "off", "clip": "off", "index": "off"}
    return RunSettings.checked({**own, **more})


async def asked(photo: Path, **more: object) -> dict[str, str]:
    kept = await preview(photo, CropRequest(text=WORDS), settings(**more))
    return {one.purpose: as_text(one.request.messages) for one in kept}


async def test_every_question_about_crops_has_the_words_and_the_wishes(photos: Path) -> None:
    found = await asked(photos / "coffee.jpg", judge=True)
    assert {"understand", "analyse", "propose", "decide", "judge"} <= found.keys()
    for purpose in ("analyse", "propose", "decide", "judge"):
        text = found[purpose]
        assert f'"{WORDS}"' in text and "- Shape: 1:1" in text and "- Room: the upper" in text
    assert f'"{WORDS}"' in found["understand"]


async def test_questions_of_a_photo_begin_alike(photos: Path) -> None:
    found = await asked(photos / "coffee.jpg", judge=True)
    start = found["analyse"].partition("Analyse the composition")[0]
    assert len(start) > 1000
    for purpose in ("propose", "decide", "judge"):
        assert found[purpose].startswith(start.rstrip()), purpose


async def test_rounds_are_shown_and_only_append(photos: Path) -> None:
    kept = await preview(photos / "coffee.jpg", CropRequest(), settings(effort="thorough"))
    rounds = [one for one in kept if one.purpose == "propose"]
    longest, first = max(rounds, key=lambda one: len(one.request.messages)), rounds[0]
    assert "Scores of your crops" in as_text(longest.request.messages)
    assert list(longest.request.messages[:2]) == list(first.request.messages)


async def test_tools_are_shown_too(photos: Path) -> None:
    kept = await preview(photos / "coffee.jpg", CropRequest(), settings(agentic=True))
    turn = next(one for one in kept if one.purpose == "propose with tools")
    assert "show_crop" in [tool.name for tool in turn.request.tools]


async def test_no_key_is_needed(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    found = await asked(photos / "coffee.jpg", model="gemini/gemini-2.5-flash", effort="quick")
    assert "[y1, x1, y2, x2]" in found["propose"]


async def test_a_set_of_prompts_is_heeded(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "vlm").mkdir()
    (tmp_path / "vlm" / "system.md").write_text("You crop boldly.", "utf-8")
    plain = await asked(photos / "coffee.jpg", prompts="plain", effort="quick")
    own = await asked(photos / "coffee.jpg", prompts=str(tmp_path), effort="quick")
    assert "different crops" in plain["propose"] and "different crops" not in own["propose"]
    assert "You crop boldly." in own["propose"]


async def test_the_built_in_photographer_is_sent_nothing(photos: Path) -> None:
    with pytest.raises(UsageError, match="sent nothing"):
        await asked(photos / "coffee.jpg", model="builtin")


def test_the_page_shows_the_prompts_as_they_are() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m tests.prompts_page --write"
