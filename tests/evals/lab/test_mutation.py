"""Mutants are drawn by seed, and killed or spared as the tests say."""

import subprocess
import sys
from pathlib import Path

import pytest

from cropsmith.evals.lab.mutation import Mutant, mutants

SOURCE = '''"""A file."""


def larger(a: int | None, b: int = 1 - 1) -> int | None:
    if a is None:
        return b
    return a if a > b else b
'''


@pytest.mark.integration
def test_the_seed_draws_a_mutant_a_place() -> None:
    pytest.importorskip("cosmic_ray")
    drawn = mutants(SOURCE, seed=0, sample=40)
    assert drawn == mutants(SOURCE, seed=0, sample=40)
    assert drawn != mutants(SOURCE, seed=1, sample=40)
    assert len(mutants(SOURCE, seed=0, sample=2)) == 2
    assert all(mutant.code != SOURCE for mutant in drawn)
    assert all(mutant.code.count("int | None") == 2 for mutant in drawn), "annotations stay"
    assert {mutant.line for mutant in drawn} == {4, 5, 7}


def test_a_survivor_is_told_beside_the_original() -> None:
    told = Mutant(7, "Lt", SOURCE.replace("a > b", "a < b")).told(SOURCE)
    assert told.strip() == "line 7, Lt: return a if a > b else b  ->  return a if a < b else b"


TEST = """
from importlib.machinery import SourceFileLoader

larger = SourceFileLoader("subject", {file!r}).load_module().larger


def test_it():
    assert larger(2, 1) == 2 and larger(1, 3) == 3
"""
ASK = """
import sys
from pathlib import Path

from cropsmith.evals.lab.mutation import passes

file, test, *codes = sys.argv[1:]
print([passes(Path(file), code, (test,), 60, None) for code in codes])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_mutant_lives_where_no_test_minds_it(tmp_path: Path) -> None:
    file, test = tmp_path.resolve() / "subject.py", tmp_path / "test_subject.py"
    file.write_text(SOURCE, "utf-8")
    test.write_text(TEST.format(file=str(file)), "utf-8")
    codes = (SOURCE.replace("a > b", "a >= b"), SOURCE.replace("a > b", "a < b"))
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK, str(file), str(test), *codes],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[True, False]"
    assert file.read_text("utf-8") == SOURCE
