from pathlib import Path

import pytest

from cropsmith.errors import UsageError
from cropsmith.evals.lab.asked.folder import DataFolder


def test_labels_become_shares_of_the_photo(data: DataFolder) -> None:
    pictures = {one.name: one for one in data.labelled()}
    cup = pictures["coffee.jpg"].things[0]
    assert cup.label == "cup"
    assert cup.box.x1 == pytest.approx(150 / 600) and cup.box.y2 == pytest.approx(330 / 400)
    assert pictures["coffee.jpg"].main == cup


def test_chance_comes_from_the_seed(data_root: Path) -> None:
    drawn = [{p.name for p in DataFolder(data_root, seed).labelled(1)} for seed in range(12)]
    again = [{p.name for p in DataFolder(data_root, seed).labelled(1)} for seed in range(12)]
    assert drawn == again and len(set(map(frozenset, drawn))) > 1


def test_loose_photos_are_those_that_open(data: DataFolder) -> None:
    names = {one.name for one in data.loose("photos")}
    assert names == {"astronaut.jpg", "chelsea again.jpg"}
    assert not data.loose("photos", least_side=5000)


@pytest.mark.parametrize("missing", ["grounding/annotations.json", "weights/", "nowhere"])
def test_what_is_missing_is_named(missing: str, tmp_path: Path, data_root: Path) -> None:
    with pytest.raises(UsageError, match=missing.strip("/")) as told:
        if missing == "weights/":
            list(DataFolder(data_root).with_faces(3))
        elif missing == "nowhere":
            DataFolder(tmp_path).loose("nowhere")
        else:
            DataFolder(tmp_path).labelled()
    assert "grounding/annotations.json" in told.value.hint
