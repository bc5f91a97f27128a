"""A folder of lessons: whole or not there, pictures as they are asked with, no test photo."""

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from cropsmith.errors import OutputError, UsageError
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.datasets.registry import load
from cropsmith.evals.training.data.guard import ALIKE, NAMED
from cropsmith.evals.training.lessons.folder import PARTS
from cropsmith.evals.training.lessons.lecture import lessons_of
from cropsmith.evals.training.lessons.lesson import Kind, said
from cropsmith.evals.training.lessons.rows import MARK, trl_row
from cropsmith.evals.training.lessons.school import Course, convention_for, write_lessons
from tests.evals.published import write_fcdb

MODEL = "Qwen/Qwen3-VL-8B-Instruct"
PLAIN, CUT, HELD_OUT = "1-coffee.jpg", "0-cell.jpg", "2-ihc.jpg"
"""Names decide: the second also comes cut to its crop, the third measures."""
CHILD = """
import sys
from pathlib import Path
from cropsmith.evals.datasets.registry import load
from cropsmith.evals.training.lessons.school import Course, write_lessons

write_lessons(load(Path(sys.argv[1])), Course(kind="dpo", model=sys.argv[3]), Path(sys.argv[2]))
"""


def course(kind: Kind) -> Course:
    return Course(kind=kind, model=MODEL)


def rows_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def pictures_asked(turns: list[dict[str, Any]]) -> int:
    return sum(part["type"] == "image" for turn in turns for part in turn["content"])


def contents(folder: Path) -> Mapping[str, bytes]:
    """Return every file; where it lies stands in recipes, and is left out."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.suffix not in (".yaml", ".md")
    }


@pytest.fixture
def votes(many_photos: list[Path], tmp_path: Path) -> Path:
    """Three photos whose smaller crop was liked better: one of each use."""
    files = [path for path in many_photos if path.name in (PLAIN, CUT, HELD_OUT)]
    data = write_fcdb(tmp_path / "fcdb_votes", files, "train")
    told = json.loads((data / "ranking_annotation.json").read_text("utf-8"))
    for row in told:
        row["crops"][0] |= {"vote_for_0": 1, "vote_for_1": 4}
    (data / "ranking_annotation.json").write_text(json.dumps(told), "utf-8")
    return data


@pytest.mark.parametrize("kind", ["sft", "dpo", "grpo"])
def test_every_row_has_the_pictures_that_its_prompt_asks_with(
    kind: Kind, votes: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    manifest = write_lessons(load(votes), course(kind), out)
    parts = [part for part in PARTS if (out / part).is_dir()]
    assert parts == ["train", "test"]
    for part in parts:
        rows = rows_of(out / part / "metadata.jsonl")
        assert len(rows) == manifest.metrics[part]
        named = {name for row in rows for name in row["images_file_names"]}
        assert named == {f"pictures/{file.name}" for file in (out / part / "pictures").iterdir()}
        for row in rows:
            assert pictures_asked(row["prompt"]) == len(row["images_file_names"]) >= 1
        if kind == "grpo":
            assert not list(out.glob("llamafactory*")) and all(row["truth"] for row in rows)
            continue
        entry = json.loads((out / "dataset_info.json").read_text("utf-8"))[f"lessons-{part}"]
        others = rows_of(out / entry["file_name"])
        for row, other in zip(rows, others, strict=True):
            texts = [turn["content"] for turn in other["messages"]]
            assert sum(text.count(MARK) for text in texts) == len(other["images"])
            assert other["images"] == [f"{part}/{name}" for name in row["images_file_names"]]
            column = "completion" if kind == "sft" else "chosen"
            (answer,) = row[column][0]["content"]
            assert (other["messages"][-1] if kind == "sft" else other["chosen"])[
                "content"
            ] == answer["text"]


def test_a_preference_comes_in_both_orders_of_its_letters(votes: Path, tmp_path: Path) -> None:
    write_lessons(load(votes), course("dpo"), tmp_path / "out")
    rows = rows_of(tmp_path / "out/train/metadata.jsonl")
    assert len(rows) == 4
    for first, second in zip(rows[::2], rows[1::2], strict=True):
        photo, *crops = first["images_file_names"]
        assert second["images_file_names"] == [photo, *crops[::-1]] and len(crops) == 2
        letters = [
            [re.search(r'"choice":"(\w)"', row[side][0]["content"][0]["text"]) for side in sides]
            for row, sides in ((first, ("chosen", "rejected")), (second, ("rejected", "chosen")))
        ]
        assert all(match is not None for pair in letters for match in pair)
        told = [[match[1] for match in pair if match] for pair in letters]
        assert told[0] == told[1] and set(told[0]) == {"A", "B"}


def pictures_of(data: Dataset, name: str) -> set[str]:
    """Return the names under which the pictures of a photo's lessons would lie."""
    found: set[str] = set()
    (photo,) = (one for one in data.photos if one.name == name)
    for lesson in lessons_of(photo, photo.votes, convention_for(MODEL), "sft"):
        row = trl_row(lesson, said(lesson), "sft", lambda picture: picture.sha256[:20])
        found |= set(row["images_file_names"])
    return found


def test_no_picture_of_a_test_photo_is_in_a_lesson(photos: Path, tmp_path: Path) -> None:
    """Not of one that is named as a test photo is, nor of one whose mirror image is one."""
    named, alike, free = (photos / f"{name}.jpg" for name in ("coffee", "rocket", "chelsea"))
    mirrored = tmp_path / "another name.jpg"
    with Image.open(alike) as image:
        ImageOps.mirror(image).save(mirrored, quality=70)
    data = load(write_fcdb(tmp_path / "fcdb_train", [named, alike, free], "train"))
    tests = load(write_fcdb(tmp_path / "fcdb_test", [named, mirrored], "test"))
    manifest = write_lessons(data, course("sft"), tmp_path / "out", [tests])
    assert manifest.data.refused == {NAMED: 1, ALIKE: 1} and manifest.data.photos == 1
    there = {file.stem for file in (tmp_path / "out").rglob("*.jpg")}
    assert there and not there & (pictures_of(data, named.name) | pictures_of(data, alike.name))
    assert there <= pictures_of(data, free.name)


def test_lessons_that_are_killed_leave_nothing_at_their_place_and_begin_anew(
    votes: Path, tmp_path: Path
) -> None:
    out, whole, work = tmp_path / "out", tmp_path / "whole", tmp_path / ".out.part"
    command = [sys.executable, "-c", CHILD, str(votes), str(out), MODEL]
    child = subprocess.Popen(command, cwd=Path(__file__).parents[4])
    until = time.monotonic() + 120
    while time.monotonic() < until and len(list(work.rglob("*.jpg"))) < 2:
        assert child.poll() is None
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert work.is_dir() and (tmp_path / ".out.lock").is_file() and not out.exists()
    for folder in (out, whole):
        write_lessons(load(votes), course("dpo"), folder)
    assert not {work.name, ".out.lock"} & {one.name for one in tmp_path.iterdir()}
    assert contents(out) == contents(whole)


def test_what_stops_the_writing_leaves_nothing(votes: Path, tmp_path: Path) -> None:
    def stop(done: int, photos: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_lessons(load(votes), course("dpo"), tmp_path / "out", progress=stop)
    assert not (tmp_path / "out").exists() and not (tmp_path / ".out.part").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("file", ["llamafactory-test.jsonl", "dataset_info.json"])
def test_a_full_disk_is_told_and_nothing_is_left(file: str, votes: Path, tmp_path: Path) -> None:
    """Under way, when a file that is closed is written to once more, and at the end."""

    def fill(done: int, photos: int) -> None:
        if done == 1:
            (tmp_path / ".out.part" / file).symlink_to("/dev/full")

    with pytest.raises(OutputError, match="cannot be written: the disk is full"):
        write_lessons(load(votes), course("sft"), tmp_path / "out", progress=fill)
    assert [one.name for one in tmp_path.iterdir()] == ["fcdb_votes"]


def test_two_at_once_leave_each_others_part_alone(votes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def another(done: int, photos: int) -> None:
        with pytest.raises(UsageError, match="Another run is using"):
            write_lessons(load(votes), course("dpo"), out)

    manifest = write_lessons(load(votes), course("dpo"), out, progress=another)
    assert len(rows_of(out / "train/metadata.jsonl")) == manifest.metrics["train"]
    assert {one.name for one in tmp_path.iterdir()} == {"fcdb_votes", "out"}


def test_photos_that_nobody_cropped_are_told_of(votes: Path, tmp_path: Path) -> None:
    data = load(votes)
    plain = data.photos[0].model_copy(update={"crops": (), "votes": ()})
    rest = dataclasses.replace(data, photos=(plain, *data.photos[1:]))
    manifest = write_lessons(rest, course("sft"), tmp_path / "out")
    assert manifest.data.refused == {"without crops, votes or advice": 1}


def refusals(votes: Path, tmp_path: Path) -> Iterator[tuple[str, Course, Path]]:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("kept", "utf-8")
    yield "is there already", course("sft"), full / "mine.txt"
    yield "cannot be replaced", course("sft"), Path(".")
    nowhere = Course(kind="sft", model="./nowhere")
    yield "There is no folder ./nowhere", nowhere, tmp_path / "out"
    yield "has no name", Course(kind="sft", model=""), tmp_path / "out"
    unknown = Course(kind="sft", model="somebody/unheard-of-7B")
    yield "is not known, so that nothing can be written for it", unknown, tmp_path / "out"
    clear = Course(kind="dpo", model=MODEL, margin=5)
    yield "give no lesson of this kind", clear, tmp_path / "out"


def test_what_gives_no_lessons_is_told_in_a_sentence(
    votes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    before = {*tmp_path.rglob("*")}
    for told, asked, out in refusals(votes, tmp_path):
        with pytest.raises(UsageError, match=re.escape(told)):
            write_lessons(load(votes), asked, out)
    with pytest.raises(OutputError, match="cannot be made"):
        write_lessons(load(votes), course("sft"), tmp_path / "full/mine.txt/out")
    assert {*tmp_path.rglob("*")} - before == {tmp_path / "full", tmp_path / "full/mine.txt"}
    assert (tmp_path / "full/mine.txt").read_text("utf-8") == "kept"
