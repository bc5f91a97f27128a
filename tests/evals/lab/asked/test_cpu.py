import sys
from pathlib import Path

import pytest

from cropsmith.errors import CropsmithError
from cropsmith.evals.lab.asked.cpu import Installation, Timed, table_of_cpu
from cropsmith.evals.lab.asked.folder import DataFolder


def test_an_installation_tells_its_cpu_time_and_its_end(data: DataFolder) -> None:
    photo = data.labelled(1)[0].path
    with Installation(Path(sys.executable)) as one:
        first, second = one.ask(photo, "4:5"), one.ask(photo, "4:5")
        assert 0 < second < first  # the first one reads the weights
        with pytest.raises(CropsmithError, match="ended at"):
            one.ask(photo.parent / "nothing.jpg", "")


def test_the_ratio_is_that_of_the_means(data: DataFolder) -> None:
    seconds = [{"here": 0.1, "beside": 0.1}, {"here": 0.5, "beside": 0.2}]
    pictures = data.labelled(2)
    timed = [Timed(p, "free", s) for p, s in zip(pictures, seconds, strict=True)]
    row = table_of_cpu(timed).splitlines()[-1]
    assert row.startswith("| free (2 photos) | 300 ms | 150 ms | 2.00 [")
    assert "150 [0, 300]" in row
    alone = [Timed(pictures[0], "free", {"here": 0.1})]
    assert table_of_cpu(alone).splitlines()[-1] == "| free (1 photos) | 100 ms |  |  |  |"
