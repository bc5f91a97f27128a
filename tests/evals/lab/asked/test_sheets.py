import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cropsmith.errors import UsageError
from cropsmith.evals.lab.asked import named, space
from cropsmith.evals.lab.asked.croppers import OURS
from cropsmith.evals.lab.asked.folder import DataFolder
from cropsmith.evals.lab.asked.measuring import mark
from cropsmith.evals.lab.asked.question import Answer
from cropsmith.evals.lab.asked.sheets import Shown, asked_in, sample_of, sheet_of, write_sheets
from cropsmith.tools.schema.geometry import Box


def test_the_sample_has_as_many_of_each_group(data: DataFolder) -> None:
    pictures = data.labelled()
    asked = [*named.questions(pictures, 0), *list(space.questions(pictures, 0))[:2]]
    outcomes = [mark(one, OURS, Answer(Box.whole(), ("a note",))) for one in asked]
    words = [one.words for one in sample_of(outcomes, 4, seed=1)]
    banners = {one.text for one in asked if one.group == "space"}
    assert len(words) == 4 and sum(one in banners for one in words) == 2


def test_a_dozen_a_sheet_with_crop_and_notes(data: DataFolder, tmp_path: Path) -> None:
    path = data.labelled(1)[0].path
    shown = [Shown(path, "the left half", Box.of((0, 0, 0.5, 1)), ())] * 14
    written = write_sheets(shown, tmp_path / "out")
    assert [one.name for one in written] == ["sheet-01.png", "sheet-02.png"]
    with Image.open(written[0]) as first, Image.open(written[1]) as second:
        assert first.height > 2 * second.height
    plain = np.array(sheet_of(shown[:1]))
    noted = np.array(sheet_of([Shown(path, "the left half", shown[0].box, ("Fell short.",))]))
    assert np.any(plain != noted)
    uncut = np.array(sheet_of([Shown(path, "the left half", None, ())]))
    assert plain.mean() != uncut.mean()  # darkened outside the crop


def test_requests_of_a_file_are_asked(data_root: Path, tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    rows = [
        {"photo": "photos/astronaut.jpg", "text": "square and 4:5"},
        {"photo": "photos/astronaut.jpg", "text": "three versions"},
        {"photo": "photos/astronaut.jpg", "text": "99:1"},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    shown = asked_in(file, data_root)
    assert [one.box is None for one in shown] == [False] * 5 + [True]
    assert shown[-1].notes and "99:1" in shown[-1].notes[0]
    assert shown[2].words == "three versions" and shown[3].words == "three versions [close-up]"
    file.write_text('{"photo": "a.jpg"}')
    with pytest.raises(UsageError, match="line 1"):
        asked_in(file, data_root)
