"""Runs of a photo side by side: verdicts and overlaps, what is other, and who may be compared."""

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from cropsmith import crop
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.values import Trace
from cropsmith.agents.trace.verdicts import Verdict
from cropsmith.agents.trace.views.compared import compared
from cropsmith.agents.trace.views.comparison import Comparison, compare
from cropsmith.agents.trace.views.comparison_page import comparison_page
from cropsmith.errors import UsageError
from cropsmith.evals.lab.trace.sample import Sample, write_sample


@pytest.fixture
def two(library: TraceLibrary, photo: Path) -> list[Trace]:
    names = [
        write_sample(library.home, photo, Sample(seed=seed, text=text))
        for seed, text in enumerate(("the dog, left", "the dog, right"))
    ]
    return [library.read(name) for name in names]


def told(comparison: Comparison, *, full: bool = False) -> str:
    out = io.StringIO()
    Console(file=out, width=200, markup=False).print(compared(comparison, full=full))
    return out.getvalue()


def test_cost_time_and_verdicts_come_before_where_they_parted(two: list[Trace]) -> None:
    text = told(compare(two))
    order = ["cost", "verdict", "IoU A", "A and B parted in intent", "prompt"]
    places = [text.index(word) for word in order]
    assert places == sorted(places)


def test_prompts_differ_in_words_and_not_in_dicts(two: list[Trace]) -> None:
    text = told(compare(two))
    assert "[- left-]{+ right+}" in text
    assert "{'" not in text and "'x1'" not in text


def test_overlaps_are_those_of_the_boxes(two: list[Trace]) -> None:
    (shape,) = compare(two).shapes
    a, b = shape.answers
    assert a and b and shape.name == "4:5"
    assert shape.overlap[0][1] == shape.overlap[1][0] == a.box.iou(b.box)
    assert shape.overlap[0][0] == 1.0


def test_what_a_person_said_stands_beside_the_verdict(two: list[Trace]) -> None:
    (shape,) = compare(two).shapes
    answer = shape.answers[1]
    assert answer is not None
    word = Verdict(
        trace=two[1].head.id,
        target=0,
        sha256=two[1].head.sha256,
        box=answer.box,
        proposed=answer.box,
        accepted=False,
        at=1.0,
    )
    assert "crop, rejected" in told(compare(two, [word]))


def test_a_shape_that_one_did_not_make_is_no_crop_of_the_other(
    library: TraceLibrary, photo: Path
) -> None:
    for text in ("square", "square and 4:5"):
        crop(photo, text)
    traces = [library.read(head.id) for head in reversed(library.list())]
    shapes = {shape.name: shape for shape in compare(traces).shapes}
    assert set(shapes) == {"square", "4:5"}
    assert shapes["4:5"].answers[0] is None and shapes["4:5"].overlap[0] == (None, None)


def test_settings_that_differ_are_told_and_others_are_not(
    library: TraceLibrary, photo: Path
) -> None:
    for detector in ("off", ""):
        crop(photo, "the cup", detector=detector)
    traces = [library.read(head.id) for head in reversed(library.list())]
    sides = compare(traces).sides
    assert [side.settings for side in sides] == [{"detector": "off"}, {"detector": "default"}]


def test_who_cannot_be_compared_is_told(
    two: list[Trace], library: TraceLibrary, photos: Path
) -> None:
    for some, said in (
        (two[:1], "Two to 6 runs"),
        ([*two] * 4, "not 8"),
        ([two[0], two[0]], "named twice"),
    ):
        with pytest.raises(UsageError, match=said):
            compare(some)
    other = library.read(write_sample(library.home, photos / "rocket.jpg"))
    with pytest.raises(UsageError, match="different photos"):
        compare([two[0], other])


def test_the_page_holds_everything_and_needs_nothing(
    two: list[Trace], library: TraceLibrary
) -> None:
    html = comparison_page(compare(two), two, library.images)
    assert len(html.encode()) < 1_500_000
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", html)
    found = re.search(r'id="data">(.*?)</script>', html, re.S)
    assert found is not None
    data = json.loads(found[1])
    spans = [span for one in data["partings"][0]["differences"] for span in one["spans"]]
    assert ["gone", " left"] in spans and ["came", " right"] in spans
    assert "connect-src" not in html  # from a disk it may ask nobody


def test_hostile_text_stays_data(hostile: Trace, library: TraceLibrary, photo: Path) -> None:
    text = hostile.head.request + "<b>"
    name = write_sample(library.home, photo, Sample(candidates=7, text=text, said=text))
    traces = [hostile, library.read(name)]
    html = comparison_page(compare(traces), traces, library.images)
    assert html.count("<script") == 2 and "<img" not in html.split("<script")[1]
