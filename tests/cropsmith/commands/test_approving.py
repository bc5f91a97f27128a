"""Approval of several photos, for programs, and what becomes of the files meanwhile."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

Command = Callable[..., Any]


def test_a_bad_photo_does_not_stop_the_others_and_json_is_all_that_is_printed(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no photo")
    done = command("crop", bad, photo, "4:5", "--approve", "--json", "-o", tmp_path / "out")
    assert done.code == 2 and "bad.jpg" in done.err
    (line,) = done.out.splitlines()
    asked = json.loads(line)
    assert asked["state"] == "waiting" and asked["question"]["shapes"][0]["leaders"]
    assert asked["resume"] == f"cropsmith trace resume {asked['trace_id']}"
    decided = command("trace", "resume", asked["trace_id"])
    assert decided.code == 0 and json.loads(decided.out)["crops"][0]["verdict"] == "crop"
    assert (tmp_path / "out" / "astronaut-crop.jpg").exists()


def test_how_the_crop_is_written_outlasts_the_question(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    how = ["--format", "webp", "--resize", 100, "--name", "{stem}-ok{ext}", "-o", out]
    assert command("crop", photo, "4:5", "--approve", *how).code == 0
    assert not out.exists()
    assert command("trace", "resume").code == 0
    with Image.open(out / "astronaut-ok.webp") as image:
        assert image.size == (80, 100)


def test_a_decision_whose_file_is_in_the_way_is_kept(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.jpg"
    command("crop", photo, "4:5", "--approve", "-o", out)
    out.write_bytes(b"mine")
    refused = command("trace", "resume", "--choose", "0.1,0.1,0.5,0.6")
    assert refused.code == 2 and "exists" in refused.err and "is kept" in refused.err
    assert out.read_bytes() == b"mine"
    assert command("trace", "resume", "-o", photo, "--force").code == 2  # never an input
    written = command("trace", "resume", "--force")
    assert written.code == 0 and "You chose this crop" in written.out
    with Image.open(out) as image:
        assert image.width * 5 == image.height * 4
    assert "does not wait" in command("trace", "resume").err


def test_without_an_output_the_crop_goes_beside_the_photo_also_later(
    command: Command, photo: Path
) -> None:
    command("crop", photo, "4:5", "--approve")
    assert command("trace", "resume").code == 0
    assert photo.with_name("astronaut-crop.jpg").exists()


def test_a_run_that_waits_is_rejected(
    command: Command, photo: Path, tmp_path: Path, home: Path
) -> None:
    out = tmp_path / "a.jpg"
    command("crop", photo, "4:5", "--approve", "-o", out)
    done = command("trace", "resume", "--reject")
    assert done.code == 0 and "is ended. A person rejected every crop" in done.out
    assert not out.exists() and not list((home / "waiting").iterdir())
    late = command("trace", "resume", "--reject")
    assert late.code == 2 and "does not wait: it is error" in late.err
