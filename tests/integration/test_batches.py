"""A batch whose workers and parents are killed at random loses nothing and does nothing twice."""

import sys
from pathlib import Path

import pytest

from tests.batches import faults, links, shoot, small_photo

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_or_half_written_or_done_twice(tmp_path: Path, seed: int) -> None:
    links(small_photo(tmp_path / "photo.jpg", 640), tmp_path / "in", 200)
    shot = shoot(tmp_path / "in", tmp_path / "out", seed, parents=3, workers=3)
    assert not shot.wrong
    assert shot.parents_killed == 3
    assert shot.runs >= 4


def test_the_check_itself_sees_what_is_wrong(tmp_path: Path) -> None:
    links(small_photo(tmp_path / "photo.jpg", 64), tmp_path / "in", 3)
    out = tmp_path / "out" / "000"
    out.mkdir(parents=True)
    whole = (tmp_path / "photo.jpg").read_bytes()
    (out / "000000-crop.jpg").write_bytes(whole)
    (out / "000001-crop.jpg").write_bytes(whole[: len(whole) // 2])
    (out / ".x.part").touch()
    found = faults(tmp_path / "in", tmp_path / "out")
    assert len(found) == 3
    assert all(any(word in one for one in found) for word in ("lacks", "half-", "left behind"))
