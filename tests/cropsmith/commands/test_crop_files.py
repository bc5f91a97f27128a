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
    done = command("crop", photo, "--lossless", "--json", "--no-keep", *ratios, "-o", tmp_path)
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
