import json
from pathlib import Path

import pytest

from cropsmith.evals.datasets.reading import DatasetError
from cropsmith.evals.datasets.registry import load, recognise
from cropsmith.tools.schema.evidence import Element
from tests.evals.conftest import MakePhoto


def test_cadb(tmp_path: Path, make_photo: MakePhoto) -> None:
    make_photo(tmp_path / "images" / "a.jpg")
    scores = {"a.jpg": {"mean": 3.4, "scores": [3, 3, 4, 4, 3]}, "b.jpg": {"scores": [1, 2]}}
    (tmp_path / "composition_scores.json").write_text(json.dumps(scores), "utf-8")
    (tmp_path / "split.json").write_text('{"train": ["a.jpg"], "test": ["b.jpg"]}', "utf-8")
    (tmp_path / "scene_categories.json").write_text('{"a.jpg": "animal"}', "utf-8")
    (tmp_path / "composition_elements.json").write_text(
        '{"a.jpg": {"center": [[12, 8, 60, 40]], "vanishing_point": [[0, 0, 119, 79]],'
        ' "pattern": []}, "b.jpg": {"rule_of_thirds": [[1, 2, 3, 4]]}}',
        "utf-8",
    )
    assert recognise(tmp_path).name == "cadb"
    a, b = load(tmp_path).photos
    assert (a.crops[0].score, a.tags, a.split) == (
        3.4,
        ("animal", "center", "vanishing point", "pattern"),
        "train",
    )
    assert a.elements == {
        "center": ((0.1, 0.1, 0.5, 0.5),),
        "vanishing point": ((0, 0, 119 / 120, 79 / 80),),
        "pattern": (),
    }
    assert b.elements == {"rule of thirds": ()}  # without its photo, pixels are of nothing
    assert {*a.elements, *b.elements} <= {str(element) for element in Element}
    assert a.crops[0].box.area == 1 and a.size and a.size.width == 120
    assert (b.crops[0].score, b.size) == (1.5, None)


@pytest.mark.parametrize("shape", ["3", "[1, 2]", '[[1, "x"]]', "[[1, 2, 3]]"])
def test_cadb_names_an_element_that_is_not_drawn(
    tmp_path: Path, make_photo: MakePhoto, shape: str
) -> None:
    make_photo(tmp_path / "images" / "a.jpg")
    (tmp_path / "composition_scores.json").write_text('{"a.jpg": {"mean": 3}}', "utf-8")
    file = tmp_path / "composition_elements.json"
    file.write_text('{\n"a.jpg": {"curved": ' + shape + "}}", "utf-8")
    with pytest.raises(DatasetError, match=r"composition_elements\.json:2: .*'curved'"):
        load(tmp_path)


def test_cadb_scores_have_a_range(tmp_path: Path) -> None:
    (tmp_path / "composition_scores.json").write_text('{\n"a.jpg": {"mean": 9}}', "utf-8")
    with pytest.raises(DatasetError, match=r":2: a composition score lies between 1 and 5"):
        load(tmp_path)


def aadb(root: Path, split: str, attribute: str, text: str) -> None:
    folder = root / "imgListFiles_label"
    folder.mkdir(exist_ok=True)
    (folder / f"imgList{split}Regression_{attribute}.txt").write_text(text, "utf-8")


def test_aadb(tmp_path: Path, make_photo: MakePhoto) -> None:
    aadb(tmp_path, "Train", "score", "farm_a.jpg 0.6\nfarm_b.jpg 0.2\n")
    aadb(tmp_path, "Train", "BalacingElements", "farm_a.jpg -0.5\n")
    aadb(tmp_path, "TestNew", "score", "farm_c.jpg 0.45\nfarm_a.jpg 0.6\n")
    make_photo(tmp_path / "AADB_newtest" / "0.450_farm_c.jpg")
    assert recognise(tmp_path).name == "aadb"
    found = load(tmp_path)
    assert [(p.name, p.split, p.crops[0].score) for p in found.photos] == [
        ("farm_a.jpg", "train", 0.6),
        ("farm_b.jpg", "train", 0.2),
        ("farm_c.jpg", "test", 0.45),
    ]
    assert found.photos[0].attributes == {"BalacingElements": -0.5}
    assert found.photos[2].path.endswith("0.450_farm_c.jpg")
    assert found.problems[0].kind == "photo listed in two splits"


@pytest.mark.parametrize("line", ["farm_b.jpg", "farm_b.jpg high", "0.5", "farm_b.jpg 7"])
def test_aadb_names_the_line(tmp_path: Path, line: str) -> None:
    aadb(tmp_path, "Train", "score", f"farm_a.jpg 0.6\n{line}\n")
    with pytest.raises(DatasetError, match=r"imgListTrainRegression_score\.txt:2: "):
        load(tmp_path)
