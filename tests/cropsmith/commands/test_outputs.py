"""How the files of a crop are called, sized and stored, and where they go."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cropsmith.commands.reading import bounds_of, bytes_of, read_arguments
from cropsmith.errors import UsageError
from cropsmith.tools.schema.geometry import Size

Command = Callable[..., Any]


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*.*") if p.suffix != ".sqlite")


def test_a_template_names_the_files(command: Command, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    wishes = ["--ratio", "4:5", "--ratio", "1:1", "-n", 2, "--format", "webp"]
    done = command("crop", photo, *wishes, "-o", out, "--name", "{shape}/{stem}-{n:02}{ext}")
    assert done.code == 0, done.err
    places = [f"{shape}/astronaut-{n}.webp" for shape in ("1x1", "4x5") for n in ("01", "02")]
    assert files(out) == places
    one = command("crop", photo, *wishes, "-o", tmp_path / "other", "--name", "{stem}{ext}")
    assert one.code != 0 and "Several crops of one photo" in one.err and "{shape}" in one.err


def test_shapes_of_one_ratio_have_names_of_their_own(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ratios = [part for one in ("4:5", "Instagram portrait", "8:10") for part in ("--ratio", one)]
    done = command("crop", photo, *ratios, "-o", out)
    assert done.code == 0, done.err
    assert len(files(out)) == 3


def test_quality_weight_and_size(command: Command, photo: Path, tmp_path: Path) -> None:
    sizes = {}
    ways: dict[str, list[object]] = {
        "plain": ["--quality", 90],
        "poor": ["--quality", 20],
        "light": ["--max-bytes", "20kB"],
        "small": ["--resize", 100],
    }
    for name, how in ways.items():
        out = tmp_path / f"{name}.jpg"
        assert command("crop", photo, "4:5", *how, "-o", out).code == 0
        sizes[name] = out.stat().st_size
    assert sizes["poor"] < sizes["plain"] / 2 and sizes["light"] <= 20_000
    with Image.open(tmp_path / "small.jpg") as image:
        assert image.size == (80, 100)


@pytest.mark.parametrize("format", ["png", "gif", "tiff", "bmp", "jp2"])
def test_a_quality_that_a_format_has_not_is_told(
    command: Command, photo: Path, tmp_path: Path, format: str
) -> None:
    wish = ("4:5", "--quality", 50, "--format", format, "-o", tmp_path / "out")
    done = command("crop", photo, *wish)
    assert done.code == 0 and "The quality is idle" in done.out, done.err
    assert "idle" not in command("crop", photo, *wish[:3], "-o", tmp_path / "a.jpg").out


def test_a_file_is_called_as_it_was_named(command: Command, photo: Path, tmp_path: Path) -> None:
    done = command("crop", photo, "4:5", "--format", "jpeg", "-o", tmp_path / "a.jpg")
    assert done.code == 0 and (tmp_path / "a.jpg").exists()
    done = command("crop", photo, "4:5", "--format", "webp", "-o", tmp_path / "b.jpg")
    assert done.code == 2 and "b.jpg is the name of a JPEG" in done.err and ".webp" in done.err
    assert not list(tmp_path.glob("b.*"))


def test_one_crop_goes_to_standard_output(photo: Path) -> None:
    start = [
        sys.executable,
        "-P",
        "-m",
        "cropsmith.commands.main",
        "crop",
        "-",
        "square",
        "-o",
        "-",
    ]
    done = subprocess.run(start, input=photo.read_bytes(), capture_output=True)
    assert done.returncode == 0 and done.stdout[:3] == b"\xff\xd8\xff"
    assert b"because" in done.stderr
    two = subprocess.run([*start, "-n", "2"], input=photo.read_bytes(), capture_output=True)
    assert two.returncode == 2 and not two.stdout and b"takes one crop" in two.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--json"], "the crop or the JSON"),
        (["--compare"], "one picture"),
        (["--name", "{stem}{ext}"], "has no name"),
    ],
)
def test_standard_output_takes_one_thing(
    command: Command, photo: Path, options: list[str], told: str
) -> None:
    done = command("crop", photo, "square", "-o", "-", *options)
    assert done.code == 2 and told in done.err


def test_bytes_that_are_no_text_are_a_name_too(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    name = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    name.write_bytes(photo.read_bytes())
    done = command("crop", name, "square")
    assert done.code == 0 and "incomplete" not in done.out, done.err
    assert (tmp_path / os.fsdecode(b"caf\xe9-crop.jpg")).exists()
    assert command("trace", "replay").code == 0  # the photo is found again


@pytest.mark.parametrize(
    ("arguments", "photos", "words"),
    [
        (["a.jpg", "the dog, square"], ["a.jpg"], "the dog, square"),
        (["a.jpg", "16/9"], ["a.jpg"], "16/9"),
        (["a.jpg", "square"], ["a.jpg"], "square"),
        (["a.jpg", "there"], ["a.jpg"], "there"),
        (["a.jpg", "b.jpg", "a.jpg"], ["a.jpg", "b.jpg"], ""),
        (["a.jpg", "holiday/"], ["a.jpg", "holiday/"], ""),
        (["holiday"], ["holiday"], ""),
        (["a.jpg", "the sign “*.jpg”"], ["a.jpg"], "the sign “*.jpg”"),
    ],
)
def test_words_and_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], photos: list[str],
    words: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "holiday").mkdir()
    (tmp_path / "square").mkdir()
    assert read_arguments(arguments, "") == (photos, words)


@pytest.mark.parametrize("last", ["holiday", "c.jpg", "more/photos", "./square"])
def test_what_may_be_either_is_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "holiday").mkdir()
    with pytest.raises(UsageError, match="request"):
        read_arguments(["a.jpg", last], "")
    assert read_arguments(["a.jpg", last], "the dog") == (["a.jpg", last], "the dog")


def test_sizes_as_they_are_typed() -> None:
    sizes = {"200kB": 200_000, "1.5 MB": 1_500_000, "2KiB": 2048, "700": 700}
    assert {text: bytes_of(text) for text in sizes} == sizes
    assert bounds_of("1600") == Size(width=1600, height=1600)
    assert bounds_of("1600x1200") == Size(width=1600, height=1200)
    assert Size(width=4000, height=3000).within(bounds_of("x600")) == Size(width=800, height=600)  # type: ignore[arg-type]
    for wrong in ("", "0", "x", "big", "1.5", "12x0"):
        with pytest.raises(UsageError, match="resize"):
            bounds_of(wrong)
    for wrong in ("", "0", "much", "1TB", "-3"):
        with pytest.raises(UsageError, match="max_bytes"):
            bytes_of(wrong)


def test_photos_that_are_done_are_skipped_and_json_comes_in_lines(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.jpg").write_bytes(photo.read_bytes())
    (folder / "broken.jpg").write_bytes(b"no photo")
    first = command("crop", folder, "4:5", "-o", out, "--json")
    lines = [json.loads(line) for line in first.out.splitlines()]
    states = {Path(line["photo"]).stem: line["state"] for line in lines}
    assert first.code == 2 and states == {"a": "cropped", "b": "cropped", "broken": "failed"}
    assert all(Path(file).exists() for line in lines for file in line["files"])
    (out / "b-crop.jpg").unlink()
    (folder / "broken.jpg").unlink()
    stamp = (out / "a-crop.jpg").stat().st_mtime_ns
    again = command("crop", folder, "4:5", "-o", out, "--skip-existing")
    assert again.code == 0, again.err
    assert "2 photos: 1 cropped, 1 skipped; 1 file in" in again.out
    assert (out / "a-crop.jpg").stat().st_mtime_ns == stamp and (out / "b-crop.jpg").exists()


def test_a_batch_that_was_cut_short_goes_on(command: Command, photo: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(photo.read_bytes())
    (folder / "b.jpg").write_bytes(b"no photo yet")
    assert command("crop", folder, "4:5", "-o", out).code == 2
    stamp = (out / "a-crop.jpg").stat().st_mtime_ns
    (folder / "b.jpg").write_bytes(photo.read_bytes())
    other = command("crop", folder, "3:2", "-o", out, "--resume")
    assert other.code == 2 and "another request" in other.err
    done = command("crop", folder, "4:5", "-o", out, "--resume")
    assert done.code == 0 and "2 photos: 1 cropped, 1 done before" in done.out
    assert (out / "a-crop.jpg").stat().st_mtime_ns == stamp and (out / "b-crop.jpg").exists()


def test_many_photos_are_counted_rather_than_told(
    command: Command, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cropsmith.commands.cropping.TOLD", 1)
    for name in "abc":
        (tmp_path / f"{name}.jpg").write_bytes(photo.read_bytes())
    done = command("crop", *(tmp_path / f"{name}.jpg" for name in "abc"), "square", "--dry-run")
    assert done.code == 0 and len(done.out.splitlines()) == 1 and "3 photos:" in done.out
