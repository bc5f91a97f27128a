"""`cropsmith trace` as a person meets it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.evals.lab.trace.sample import Sample, write_sample

Command = Callable[..., Any]
HOSTILE = "<b>\x1b[31mred\x07[bold]\u202e"


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "coffee.jpg"


@pytest.fixture
def name(home: Path, photo: Path) -> str:
    return write_sample(home, photo)


def test_nothing_yet(command: Command) -> None:
    assert "No traces yet" in command("trace", "list").out
    missing = command("trace", "show")
    assert missing.code == 2 and "no trace yet" in missing.err and "Traceback" not in missing.err


def test_a_crop_can_be_listed_shown_replayed_and_compared(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    command("crop", photo, "square", "-o", tmp_path / "a.jpg")
    command("crop", photo, "4:5", "-o", tmp_path / "b.jpg")
    listed = command("trace", "list", "--json").out.splitlines()
    newest, older = (json.loads(line)["id"] for line in listed)
    assert "coffee.jpg" in command("trace", "list", "--photo", "coff").out
    assert command("trace", "list", "--model", "gpt").out.strip() == "No trace fits."
    story = command("trace", "show", older[:6]).out
    assert "square" in story and "decision" in story and "\x1b" not in story
    replayed = command("trace", "replay", older)
    assert replayed.code == 0 and "bit for bit" in replayed.out
    compared = command("trace", "compare", older, newest)
    assert f"{older}" in compared.out and "A and B parted in intent" in compared.out
    assert json.loads(command("trace", "compare", older, newest, "--json").out)["partings"][0][
        "at"
    ] == ("intent")
    kept = tmp_path / "compared.json"
    assert command("trace", "compare", older, newest, "--json", "-o", kept).out.strip() == str(kept)
    assert json.loads(kept.read_text("utf-8"))["partings"]
    page = tmp_path / "compared.html"
    assert command("trace", "compare", older, newest, "-o", page).out.strip() == str(page)
    assert page.read_text().startswith("<!doctype html>")
    for names in ([older], [older, older], [older] * 7):
        assert command("trace", "compare", *names).code == 2


def test_an_approved_crop(command: Command, photo: Path, tmp_path: Path) -> None:
    waits = command("crop", photo, "square", "--approve", "-o", tmp_path / "a.jpg")
    assert "Which crop for square?" in waits.out and not (tmp_path / "a.jpg").exists()
    assert "waiting" in command("trace", "list").out
    wrong = command("trace", "resume", "--choose", "nothing", "--dry-run")
    assert "There is no candidate 'nothing'" in wrong.out
    done = command("trace", "resume", "--choose", "0.1,0.1,0.7,0.8", "-o", tmp_path / "a.jpg")
    assert "You chose this crop" in done.out and (tmp_path / "a.jpg").exists()
    again = command("trace", "resume")
    assert again.code == 2 and "does not wait" in again.err


def test_hostile_text_reaches_no_terminal(command: Command, home: Path, photo: Path) -> None:
    twice = Sample(candidates=5, rounds=2, text=HOSTILE * 2, said=HOSTILE * 2)
    other = write_sample(home, photo, twice)
    write_sample(home, photo, Sample(candidates=4, rounds=2, text=HOSTILE, said=HOSTILE))
    compared = ["compare", "last", other, "--full"]
    for words in (["list"], ["show"], ["show", "--full"], compared, ["export"]):
        out = command("trace", *words).out
        assert "\x1b" not in out and "\x07" not in out and "\u202e" not in out, words


def test_open_writes_one_page(command: Command, name: str, tmp_path: Path) -> None:
    page = tmp_path / "trace.html"
    assert command("trace", "open", name, "-o", page).code == 0
    assert page.read_text().startswith("<!doctype html>")
    assert command("trace", "open", name, "-o", page).code == 2  # it exists
    assert command("trace", "open", name, "-o", page, "--force").code == 0


def test_export_to_a_file(command: Command, name: str, tmp_path: Path) -> None:
    command("trace", "export", name, "-o", tmp_path / "t.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    assert rows[0]["head"]["id"] == name and len(rows) > 5
    assert command("trace", "export").out.count("\n") == len(rows)
    assert "properties" in command("trace", "export", "--schema").out


def test_gc(command: Command, name: str, home: Path) -> None:
    assert command("trace", "gc").code == 2
    assert "Would remove 0" in command("trace", "gc", "--older-than", "1d", "--dry-run").out
    assert "Removed 1 traces" in command("trace", "gc", "--max-size", "0").out
    assert TraceLibrary(home).list() == ()


def test_path(command: Command, home: Path) -> None:
    assert command("trace", "path").out.strip() == str(home / "traces.sqlite")


@pytest.mark.parametrize(
    "words",
    [
        ["show", "zzz"],
        ["show", "../../etc/passwd"],
        ["list", "--status", "sleepy"],
        ["gc", "--older-than", "soon"],
        ["replay", "last", "--from", "nowhere"],
        ["replay", "last", "--from", "decision", "--approve"],
        ["replay", "last", "--from", "decision", "--detector", "off"],
        ["replay", "last", "--from", "decision", "--judge"],
        ["compare", "last", "0000"],
        ["compare", "last"],
        ["compare", "last", "last"],
    ],
)
def test_mistakes_are_one_sentence(command: Command, name: str, words: list[str]) -> None:
    result = command("trace", *words)
    assert result.code == 2 and result.err.count("\n") == 1 and "Traceback" not in result.err
