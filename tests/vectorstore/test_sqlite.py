import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cropsmith.errors import UsageError
from cropsmith.vectorstore.sqlite import connect

FIRST = """
CREATE TABLE IF NOT EXISTS a (x TEXT);  -- with a semicolon; in a comment
INSERT INTO a VALUES ('one; two');
"""
SECOND = "ALTER TABLE a ADD COLUMN y INTEGER;\nCREATE INDEX by_y ON a (y);"


def test_a_file_gets_the_scripts_that_it_has_not_had(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file.sqlite"
    connect(path, [FIRST], synchronous="FULL").close()
    with closing(connect(path, [FIRST, SECOND], synchronous="FULL")) as database:
        assert database.execute("SELECT * FROM a").fetchall() == [("one; two", None)]
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
    with pytest.raises(UsageError, match="newer cropsmith"):
        connect(path, [FIRST], synchronous="FULL")


def test_a_script_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file.sqlite"
    connect(path, [FIRST], synchronous="FULL").close()
    with pytest.raises(sqlite3.OperationalError):
        connect(path, [FIRST, SECOND + "\nCREATE TABLE a (z);"], synchronous="FULL")
    with closing(connect(path, [FIRST], synchronous="FULL")) as database:
        assert database.execute("SELECT * FROM a").fetchall() == [("one; two",)]


def test_of_many_processes_one_migrates(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from cropsmith.vectorstore.sqlite import connect\n"
        f"connect(Path(sys.argv[1]), [{FIRST!r}, {SECOND!r}], synchronous='FULL').close()"
    )
    path = tmp_path / "file.sqlite"
    running = [
        subprocess.Popen([sys.executable, "-P", "-c", code, str(path)], stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for process in running:
        _, told = process.communicate()
        assert process.returncode == 0, told
    with closing(connect(path, [FIRST, SECOND], synchronous="FULL")) as database:
        assert database.execute("SELECT count(*) FROM a").fetchone() == (1,)
