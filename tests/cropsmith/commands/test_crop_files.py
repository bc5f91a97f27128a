"""What the crop command says about the files it writes, and what it never overwrites."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

Command = Callable[..., Any]


def test_what_a_file_could_not_keep_is_told(command: Command, photo: Path, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (90, 60), colour) for colour in ("red", "green", "blue")]
    moving = tmp_path / "moving.gif"
    frames[0].save(moving, save_all=True, append_images=frames[1:], duration=80)
    done = command("crop", moving, "square", "-o", tmp_path / "still.jpg")
    assert done.code == 0 and "Only the first frame is kept" in done.out
    document = command("crop", moving, "square", "-o", tmp_path / "other.png", "--json")
    assert json.loads(document.out)["notes"] == []  # an animated PNG keeps all of them
    with Image.open(tmp_path / "other.png") as crop:
        assert crop.n_frames == 3  # type: ignore[attr-defined]


def test_a_lossless_crop_says_where_it_was_cut(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    pytest.importorskip("jpeglib", reason="cropsmith[lossless] is not installed")
    ratios = [part for ratio in ("4:5", "16:9", "21:9", "2:3") for part in ("--ratio", ratio)]
    done = command("crop", photo, "--lossless", "--json", "--always-crop", *ratios, "-o", tmp_path)
    assert done.code == 0, done.err
    document = json.loads(done.out)
    moved = 0
    for crop in document["crops"]:
        box = crop["pixels"]
        asked = (box["right"] - box["left"], box["bottom"] - box["top"])
        ratio = crop["target"]["ratio"]
        name = f"astronaut-crop-{ratio['width']}x{ratio['height']}.jpg"
        with Image.open(tmp_path / name) as image:
            if image.size != asked:
                moved += 1
                written = f"{image.width}x{image.height} pixels instead of {asked[0]}x{asked[1]}"
                assert any(written in note for note in document["notes"])
    assert moved


def test_no_photo_of_a_command_is_overwritten(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    first, second = folder / "a.jpg", folder / "a-crop.jpg"
    first.write_bytes(photo.read_bytes())
    second.write_bytes(photo.read_bytes())
    done = command("crop", first, second, "square", "--force")
    assert done.code == 2 and "never overwritten" in done.err
    assert second.read_bytes() == photo.read_bytes()
    assert (folder / "a-crop-crop.jpg").exists()


def test_the_words_say_how_the_file_is_written(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    done = command("crop", photo, "square, webp, max 30 kB, no GPS", "-o", tmp_path / "out")
    assert done.code == 0, done.err
    (written,) = (tmp_path / "out").iterdir()
    assert written.suffix == ".webp" and written.stat().st_size <= 30_000
    with Image.open(written) as image:
        assert image.format == "WEBP" and image.width == image.height


def test_a_folder_named_like_a_shape_is_the_request(
    command: Command, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "square").mkdir()
    done = command("crop", photo, "square", "-o", "square")
    assert done.code == 0, done.err
    (written,) = (tmp_path / "square").iterdir()
    with Image.open(written) as image:
        assert image.width == image.height


def test_a_caption_is_no_command(command: Command, photo: Path, tmp_path: Path) -> None:
    caption = "A woman without a helmet in front of the square flag"
    done = command("crop", photo, "--caption", caption, "--json", "-o", tmp_path / "c.jpg")
    intent = json.loads(done.out)["intent"]
    assert [phrase["head"].split()[0] for phrase in intent["subjects"]] == ["woman"]
    assert not intent["avoid"] and intent["targets"][0]["ratio"] is None
