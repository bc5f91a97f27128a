"""The trace file is shared: what one program does to it costs another nothing."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cropsmith.agents.trace.database import connect, file_of
from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from tests.agents.trace.test_store import run

LIST = """
import sys
from pathlib import Path
from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
for head in TraceLibrary(Path(sys.argv[1])).list(TraceFilter(limit=100)):
    print(head.id)
"""


def listed_elsewhere(home: Path) -> list[str]:
    """Return the ids that another process sees; it opens and closes the file."""
    done = subprocess.run(
        [sys.executable, "-c", LIST, str(home)], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_a_command_beside_a_studio_loses_no_trace(home: Path) -> None:
    library = TraceLibrary(home)
    kept = [run(home)]
    for _ in range(3):
        library.list()  # a page of the studio: opened and closed beside the writer
        assert set(listed_elsewhere(home)) == set(kept)
        kept.append(run(home))
    assert set(listed_elsewhere(home)) == set(kept)
    assert {head.id for head in library.list(TraceFilter(limit=100))} == set(kept)


def test_the_log_stays_while_anybody_writes(home: Path) -> None:
    with closing(connect(home)) as studio:
        connect(home).close()
        listed_elsewhere(home)
        log = file_of(home).with_name("traces.sqlite-wal")
        assert log.is_file()
        studio.execute("INSERT INTO verdicts VALUES ('a', 0, 0.0, '{}')")
    with closing(connect(home)) as later:
        assert later.execute("SELECT count(*) FROM verdicts").fetchone() == (1,)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such rights")
def test_the_file_is_its_owners_alone(home: Path) -> None:
    connect(home).close()
    assert file_of(home).stat().st_mode & 0o077 == 0
