"""What other libraries' errors say, in words that stand within a sentence."""

import errno
import os
from pathlib import Path

import pytest

from cropsmith.errors import why


def test_of_a_file_it_tells_the_reason_alone(tmp_path: Path) -> None:
    with pytest.raises(OSError) as missing:
        (tmp_path / "none").read_text("utf-8")
    assert why(missing.value) == "no such file or directory"
    (tmp_path / "latin").write_bytes(b"\xe9")
    with pytest.raises(UnicodeDecodeError) as foreign:
        (tmp_path / "latin").read_text("utf-8")
    assert why(foreign.value) == "it is not UTF-8 text"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "the disk is full"),
        (ValueError("Two\n lines."), "two lines"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_it_is_one_line_without_an_end(error: Exception, said: str) -> None:
    assert why(error) == said
