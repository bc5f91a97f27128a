"""A Postgres server of Debian's packages, in a folder of its own, for the tests that need one."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cropsmith.evals.study.serving import free_port

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


class PostgresServer:
    """A running server whose one user needs no password."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of Postgres' programs, which refuse to be root's."""
        command = [str(PROGRAMS[-1].with_name(program)), "-D", str(self._folder), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self._folder}"
        self.run("pg_ctl", "-w", "-o", options, "-l", str(self._folder / "log"), "start")

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        self.run("pg_ctl", "-w", "-m", "immediate", "stop")


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run a server; skip the test where Postgres is not installed."""
    pytest.importorskip("psycopg")
    if not PROGRAMS:
        pytest.skip("needs Postgres; .ci/servers installs it")
    with tempfile.TemporaryDirectory() as place:  # short, as the socket's path must be
        folder = Path(place) / "db"
        folder.mkdir()
        if os.getuid() == 0:
            os.chmod(place, 0o755)
            subprocess.run(["chown", "postgres", str(folder)], check=True)
        server = PostgresServer(folder)
        server.run("initdb", "-U", "postgres", "-A", "trust")
        server.start()
        try:
            yield server
        finally:
            server.stop()
