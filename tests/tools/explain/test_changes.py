"""Elements before and after, in words and as a chart."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from cropsmith.tools.explain.change_chart import FELL, ROSE, beneath, picture, save, svg
from cropsmith.tools.explain.changes import changes, in_words
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.result import ElementChange
from cropsmith.vectorstore.clip import load_clip

BOX = Box(x1=0.1, y1=0.2, x2=0.6, y2=0.9)


def change(element: str, before: float, after: float) -> ElementChange:
    return ElementChange(element=element, before=before, after=after)


@pytest.fixture
def view(photos: Path) -> View:
    return View(open_photo(photos / "astronaut.jpg"))


def test_keeping_the_photo_changes_nothing(view: View) -> None:
    assert changes(view, Box.whole()) == ()


def test_with_clip_the_ten_elements_are_compared(view: View, tiny_clip: Path) -> None:
    found = changes(view, BOX, load_clip(str(tiny_clip)))
    assert len(found) == 10 and len({c.element for c in found}) == 10
    sizes = [abs(c.change) for c in found]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 0
    assert all(0 <= value <= 1 for c in found for value in (c.before, c.after))


def test_without_clip_the_measurable_elements_are_compared(view: View) -> None:
    found = changes(view, BOX)
    assert {"center", "horizontal", "symmetric"} <= {c.element for c in found}
    assert any(c.change for c in found)


def test_words_say_what_a_person_sees_to_be_gone() -> None:
    assert in_words(Box.whole()) == ""
    assert in_words(Box(x1=0.01, y1=0, x2=1, y2=0.99)) == ""
    told = in_words(BOX)
    assert told.startswith(
        "Cuts away a tenth on the left, two fifths on the right, a fifth at the top"
    )
    assert told.endswith(" and a tenth at the bottom.")
    assert in_words(Box(x1=0, y1=0.5, x2=1, y2=1)) == "Cuts away half at the top."


def test_bars_point_where_the_element_went(tmp_path: Path) -> None:
    told = [change("rose <&>", 0.1, 0.6), change("fell", 0.5, 0.25)]
    root = ElementTree.fromstring(svg(told))
    bars = [r for r in root.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert [bar.get("fill") for bar in bars[:2]] == [ROSE, FELL]
    x, width = (np.array([float(b.get(k, "")) for b in bars]) for k in ("x", "width"))
    middle = x[2] + width[2] / 2
    assert x[0] == pytest.approx(middle) and x[1] + width[1] == pytest.approx(middle)
    assert width[0] == pytest.approx(2 * width[1], abs=0.2)
    pixels = np.asarray(picture(told))
    assert (pixels == (0x2A, 0x7F, 0x62)).all(axis=2).any()
    save(told, tmp_path / "chart.svg")
    save(told, tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "chart.svg").read_text()


def test_the_chart_goes_under_a_picture_that_is_wide_enough() -> None:
    told = [change("center", 0.1, 0.6), change("curved", 0.5, 0.51)]
    wide, narrow = Image.new("RGB", (1200, 300)), Image.new("RGB", (200, 300))
    joined = beneath(wide, told)
    assert joined.size == (1200, 300 + picture(told[:1]).height)
    assert (np.asarray(joined)[300:] == (0x2A, 0x7F, 0x62)).all(axis=2).any()
    assert beneath(wide, told[1:]) is wide and beneath(narrow, told) is narrow
