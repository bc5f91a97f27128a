"""Outputs are written whole or not at all, and never over an input."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cropsmith.errors import OutputError, UsageError
from cropsmith.tools.images.output import (
    check_output,
    crop_path,
    write_image,
    write_picture,
    write_whole,
)
from cropsmith.tools.images.photo import Photo, open_photo
from cropsmith.tools.images.render import Rendered, render
from cropsmith.tools.schema.geometry import PixelBox

BOX = PixelBox(left=10, top=10, right=70, bottom=50)


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    path = tmp_path / "IMG 1.JPG"
    noise = np.random.default_rng(0).integers(0, 255, (60, 90, 3), np.uint8)
    Image.fromarray(noise).save(path, "JPEG")
    return open_photo(path)


@pytest.fixture
def rendered(photo: Photo) -> Rendered:
    return render(photo, BOX)


def leftovers(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name.endswith(".part"))


def test_a_crop_is_written_beside_the_photo(photo: Photo, rendered: Rendered) -> None:
    assert photo.path is not None
    path = crop_path(photo, None)
    assert path == photo.path.with_name("IMG 1-crop.JPG")
    assert write_image(rendered, path, photo=photo) == path
    with Image.open(path) as image:
        assert image.size == (60, 40)
    assert leftovers(path.parent) == []


@pytest.mark.parametrize(
    ("out", "shape", "format", "many", "expected"),
    [
        ("out.jpg", "", None, False, "out.jpg"),
        ("out.jpg", "4:5", None, False, "out-4x5.jpg"),
        ("out.jpg", "", "jpeg", False, "out.jpg"),
        ("folder", "", None, False, "folder/IMG 1-crop.JPG"),
        ("folder", "Instagram post", None, False, "folder/IMG 1-crop-Instagram-post.JPG"),
        ("folder", "", "webp", True, "folder/IMG 1-crop.webp"),
        ("folder", "../../etc", None, False, "folder/IMG 1-crop-etc.JPG"),
    ],
)
def test_names(
    photo: Photo, out: str, shape: str, format: str | None, many: bool, expected: str
) -> None:
    assert str(crop_path(photo, Path(out), shape, format=format, many=many)) == expected


def test_names_of_photos_that_are_no_files(photo: Photo) -> None:
    unnamed = replace(photo, path=None, name="../a?b.jpg")
    assert crop_path(unnamed, None) == Path("a-b-crop.jpg")
    assert crop_path(replace(unnamed, name="the bytes"), None) == Path("the-bytes-crop.jpg")


def test_a_wrong_suffix_of_the_input_is_not_passed_on(photo: Photo) -> None:
    assert crop_path(replace(photo, name="really-jpeg.png", path=None), None) == Path(
        "really-jpeg-crop.jpg"
    )


def test_unknown_suffixes_are_refused(photo: Photo, rendered: Rendered, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="xyz"):
        crop_path(photo, Path("folder"), format="xyz")
    with pytest.raises(OutputError, match="wrong suffix"):
        write_image(rendered, tmp_path / "a.png")


def test_existing_files_need_force(photo: Photo, rendered: Rendered, tmp_path: Path) -> None:
    path = tmp_path / "out.jpg"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists"):
        write_image(rendered, path, photo=photo)
    assert path.read_bytes() == b"precious"
    write_image(rendered, path, photo=photo, force=True)
    assert path.read_bytes() == rendered.data


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "out.jpg"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists"):
        write_whole(path, b"crop", force=False)
    assert path.read_bytes() == b"precious"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("link", ["same", "symbolic", "hard", "dotted", "folder"])
def test_the_input_is_never_overwritten(
    photo: Photo, rendered: Rendered, tmp_path: Path, link: str
) -> None:
    assert photo.path is not None
    path = tmp_path / "link.jpg"
    if link == "same":
        path = photo.path
    elif link == "symbolic":
        path.symlink_to(photo.path)
    elif link == "hard":
        os.link(photo.path, path)
    elif link == "dotted":
        (tmp_path / "sub").mkdir()
        path = tmp_path / "sub" / ".." / photo.path.name
    else:
        (tmp_path / "also").symlink_to(tmp_path)
        path = tmp_path / "also" / photo.path.name
    before = photo.path.read_bytes()
    with pytest.raises(OutputError, match="never overwritten"):
        write_image(rendered, path, photo=photo, force=True)
    assert photo.path.read_bytes() == before


def test_a_linked_input_is_not_overwritten_through_its_target(photo: Photo, tmp_path: Path) -> None:
    assert photo.path is not None
    link = tmp_path / "link.jpg"
    link.symlink_to(photo.path)
    linked = open_photo(link)
    with pytest.raises(OutputError, match="never overwritten"):
        write_image(render(linked, BOX), photo.path, photo=linked, force=True)


def test_other_inputs_are_not_overwritten(photo: Photo, tmp_path: Path) -> None:
    other = tmp_path / "other.jpg"
    other.write_bytes(b"another photo of the same command")
    with pytest.raises(OutputError, match="never overwritten"):
        check_output(other, photo=photo, force=True, inputs={os.path.realpath(other)})


def test_folders_and_files_in_the_way(rendered: Rendered, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        write_image(rendered, tmp_path, force=True)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="not a folder"):
        write_image(rendered, tmp_path / "file" / "out.jpg")
    with pytest.raises(OutputError, match="cannot be written"):
        write_image(rendered, tmp_path / ("a" * 300 + ".jpg"))
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(OutputError, match="not a regular file"):
        write_image(rendered, tmp_path / "pipe.jpg", force=True)


def test_missing_folders_are_made(rendered: Rendered, tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "out.jpg"
    write_image(rendered, path)
    assert path.read_bytes() == rendered.data


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_nothing(full_disk: Path) -> None:
    old = full_disk / "old.jpg"
    old.write_bytes(b"old")
    for path in (full_disk / "new.jpg", old):
        with pytest.raises(OutputError, match="disk is full"):
            write_whole(path, bytes(100_000), force=True)
    assert [p.name for p in full_disk.iterdir()] == ["old.jpg"]
    assert old.read_bytes() == b"old"


def test_a_file_size_limit_leaves_nothing(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            write_whole(tmp_path / "new.jpg", bytes(100_000), force=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_a_failing_rename_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "out.jpg"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OutputError, match="permission denied"):
        write_whole(path, b"new", force=True)
    assert path.read_bytes() == b"old"
    assert leftovers(tmp_path) == []


def test_file_systems_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "out.jpg"
    write_whole(path, b"new", force=False)
    assert path.read_bytes() == b"new"
    with pytest.raises(OutputError, match="exists"):
        write_whole(path, b"newer", force=False)


def test_pictures_for_looking_at(photo: Photo, tmp_path: Path) -> None:
    path = write_picture(Image.fromarray(photo.pixels(50)), tmp_path / "look.png")
    with Image.open(path) as image:
        assert image.size == (50, 33)
