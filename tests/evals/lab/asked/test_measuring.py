from pathlib import Path

import pytest

from cropsmith.evals.lab.asked import named
from cropsmith.evals.lab.asked.croppers import NAMES, OURS
from cropsmith.evals.lab.asked.folder import DataFolder
from cropsmith.evals.lab.asked.measuring import ERROR, SHAPE, SILENT, TOLD, mark, measure
from cropsmith.evals.lab.asked.question import Answer, Question
from cropsmith.evals.lab.asked.table import errors, table
from cropsmith.tools.schema.geometry import Box
from tests.evals.lab.asked.conftest import picture, thing

DOG = thing("dog", 0.1, 0.4, 0.3, 0.8)
ABOUT = Box.of((0.05, 0.3, 0.45, 0.9))
"""Square on 600 x 400, and about the dog."""
ASIDE = Box.of((0.6, 0.3, 1, 0.9))


def square() -> Question:
    return next(iter(named.questions([picture(DOG)], 0)))


def test_a_fault_is_silent_unless_a_note_speaks_of_it() -> None:
    told = mark(square(), OURS, Answer(ASIDE, ("Could not find the dog.",))).values
    assert (told["served"], told[TOLD], told[SILENT]) == (0, 1, 0)
    aside = mark(square(), OURS, Answer(ASIDE, ("The photo is dark.",))).values
    assert (aside[TOLD], aside[SILENT]) == (0, 1)
    good = mark(square(), OURS, Answer(ABOUT)).values
    assert (good["served"], good[SILENT]) == (1, 0) and TOLD not in good


def test_another_shape_serves_nobody() -> None:
    wide = Box.of((0.0, 0.3, 0.5, 0.9))
    found = mark(square(), OURS, Answer(wide)).values
    assert (found["served"], found["at least 90% inside"], found[SHAPE]) == (0, 1, 1)
    assert mark(square(), OURS, Answer(ABOUT)).values[SHAPE] == 0


def test_an_error_is_no_picture_and_tells() -> None:
    outcome = mark(square(), OURS, Answer(None, error="UsageError: no such ratio"))
    found = outcome.values
    assert (found["served"], found["gone"], found[ERROR], found[SILENT]) == (0, 0, 1, 0)
    assert list(errors([outcome, outcome])) == ["2 x UsageError: no such ratio"]


def test_croppers_without_words_cannot_tell() -> None:
    found = mark(square(), "centre", Answer(ASIDE)).values
    assert {TOLD, SILENT, ERROR}.isdisjoint(found)


def test_every_cropper_answers_in_the_asked_shape(data: DataFolder) -> None:
    pytest.importorskip("smartcrop")
    pytest.importorskip("pyvips")
    asked = [q for q in named.questions(data.labelled(), 0) if "cup" in q.tells]
    outcomes = measure(asked)
    assert [one.cropper for one in outcomes] == [*NAMES] * 3
    for one in outcomes:
        assert one.answer.shaped(one.question), (one.cropper, one.question.text)
    centre = [one.answer.box for one in outcomes if one.cropper == "centre"]
    assert centre[0] is not None and centre[0].centre.x == pytest.approx(0.5)


def test_a_photo_that_does_not_open_is_an_answer(data_root: Path) -> None:
    broken = picture(DOG)
    broken = type(broken)("broken", data_root / "photos" / "broken.jpg", broken.size, (DOG,))
    [outcome] = measure(list(named.questions([broken], 0))[:1], [OURS])
    assert outcome.answer.box is None and "UnreadableImage" in outcome.answer.error


def test_the_table_has_a_row_a_measure_and_leaves_cells_empty() -> None:
    outcomes = [
        mark(square(), OURS, Answer(ABOUT)),
        mark(square(), "centre", Answer(ASIDE)),
    ]
    lines = table("named", outcomes).splitlines()
    assert lines[0] == "| named: 1 requests of 1 photos | cropsmith | centre |"
    assert "| served | 1.00 [1.00, 1.00] | .00 [.00, .00] |" in lines
    assert f"| {SILENT} | .00 [.00, .00] |  |" in lines
    assert lines[-1].startswith(f"| {ERROR}")
