"""One purse for shards of a study: a file that all of them reach, in which each holds and books."""

import sqlite3
import time
from pathlib import Path

from cropsmith.errors import OutputError, UsageError, why

STUDY = "study"
"""Who spent what the study's own store has: nobody who runs now."""
STALE = 900.0
"""Seconds after which what another holds is not waited for: it may have been killed."""

TABLE = """
    CREATE TABLE IF NOT EXISTS parties
    (name TEXT PRIMARY KEY, cost REAL NOT NULL, held REAL NOT NULL, changed REAL NOT NULL)
"""


class CommonPurse:
    """What all shards have spent and hold; `name` is the one that looks into it here.

    What a killed shard held stays held until that shard runs again and says what came of it.
    """

    def __init__(self, path: Path, name: str, *, cost: float, study: float) -> None:
        """`cost`: what this shard has spent so far; `study`: what the study's own store has.

        US dollars. The store may have taken shards in, so what they spent is not counted there.
        """
        self._path, self._name = path, name
        if not path.parent.is_dir():
            # Made here it would be another machine's purse: a disk that all share is not mounted.
            raise UsageError(
                f"The purse {path} cannot be opened: there is no folder {path.parent}.",
                hint="Name one that all shards reach.",
            )
        try:
            # No write-ahead log: that one needs memory which two machines do not share.
            self._db = sqlite3.connect(path, timeout=60, isolation_level=None)
            self._db.execute(TABLE)
        except (OSError, sqlite3.Error) as error:
            raise OutputError(f"The purse {path} cannot be opened: {why(error)}.") from error
        self._do("BEGIN IMMEDIATE")
        self._set(name, cost, 0.0)
        shards = self._sum("cost + held", "name != ?", STUDY)
        known = self._sum("cost", "name = ?", STUDY)
        self._set(STUDY, max(known, study - shards), 0.0)
        self._do("COMMIT")

    def take(self, cost: float, held: float, ceiling: float) -> bool:
        """Hold so much if all together stay under the ceiling; tell whether it is held."""
        self._do("BEGIN IMMEDIATE")
        fits = self.others() + cost + held <= ceiling
        if fits:
            self._set(self._name, cost, held)
        self._do("COMMIT")
        return fits

    def book(self, cost: float, held: float) -> None:
        """Say what this shard has spent and holds."""
        self._set(self._name, cost, held)

    def others(self) -> float:
        """Return what all others have spent and hold, in US dollars."""
        return self._sum("cost + held", "name != ?", self._name)

    def may_free(self) -> bool:
        """Tell whether another holds something that it may still give back."""
        fresh = time.time() - STALE
        return self._sum("held", "name != ? AND changed > ?", self._name, fresh) > 1e-12

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _set(self, name: str, cost: float, held: float) -> None:
        values = (name, cost, held, time.time())
        self._do("INSERT OR REPLACE INTO parties VALUES (?, ?, ?, ?)", *values)

    def _sum(self, what: str, where: str, *values: object) -> float:
        rows = self._do(f"SELECT coalesce(sum({what}), 0) FROM parties WHERE {where}", *values)
        return float(rows[0][0])

    def _do(self, statement: str, *values: object) -> list[tuple[float, ...]]:
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise OutputError(f"The purse {self._path} failed: {why(error)}.") from error
