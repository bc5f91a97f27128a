import json
from pathlib import Path

import pytest

from cropsmith.errors import UsageError
from cropsmith.evals.lab.asked.blind import Key, draw_pictures, shuffle, write_blind
from cropsmith.evals.lab.asked.croppers import NAMES
from cropsmith.evals.lab.asked.folder import DataFolder
from cropsmith.evals.lab.asked.verdict import read_verdict, table_of_verdicts


@pytest.fixture(scope="module")
def key(data_root: Path) -> Key:
    pytest.importorskip("smartcrop")
    pytest.importorskip("pyvips")
    return shuffle(draw_pictures(DataFolder(data_root), 5, seed=3), seed=3)


def judge(key: Key, liked: str, path: Path) -> Path:
    """Write the verdict of someone who knows, likes one cropper and finds the centre bad."""
    verdict = {}
    for photo in key.photos:
        letters = {name: letter for letter, name in photo.croppers.items()}
        verdict[photo.id] = {"best": letters[liked], "bad": [letters["centre"]]}
    path.write_text(json.dumps(verdict))
    return path


def test_photos_differ_and_shapes_cut(data: DataFolder) -> None:
    drawn = draw_pictures(data, 5, seed=3)
    names = [picture.name for picture, _ in drawn]
    assert len({name.removesuffix(" again.jpg").removesuffix(".jpg") for name in names}) == 5
    for picture, ratio in drawn:
        frame = picture.size.width / picture.size.height
        assert min(frame / ratio.value, ratio.value / frame) <= 0.85
    with pytest.raises(UsageError, match="Only 5"):
        draw_pictures(data, 6, seed=3)


def test_every_cropper_is_behind_a_letter_and_no_sheet_tells(key: Key, tmp_path: Path) -> None:
    for photo in key.photos:
        assert sorted(photo.croppers.values()) == sorted(NAMES)
        assert list(photo.boxes) == list("ABCD")
    assert len({tuple(photo.croppers.values()) for photo in key.photos}) > 1
    sheets = write_blind(key, tmp_path)
    assert [path.name for path in sheets] == ["blind-01.png", "blind-02.png"]
    assert Key.model_validate_json((tmp_path / "key.json").read_text()) == key
    beside = {path.name for path in sheets[0].parent.iterdir()} - {path.name for path in sheets}
    assert beside == {"verdict.json"}
    with pytest.raises(UsageError, match="says nothing yet"):
        read_verdict(tmp_path / "blind" / "verdict.json", key)


def test_the_table_counts_best_and_bad(key: Key, tmp_path: Path) -> None:
    verdict = read_verdict(judge(key, "smartcrop", tmp_path / "one.json"), key)
    rows = {line.split(" | ")[0]: line for line in table_of_verdicts(key, [verdict]).splitlines()}
    assert rows["| centre"].endswith("5 (100% [100%, 100%]) |")
    assert rows["| cropsmith"].endswith("0 (0% [0%, 0%]) |")
    best = float(rows["| smartcrop"].split("|")[2].split()[0])
    assert 0 < best <= 5
    other = read_verdict(judge(key, "cropsmith", tmp_path / "two.json"), key)
    assert "5 photos, 2 judges" in table_of_verdicts(key, [verdict, other])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"01": {"best": "E", "bad": []}}, "'E' is no letter"),
        ({"01": {"best": "A"}}, "01 / bad"),
        ({"77": {"best": "A", "bad": []}}, "photo 77"),
    ],
)
def test_a_verdict_that_cannot_be_is_refused(
    change: dict[str, object], told: str, key: Key, tmp_path: Path
) -> None:
    path = judge(key, "libvips", tmp_path / "verdict.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(UsageError, match=told):
        read_verdict(path, key)
