import json
from pathlib import Path

import pytest

from cropsmith.errors import UsageError
from cropsmith.evals.lab.asked.__main__ import arguments, work


def run(root: Path, *words: str) -> None:
    work(arguments(["--data", str(root), *words]))


def test_a_part_is_measured_and_every_answer_written(
    data_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("smartcrop")
    pytest.importorskip("pyvips")
    out = tmp_path / "out"
    run(data_root, "--part", "space", "--photos", "3", "--out", str(out), "--sheets")
    printed = capsys.readouterr().out
    assert "| space: 4 requests of 2 photos | cropsmith | centre | libvips | smartcrop |" in printed
    rows = [json.loads(line) for line in (out / "answers.jsonl").read_text().splitlines()]
    assert len(rows) == 4 * 4
    assert {row["cropper"] for row in rows} == {"cropsmith", "centre", "libvips", "smartcrop"}
    assert (out / "sheet-01.png").is_file()


def test_what_cannot_be_done_is_said(data_root: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="weights"):
        run(data_root, "--part", "faces")
    with pytest.raises(SystemExit):
        arguments(["--data", str(data_root), "--blind"])
    with pytest.raises(UsageError, match="none was asked for"):
        run(data_root, "--part", "answers", "--photos", "2", "--out", str(tmp_path), "--sheets")
