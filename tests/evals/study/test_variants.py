"""The same photo mirrored, compressed, halved, renamed: how far crops move."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cropsmith.evals.report.results import tables
from cropsmith.evals.report.writing import opened
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.variants import VARIANTS, Guise, applies, back, moved, write_variant
from cropsmith.evals.trial import Protocol
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

corner = st.floats(0, 0.5)


@given(corner, corner, corner, corner)
def test_a_mirrored_crop_comes_back(x: float, y: float, right: float, bottom: float) -> None:
    box = Box(x1=x, y1=y, x2=1 - right / 2, y2=1 - bottom / 2)
    assert moved(box, back(box, "mirrored"), "mirrored") == pytest.approx(0, abs=1e-9)
    assert moved(box, box, "half") == 0
    assert moved(box, None, "half") == 1


@pytest.mark.parametrize("guise", VARIANTS)
def test_each_guise_shows_the_same_picture(
    guise: Guise, tmp_path: Path, many_photos: list[Path]
) -> None:
    photo = many_photos[0]
    target = tmp_path / f"out{VARIANTS[guise].suffix or photo.suffix}"
    write_variant(str(photo), guise, target)
    with Image.open(photo) as before, Image.open(target) as after:
        scale = 2 if guise == "half" else 1
        assert after.size == (before.width // scale, before.height // scale)
        if guise == "mirrored":
            pixels = (
                np.asarray(before.convert("RGB"), int) - np.asarray(after.convert("RGB"))[:, ::-1]
            )
            assert np.abs(pixels).mean() < 1
        if guise == "renamed":
            assert target.read_bytes() == photo.read_bytes()
    if guise == "jpeg30":
        assert target.stat().st_size < photo.stat().st_size / 2


@pytest.mark.parametrize("guise", VARIANTS)
def test_many_write_one_guise_at_once(
    guise: Guise, tmp_path: Path, many_photos: list[Path]
) -> None:
    """Every system of a study sees the same guise, and asks for it at the same moment."""
    photo = str(many_photos[0])
    target = tmp_path / "guises" / f"out{VARIANTS[guise].suffix or '.jpg'}"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: write_variant(photo, guise, target), range(24)))
    assert list(target.parent.iterdir()) == [target]


def test_what_is_said_of_sides_is_not_asked_of_a_mirrored_photo() -> None:
    def labelled(text: str) -> LabelledPhoto:
        return LabelledPhoto(name="a", path="a", source="test", text=text)

    assert not applies("mirrored", labelled("the dog on the left"), Protocol.TEXT)
    assert applies("mirrored", labelled("the bright dog"), Protocol.TEXT)
    assert applies("half", labelled("the dog on the left"), Protocol.TEXT)


STUDY = """
name = "s"
baselines = ["centre 0.9"]
plugins = ["mine.py"]
traces = false
[[datasets]]
path = "own"
robustness = ["mirrored", "half", "renamed"]
[[systems]]
name = "left"
cropper = "mine.py:left"
[[systems]]
name = "by name"
cropper = "mine.py:by_name"
"""
MINE = """
def left(trial):
    return 0, 0, 0.5, 1

def by_name(trial):
    return (0, 0, 0.5, 1) if len(trial.name) < 20 else (0.1, 0, 0.6, 1)
"""


def test_a_table_tells_how_far_crops_move(photos: Path) -> None:
    folder = photos.parent
    (folder / "mine.py").write_text(MINE, "utf-8")
    study = folder / "study.toml"
    study.write_text(STUDY, "utf-8")
    with opened(study, folder / "out", write=True) as plan:
        outcome = Runner(plan, pause=0).run()
        (table,) = tables(plan)
        again = Runner(plan, pause=0).run()
    # Six photos for three rows, and two that look in three guises; no baseline that is blind.
    assert outcome.done == 6 * 3 + 6 * 2 * 3 and again.done == 0
    cells = {row.name: row.cells for row in table.rows}

    def far(row: str, keys: Sequence[str] = ("mirrored", "half", "renamed")) -> list[float]:
        return [cells[row][f"moved_{key}"].interval.value for key in keys]

    assert far("left") == pytest.approx([1, 0, 0])
    assert far("by name")[2] > 0, "its crop hangs on the file's name"
    assert "moved_mirrored" not in cells["centre 0.9"]
    assert {row.name: row.samples for row in table.rows} == dict.fromkeys(cells, 6)
