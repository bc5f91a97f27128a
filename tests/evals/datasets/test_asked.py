"""Labelled things as requests that any system of a study can be held to."""

import json
from pathlib import Path

import pytest

from cropsmith.evals.columns import LabelKind
from cropsmith.evals.datasets.registry import Selection, load, recognise
from cropsmith.evals.measures import label_kind, measures_for, values_of
from cropsmith.evals.report.results import tables
from cropsmith.evals.report.verdict import verdict
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.systems import request_for
from cropsmith.evals.trial import Answer, Protocol, SampleStatus, offers, trial_for
from cropsmith.tools.schema.geometry import Box
from tests.evals.study.conftest import plan_of
from tests.photos import read_photo

THINGS = {"cup": (150, 60, 420, 330), "spoon": (420, 80, 520, 360)}
"""Pixels on scikit-image's photo of coffee, by eye."""


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    folder = tmp_path / "things"
    (folder / "photos").mkdir(parents=True)
    photo = read_photo("coffee")
    photo.save(folder / "photos" / "coffee.jpg", quality=95)
    objects = [{"class": label, "box": box} for label, box in THINGS.items()]
    size = {"width": photo.width, "height": photo.height}
    row = {"file": "coffee.jpg", **size, "objects": objects}
    (folder / "annotations.json").write_text(json.dumps([row]), "utf-8")
    return folder


def values(photo: object, *corners: float) -> dict[str, float]:
    answer = Answer(status=SampleStatus.OK, box=Box.of(corners))
    found = values_of(photo, Protocol.ASKED, answer, LabelKind.ASKED)  # type: ignore[arg-type]
    return {key: share.value for key, share in found.items()}


def test_each_thing_becomes_requests_in_words(labelled: Path) -> None:
    assert recognise(labelled).name == "asked"
    dataset = load(labelled)
    assert dataset.splits == {"named": 6, "without": 6, "space": 2}
    photo = Selection("named").of(dataset).photos[0]
    assert offers(photo, Protocol.ASKED) and not offers(photo, Protocol.FREE)
    request = request_for(trial_for(photo, Protocol.ASKED))
    # The words alone say what and which shape; croppers without words are given the shape.
    assert request.text and request.targets == () and not request.subject_box
    assert trial_for(photo, Protocol.ASKED).ratio == photo.asked.ratio  # type: ignore[union-attr]


def test_what_serves_a_request(labelled: Path) -> None:
    photos = load(labelled).photos
    cup = next(p for p in photos if p.split == "named" and str(p.asked.ratio) == "1:1")  # type: ignore[union-attr]
    size = read_photo("coffee").size

    def square(left: float, top: float, side: float) -> dict[str, float]:
        width, height = size
        return values(cup, left / width, top / height, (left + side) / width, (top + side) / height)

    good = square(140, 50, 290)
    assert (good["served"], good["shaped"], good["thing_gone"], good["thing_cut"]) == (1, 1, 0, 0)
    assert "clear" not in good
    away = square(440, 200, 150)
    assert (away["served"], away["thing_gone"]) == (0, 1)
    assert values(cup, 0, 0, 1, 1)["served"] == 0  # neither the shape nor about the cup
    missed = values_of(cup, Protocol.ASKED, Answer(status=SampleStatus.REFUSED), LabelKind.ASKED)
    assert {share.value for share in missed.values()} == {0.0}
    spoonless = next(p for p in photos if p.split == "without" and p.asked.thing.x1 > 0.6)  # type: ignore[union-attr]
    assert values(spoonless, 0.2, 0.1, 0.69, 0.9)["clear"] == 1
    assert values(spoonless, 0.2, 0.1, 0.9, 0.95)["clear"] == 0


def test_any_system_is_measured_beside_croppers_that_read_no_words(
    labelled: Path, tmp_path: Path
) -> None:
    text = """
name = "asked"
baselines = ["centre maximal", "random"]
traces = false
[[datasets]]
path = "things"
split = "named"
protocols = "asked"
[[systems]]
name = "photographer"
"""
    with Store(tmp_path / "samples.sqlite3", write=True) as store:
        plan = plan_of(tmp_path, text, store)
        assert Runner(plan).run().broken == {}
        (table,) = tables(plan)
    assert label_kind(table.part.photos, Protocol.ASKED) is LabelKind.ASKED
    assert [m.key for m in measures_for(table.part.photos, Protocol.ASKED)][0] == "served"
    rows = {row.name: row for row in table.rows}
    assert rows["photographer"].statuses == {SampleStatus.OK: 6}
    served = {name: row.cells["served"].interval.value for name, row in rows.items()}
    assert served["photographer"] >= max(served["centre maximal"], 0.5)
    assert verdict(table)
