"""The Chroma store: embedded on disk, or a Chroma server by URL. Approximate (HNSW), filters apart.

The embedded engine does not expect several writing processes, so writers take turns by a lock file.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from cropsmith.errors import CropsmithError, MissingExtra, Unavailable, UsageError
from cropsmith.vectorstore.embedder import unit
from cropsmith.vectorstore.store import Hit, Row, Vector, damaged

PAGE = 1000
"""Rows a request; far below the engine's limit."""


class ChromaStore:
    """Rows in one Chroma collection; give a folder, or the URL of a server."""

    def __init__(
        self, *, collection: str, dimension: int, folder: Path | None = None, url: str = ""
    ) -> None:
        self._folder = folder
        self._url = url
        self._dimension = dimension
        self._lock = threading.RLock()
        with self._errors():
            self._client = _server(url) if url else _embedded(folder or Path())
            self._collection = self._client.get_or_create_collection(
                collection,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
            )

    def add(self, rows: Sequence[Row]) -> None:
        """Add the rows; a row whose id is there is replaced."""
        latest = list({row.id: row for row in rows}.values())
        with self._writing():
            for start in range(0, len(latest), PAGE):
                some = latest[start : start + PAGE]
                self._collection.upsert(
                    ids=[row.id for row in some],
                    embeddings=unit(np.array([row.vector for row in some], np.float32)),
                    documents=[row.payload for row in some],
                    metadatas=[{"fingerprint": row.fingerprint} for row in some],
                )

    def remove(self, ids: Sequence[str]) -> None:
        """Forget these rows."""
        if ids:
            with self._writing():
                self._collection.delete(ids=list(ids))

    def known(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the fingerprints of those ids that are there."""
        found: dict[str, str] = {}
        with self._errors():
            for start in range(0, len(ids), PAGE):
                some = list(ids[start : start + PAGE])
                got = self._collection.get(ids=some, include=["metadatas"])
                pairs = zip(got["ids"], got["metadatas"], strict=True)
                found.update((id, str(facts["fingerprint"])) for id, facts in pairs)
        return found

    def search(self, vector: Vector, count: int) -> Sequence[Hit]:
        """Return up to `count` rows, most similar first."""
        with self._errors():
            count = min(count, self._collection.count())
            if count < 1:
                return []
            query = unit(np.asarray(vector, dtype=np.float32).reshape(1, self._dimension))
            got = self._collection.query(
                query_embeddings=query, n_results=count, include=["documents", "distances"]
            )
        found = zip(got["ids"][0], got["distances"][0], got["documents"][0], strict=True)
        return [Hit(id, 1.0 - float(distance), payload) for id, distance, payload in found]

    def rows(self) -> Iterable[Row]:
        """Return every row, by id."""
        with self._errors():
            ids = sorted(self._collection.get(include=[])["ids"])
        for start in range(0, len(ids), PAGE):
            with self._errors():
                got = self._collection.get(
                    ids=ids[start : start + PAGE],
                    include=["embeddings", "documents", "metadatas"],
                )
            found = zip(
                got["ids"], got["embeddings"], got["documents"], got["metadatas"], strict=True
            )
            for id, vector, payload, facts in sorted(found, key=lambda row: str(row[0])):
                row = np.asarray(vector, dtype=np.float32)
                yield Row(id, row, payload, str(facts["fingerprint"]))

    def __len__(self) -> int:
        with self._errors():
            return int(self._collection.count())

    def close(self) -> None:
        """Let go of the client."""
        self._client.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, self._errors():
            if self._folder is None or self._url:
                yield
                return
            lock = sqlite3.connect(self._folder / "writing.lock", timeout=600, isolation_level=None)
            with closing(lock):
                lock.execute("BEGIN EXCLUSIVE")
                yield

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except CropsmithError:
            raise
        except Exception as error:  # Chroma raises its own, httpx's, and bare Exceptions
            if self._url:
                raise Unavailable(
                    f"The Chroma server at {self._url} does not answer: {_first_line(error)}.",
                    hint="Start it with: chroma run --path FOLDER",
                ) from error
            raise damaged(self._folder or Path(), error) from error


def _chromadb() -> Any:
    try:
        import chromadb
    except ImportError as error:
        raise MissingExtra("The Chroma store", "chroma") from error
    return chromadb


def _embedded(folder: Path) -> Any:
    chromadb = _chromadb()
    folder.mkdir(parents=True, exist_ok=True)
    quiet = chromadb.config.Settings(anonymized_telemetry=False)
    with _alone(folder):
        return chromadb.PersistentClient(path=str(folder), settings=quiet)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a lock that lives in the folder: two processes must not make Chroma's tables at once.

    SQLite's own lock, since it works on every system and goes with its process.
    """
    with closing(sqlite3.connect(folder / "opening.sqlite", timeout=60)) as lock:
        lock.isolation_level = None
        lock.execute("BEGIN EXCLUSIVE")
        yield


def _server(url: str) -> Any:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"'{url}' is not the URL of a Chroma server.", hint="http://HOST:8000")
    chromadb = _chromadb()
    return chromadb.HttpClient(
        host=parts.hostname,
        port=parts.port or (443 if parts.scheme == "https" else 8000),
        ssl=parts.scheme == "https",
        settings=chromadb.config.Settings(anonymized_telemetry=False),
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
