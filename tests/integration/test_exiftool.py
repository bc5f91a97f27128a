"""ExifTool, which knows far more than we do, reads what we write."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.schema.geometry import PixelBox, Point, Size
from cropsmith.tools.schema.request import FileWish, Keep
from cropsmith.tools.sidecars.framing import Framing
from cropsmith.tools.sidecars.sidecar import Sidecar, sidecar_text
from tests.loaded_files import loaded

pytestmark = pytest.mark.integration

BOX = PixelBox(left=160, top=32, right=400, bottom=272)
"""On the grid of blocks."""
SUFFIXES = {
    "JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif", "GIF": ".gif",
    "HEIF": ".heic", "AVIF": ".avif",
}  # fmt: skip


@pytest.fixture
def exiftool() -> str:
    found = shutil.which("exiftool")
    if found is None:
        pytest.skip("exiftool is not installed: Debian's package libimage-exiftool-perl")
    return found


def read(exiftool: str, path: Path) -> dict[str, Any]:
    command = [exiftool, "-json", "-G1", "-struct", "-n", "-a", "-u", str(path)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=60)
    found: dict[str, Any] = json.loads(done.stdout)[0]
    return found


def cropped(format: str, folder: Path, wishes: FileWish, lossless: bool = False) -> Path:
    path = folder / f"crop{SUFFIXES[format]}"
    photo = open_photo(loaded(format))
    path.write_bytes(render(photo, BOX, wishes=wishes, lossless=lossless).data)
    return path


@pytest.mark.parametrize(
    ("format", "lossless"),
    [*((f, False) for f in ("JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF")), ("JPEG", True)],
)
def test_exiftool_reads_the_crops_own_places(
    exiftool: str, tmp_path: Path, format: str, lossless: bool
) -> None:
    told = read(exiftool, cropped(format, tmp_path, FileWish(), lossless))
    assert not [name for name in told if name.endswith(":Error")]
    shown = ("Thumbnail", "Preview", "JpgFromRaw", "GainMap", "Trailer", "MPImage", "HasExtended")
    assert not [name for name in told if name.partition(":")[2].startswith(shown)]
    assert told["IFD0:Make"] == "Maker" and told["IFD0:Artist"] == "Ann Example"
    assert told["XMP-GPano:CroppedAreaImageWidthPixels"] == 240
    assert told["XMP-GPano:CroppedAreaLeftPixels"] == 100 + 160
    assert told["XMP-crs:CropLeft"] == pytest.approx((200 - 160) / 240, abs=1e-5)
    (region,) = told["XMP-mwg-rs:RegionInfo"]["RegionList"]
    assert region["Name"] == "Right Person"
    assert region["Area"]["X"] == pytest.approx((0.7 * 400 - 160) / 240, abs=1e-5)
    assert told["ExifIFD:SubjectArea"] == f"{200 - 160} {150 - 32} 40 30"
    assert told["XMP-iptcExt:PersonInImage"] in ("Right Person", ["Right Person"])


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_exiftool_finds_no_place_and_nothing_else(
    exiftool: str, tmp_path: Path, format: str
) -> None:
    told = read(exiftool, cropped(format, tmp_path, FileWish(without_location=True)))
    assert not [name for name in told if "GPS" in name or name.endswith((":City", "TiePoint"))]
    bare = read(exiftool, cropped(format, tmp_path, FileWish(keep=Keep.NONE)))
    groups = {name.partition(":")[0] for name in bare}
    assert not [group for group in groups if group.startswith(("XMP", "IPTC", "GPS", "ExifIFD"))]
    assert "IFD0:Make" not in bare and "IFD0:Artist" not in bare


@pytest.mark.parametrize("turn", [1, 6])
def test_exiftool_reads_our_sidecars(exiftool: str, tmp_path: Path, turn: int) -> None:
    framing = Framing(
        name="photo.jpg",
        photo=Size(width=600, height=900),
        box=PixelBox(left=30, top=90, right=570, bottom=630),
        focal=Point(x=0.5, y=0.5),
        turn=turn,
    )
    for kind in (Sidecar.XMP, Sidecar.DARKTABLE):
        path = tmp_path / f"{kind}.xmp"
        path.write_text(sidecar_text(kind, framing), "utf-8")
    told = read(exiftool, tmp_path / "xmp.xmp")
    box, stored = framing.stored_box, framing.stored
    assert told["XMP-crs:HasCrop"] is True and told["XMP-tiff:Orientation"] == turn
    assert told["XMP-crs:CropTop"] * stored.height == pytest.approx(box.top, abs=1e-3)
    assert told["XMP-crs:CropRight"] * stored.width == pytest.approx(box.right, abs=1e-3)
    (step,) = read(exiftool, tmp_path / "darktable.xmp")["XMP-darktable:History"]
    assert step["Operation"] == "crop" and step["Enabled"] in (1, "1")
