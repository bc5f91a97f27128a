import importlib.util
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.evals.metrics.overlap import Normalisation, agreement, displacement, iou
from cropsmith.tools.schema.geometry import Box, Size


def box(*corners: float) -> Box:
    return Box(x1=corners[0], y1=corners[1], x2=corners[2], y2=corners[3])


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x1, y1 = draw(st.integers(0, 999)), draw(st.integers(0, 999))
    x2, y2 = draw(st.integers(x1 + 1, 1000)), draw(st.integers(y1 + 1, 1000))
    return box(x1 / 1000, y1 / 1000, x2 / 1000, y2 / 1000)


def exact_iou(a: Box, b: Box) -> Fraction:
    """The same by rational arithmetic on a grid of a thousandth."""
    p, q = ([Fraction(round(v * 1000)) for v in c.corners] for c in (a, b))
    width = max(Fraction(0), min(p[2], q[2]) - max(p[0], q[0]))
    height = max(Fraction(0), min(p[3], q[3]) - max(p[1], q[1]))
    area = sum((c[2] - c[0]) * (c[3] - c[1]) for c in (p, q))
    return width * height / (area - width * height)


def test_hand_worked() -> None:
    # Halves of 500 x 400 px that share 250 x 400: 100000 / 300000.
    assert iou(box(0, 0, 0.5, 0.8), box(0.25, 0, 0.75, 0.8)) == pytest.approx(1 / 3, abs=1e-15)
    # Sides move by .1, .2, .0, .1 of the photo.
    crop, size = box(0.1, 0.2, 1, 0.9), Size(width=1000, height=500)
    assert displacement(crop, Box.whole()) == pytest.approx(0.1, abs=1e-15)
    pixels = displacement(crop, Box.whole(), Normalisation.PIXELS, size)
    assert pixels == pytest.approx((100 + 100 + 0 + 50) / 4, abs=1e-12)


def test_pixels_need_a_size() -> None:
    with pytest.raises(ValueError, match="size"):
        displacement(Box.whole(), Box.whole(), Normalisation.PIXELS)


def test_several_annotators() -> None:
    found = agreement(Box.whole(), [box(0.2, 0, 1, 1), box(0, 0, 1, 0.75)])
    assert found.iou_max == pytest.approx(0.8, abs=1e-12)
    assert found.iou_mean == pytest.approx(0.775, abs=1e-12)
    assert found.displacement == pytest.approx(0.05, abs=1e-12)
    assert found.displacement_mean == pytest.approx((0.05 + 0.0625) / 2, abs=1e-12)
    assert found.recalled


def test_official_displacement_belongs_to_the_best_iou() -> None:
    crop = box(0, 0, 0.5, 0.5)
    shifted, longer = box(0.12, 0.12, 0.62, 0.62), box(0, 0, 1, 0.5)
    found = agreement(crop, [shifted, longer])
    assert found.iou_max == pytest.approx(crop.iou(longer), abs=1e-12)
    assert found.displacement == pytest.approx(0.125, abs=1e-12)
    assert found.displacement_min == pytest.approx(0.12, abs=1e-12)


def test_nobody_to_agree_with() -> None:
    with pytest.raises(ValueError, match="annotator"):
        agreement(Box.whole(), [])


@given(boxes(), boxes())
def test_laws(a: Box, b: Box) -> None:
    assert iou(a, b) == pytest.approx(float(exact_iou(a, b)), abs=1e-12)
    assert iou(a, b) == iou(b, a)
    assert iou(a, a) == pytest.approx(1, abs=1e-12)
    assert 0 <= displacement(a, b) == displacement(b, a) <= 1


@given(boxes(), st.lists(boxes(), min_size=1, max_size=5))
def test_agreement_laws(crop: Box, truths: list[Box]) -> None:
    found = agreement(crop, truths)
    assert found.iou_max == pytest.approx(max(crop.iou(t) for t in truths), abs=1e-12)
    assert found.iou_mean <= found.iou_max + 1e-12
    assert found.displacement_min <= min(found.displacement, found.displacement_mean) + 1e-12


def _independent(folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location("baselines", folder / "baselines.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_agrees_with_the_measured_baselines_script(shared_data: Path) -> None:
    other = _independent(shared_data)
    records = json.loads((shared_data / "fcdb_train" / "annotations.json").read_text("utf-8"))
    for record in records[:200]:
        width, height = record["width"], record["height"]
        x, y, w, h = record["crop"]
        truth = Box.of((x / width, y / height, (x + w) / width, (y + h) / height))
        for share in (1.0, 0.9, 0.7):
            edge = (1 - share) / 2
            crop = box(edge, edge, 1 - edge, 1 - edge)
            theirs = other.centred(width, height, width * share, height * share)
            assert iou(crop, truth) == pytest.approx(other.iou(theirs, record["crop"]), abs=1e-12)
            expected = other.bde(theirs, record["crop"], width, height)
            assert displacement(crop, truth) == pytest.approx(expected, abs=1e-12)
