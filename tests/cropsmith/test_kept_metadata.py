"""What a crop tells of itself is chosen in words, by options and by arguments."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cropsmith import crop
from cropsmith.errors import ArgumentError
from tests.loaded_files import loaded

GPS, ARTIST, MAKER = 0x8825, 0x013B, 0x010F


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Return a photo that tells where, by whom and with what it was taken."""
    path = tmp_path / "told.webp"
    path.write_bytes(loaded("WEBP"))
    return path


def tags(path: Path) -> set[int]:
    with Image.open(path) as image:
        return set(image.getexif())


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (("square",), {GPS, ARTIST, MAKER}),
        (("square", "--no-gps"), {ARTIST, MAKER}),
        (("square, remove the location",), {ARTIST, MAKER}),
        (("square, remove the location", "--gps"), {GPS, ARTIST, MAKER}),
        (("square", "--keep", "credit"), {ARTIST}),
        (("square", "--keep", "none"), set()),
        (("square, no metadata",), set()),
        (("square, no metadata", "--keep", "all"), {GPS, ARTIST, MAKER}),
    ],
)
def test_the_command_line_keeps_what_is_asked(
    command: Callable[..., Any], told: Path, arguments: tuple[str, ...], kept: set[int]
) -> None:
    done = command("crop", told, *arguments, "--always-crop")
    assert done.code == 0, done.err
    assert tags(told.with_name("told-crop.webp")) & {GPS, ARTIST, MAKER} == kept


def test_a_result_is_saved_with_what_is_asked(told: Path, tmp_path: Path) -> None:
    result = crop(told, "square, remove the location", keep=False, trace=False)
    for name, options, kept in (
        ("words", {}, {ARTIST, MAKER}),
        ("place", {"gps": True}, {GPS, ARTIST, MAKER}),
        ("credit", {"keep": "credit"}, {ARTIST}),
        ("none", {"keep": "none", "gps": True}, set()),
    ):
        path = result.save(tmp_path / f"{name}.webp", **options)
        assert tags(path) & {GPS, ARTIST, MAKER} == kept, name
    with pytest.raises(ArgumentError, match="all, credit or none"):
        result.save(tmp_path / "x.webp", keep="some")
    with pytest.raises(ArgumentError, match="True or False"):
        result.save(tmp_path / "x.webp", gps="no")  # type: ignore[arg-type]


def test_keep_takes_one_of_three(command: Callable[..., Any], told: Path) -> None:
    done = command("crop", told, "square", "--keep", "some")
    assert done.code != 0 and "credit" in done.err
