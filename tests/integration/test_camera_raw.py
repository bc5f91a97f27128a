"""Camera raw files are framed by their preview and answered with a sidecar."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cropsmith import crop
from cropsmith.errors import MissingExtra, UnreadableImage, UsageError
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import Size
from tests.raw_files import as_shown, raw_file

pytest.importorskip("rawpy", reason="cropsmith[raw] is not installed")
pytestmark = pytest.mark.integration


@pytest.fixture
def raw(tmp_path: Path) -> Callable[[int], Path]:
    def written(turn: int) -> Path:
        path = tmp_path / f"raw{turn}.dng"
        path.write_bytes(raw_file(turn))
        return path

    return written


@pytest.mark.parametrize("turn", [1, 6])
def test_the_preview_is_looked_at_upright(raw: Callable[[int], Path], turn: int) -> None:
    photo = open_photo(raw(turn))
    shown = as_shown(turn)
    assert photo.size == Size(width=shown.width, height=shown.height)
    assert photo.raw is not None and photo.turn() == turn and photo.notes == ()
    sides = (960, 640) if turn == 1 else (640, 960)
    assert (photo.raw.size.width, photo.raw.size.height) == sides
    seen = photo.pixels(480).astype(int)
    assert np.abs(seen - np.asarray(shown).astype(int)).mean() < 8


@pytest.mark.parametrize("turn", [1, 6])
def test_the_sidecar_tells_shares_of_the_raw_picture(raw: Callable[[int], Path], turn: int) -> None:
    result = crop(raw(turn), "square", trace=False)
    framing = result.framing()
    box, stored = framing.box, framing.stored
    assert (stored.width, stored.height) == (960, 640)
    assert box.size.width == pytest.approx(box.size.height, abs=2)
    text = result.sidecar("xmp")
    sides = {n: float(v) for n, v in re.findall(r'crs:Crop(\w+)="([\d.]+)"', text)}
    assert sides["Right"] * 960 == pytest.approx(framing.stored_box.right, abs=1e-3)
    assert f'tiff:Orientation="{turn}"' in text
    with pytest.raises(UsageError, match="answered with a sidecar"):
        result.render()


def test_without_the_extra_one_sentence_says_how(
    raw: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROPSMITH_SANDBOX", "off")
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(MissingExtra, match=r"pip install 'cropsmith\[raw\]'"):
        open_photo(raw(1))


def test_what_is_no_raw_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "broken.nef"
    path.write_bytes(raw_file()[:200])
    with pytest.raises(UnreadableImage, match=r"broken\.nef cannot be framed"):
        open_photo(path)
