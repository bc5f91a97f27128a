"""Fill an index from a list of photos: resumable, in bounded memory, at the encoder's pace."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from cropsmith.errors import UsageError
from cropsmith.vectorstore.cache import EmbeddingCache
from cropsmith.vectorstore.embedder import Embedder, Picture, Prepared
from cropsmith.vectorstore.index import Index
from cropsmith.vectorstore.store import Row, Vector

COMMIT_ROWS = 256
COMMIT_SECONDS = 2.0
"""Rows are committed when either is reached: what a kill can cost, in work never in rows."""


@dataclass(frozen=True)
class Opened:
    """A photo read from disk."""

    sha256: str
    picture: Picture = field(repr=False)
    payload: str
    """JSON kept with the vector."""


@dataclass(frozen=True)
class Entry:
    """A photo to be indexed."""

    id: str
    fingerprint: str
    """Changes when the photo or its labels change."""
    open: Callable[[int], Opened]
    """Read the photo at a long side in pixels; UsageError when it cannot be read."""


@dataclass(frozen=True)
class Bad:
    """A photo or line that was left out."""

    id: str
    reason: str


@dataclass(frozen=True)
class Progress:
    """How far a build has come."""

    done: int
    total: int
    rate: float
    """Photos a second since the start, those already there left out; 0 at first."""
    seconds_left: float | None


@dataclass(frozen=True)
class BuildReport:
    """What a build did."""

    added: int
    kept: int
    """Already there, and unchanged."""
    bad: Sequence[Bad]
    seconds: float

    @property
    def rate(self) -> float:
        """Photos added a second."""
        return self.added / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class _Ready:
    entry: Entry
    opened: Opened
    prepared: Prepared | None
    vector: Vector | None


class _Writer:
    """Commits rows in groups, and whatever is left when the build ends for any reason."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._rows: list[Row] = []
        self._last = time.monotonic()

    def write(self, rows: Sequence[Row]) -> None:
        self._rows.extend(rows)
        late = time.monotonic() - self._last > COMMIT_SECONDS
        if late or len(self._rows) >= COMMIT_ROWS:
            self.flush()

    def flush(self) -> None:
        rows, self._rows = self._rows, []
        if rows:
            self._index.store.add(rows)
        self._last = time.monotonic()


def build(
    index: Index,
    by: Embedder,
    entries: Sequence[Entry],
    *,
    cache: EmbeddingCache | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    workers: int = 2,
) -> BuildReport:
    """Add the entries that are not there yet; bad ones are counted and listed, not fatal.

    May be killed at any moment and started again, and may run in several processes at once: rows
    are known by id, so none is lost or doubled.
    """
    index.refuse_other(by)
    started = time.monotonic()
    unique = list({entry.id: entry for entry in entries}.values())
    there = index.store.known([entry.id for entry in unique])
    todo = [entry for entry in unique if there.get(entry.id) != entry.fingerprint]
    kept = len(unique) - len(todo)
    bad: list[Bad] = []
    added = 0
    writer = _Writer(index)
    try:
        for batch in _batches(by, todo, cache, bad, workers):
            writer.write(_embed(by, batch, cache))
            added += len(batch)
            on_progress(_progress(kept, added + len(bad), len(unique), started))
    finally:
        writer.flush()
    on_progress(_progress(kept, added + len(bad), len(unique), started))
    return BuildReport(added, kept, tuple(bad), time.monotonic() - started)


def _progress(kept: int, handled: int, total: int, started: float) -> Progress:
    seconds = time.monotonic() - started
    rate = handled / seconds if seconds > 0 else 0.0
    left = (total - kept - handled) / rate if rate else None
    return Progress(kept + handled, total, rate, left)


def _batches(
    by: Embedder,
    todo: Sequence[Entry],
    cache: EmbeddingCache | None,
    bad: list[Bad],
    workers: int,
) -> Iterator[list[_Ready]]:
    """Yield batches that are read and prepared ahead, at most two batches of them at a time."""

    def read(entry: Entry) -> _Ready:
        opened = entry.open(by.side)
        known = cache.get(by.id, [opened.sha256]).get(opened.sha256) if cache else None
        if known is not None and known.shape == (by.dimension,):
            return _Ready(entry, opened, None, known)
        return _Ready(entry, opened, by.prepare(opened.picture), None)

    ahead: deque[tuple[Entry, Future[_Ready]]] = deque()
    batch: list[_Ready] = []
    waiting = iter(todo)
    with ThreadPoolExecutor(workers, thread_name_prefix="index") as pool:
        try:
            while True:
                while len(ahead) < 2 * by.batch and (entry := next(waiting, None)):
                    ahead.append((entry, pool.submit(read, entry)))
                if not ahead:
                    break
                entry, future = ahead.popleft()
                try:
                    batch.append(future.result())
                except UsageError as error:
                    bad.append(Bad(entry.id, str(error)))
                if len(batch) >= by.batch:
                    yield batch
                    batch = []
        finally:
            for _, future in ahead:
                future.cancel()
    if batch:
        yield batch


def _embed(by: Embedder, batch: Sequence[_Ready], cache: EmbeddingCache | None) -> list[Row]:
    fresh = [ready for ready in batch if ready.prepared is not None]
    vectors = by.embed([ready.prepared for ready in fresh if ready.prepared is not None])
    new = {ready.opened.sha256: vectors[line] for line, ready in enumerate(fresh)}
    if cache and new:
        cache.put(by.id, new)
    return [
        Row(
            id=ready.entry.id,
            vector=new[ready.opened.sha256] if ready.vector is None else ready.vector,
            payload=ready.opened.payload,
            fingerprint=ready.entry.fingerprint,
        )
        for ready in batch
    ]
