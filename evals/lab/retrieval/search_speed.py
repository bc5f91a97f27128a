"""Search of the top 30 against plain NumPy and hnswlib, in one run: CPU time, in turns.

    python -m cropsmith.evals.lab.retrieval.search_speed [ROWS ...]      (3000 100000)

512 dimensions. Rows lie around 200 centres, as embeddings of photos do, and queries near rows. The
stores answer with payloads, NumPy and hnswlib with row numbers alone. Recall is of the exact top.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import MissingExtra
from cropsmith.evals.lab.benchmarks.clock import cpu_ms
from cropsmith.vectorstore.embedder import unit
from cropsmith.vectorstore.exact import ExactStore
from cropsmith.vectorstore.store import Row, Store

DIMENSION = 512
TOP = 30
QUERIES = 20
PAYLOAD = '{"source": "benchmark", "crops": [' + "[0.1, 0.2, 0.9, 0.8], " * 12 + "[]]}"

Floats = NDArray[np.float32]


def rows_of(count: int) -> Floats:
    """Return unit rows around 200 centres."""
    generator = np.random.default_rng(0)
    centres = generator.normal(size=(200, DIMENSION))
    noise = generator.normal(size=(count, DIMENSION)).astype(np.float32)
    return unit(centres[generator.integers(0, 200, count)] + 0.8 * noise)


def plain(matrix: Floats, query: Floats) -> NDArray[np.intp]:
    """Return the exact top by brute force."""
    cosines = matrix @ query
    best = np.argpartition(-cosines, TOP - 1)[:TOP]
    return best[np.argsort(-cosines[best])]


def filled(store: Store, matrix: Floats) -> float:
    """Add all rows; return the seconds of wall time."""
    start = time.perf_counter()
    for first in range(0, len(matrix), 1000):
        block = matrix[first : first + 1000]
        store.add([Row(str(first + n), row, PAYLOAD, "1") for n, row in enumerate(block)])
    return time.perf_counter() - start


def recall(found: Sequence[Sequence[int]], exact: Sequence[Sequence[int]]) -> float:
    """Return the share of the exact top that was found."""
    shares = [len(set(f) & set(e)) / TOP for f, e in zip(found, exact, strict=True)]
    return float(np.mean(shares))


def compare(count: int, folder: Path) -> None:
    """Print one table."""
    matrix = rows_of(count)
    chance = np.random.default_rng(1)
    queries = unit(
        matrix[chance.integers(0, count, QUERIES)]
        + 0.03 * chance.normal(size=(QUERIES, DIMENSION)).astype(np.float32)
    )
    exact = ExactStore(folder / "exact", DIMENSION)
    stores: dict[str, Store] = {"exact store": exact}
    build = {"exact store": filled(exact, matrix)}
    try:
        from cropsmith.vectorstore.chroma import ChromaStore

        chroma = ChromaStore(collection="bench", dimension=DIMENSION, folder=folder / "chroma")
        build["chroma store"] = filled(chroma, matrix)
        stores["chroma store"] = chroma
    except MissingExtra as missing:
        print(missing)
    graph = None
    try:
        import hnswlib

        start = time.perf_counter()
        graph = hnswlib.Index(space="ip", dim=DIMENSION)
        graph.init_index(max_elements=count, ef_construction=200, M=16)
        graph.add_items(matrix, num_threads=1)
        graph.set_ef(200)
        graph.set_num_threads(1)
        build["hnswlib"] = time.perf_counter() - start
    except ImportError:
        print("hnswlib is not installed; its row is missing")
    truth = [plain(matrix, query).tolist() for query in queries]
    rivals = {"plain NumPy": lambda: [plain(matrix, query).tolist() for query in queries]}
    for name, store in stores.items():
        rivals[name] = lambda store=store: [  # type: ignore[misc]
            [int(hit.id) for hit in store.search(query, TOP)] for query in queries
        ]
    if graph is not None:
        rivals["hnswlib"] = lambda: [graph.knn_query(q, k=TOP)[0][0].tolist() for q in queries]
    times = cpu_ms(rivals, repeats=5)
    base = times["plain NumPy"]
    print(f"\n{count} rows of {DIMENSION}, top {TOP}: CPU ms a query")
    for name, took in times.items():
        print(
            f"  {name:13s} {took / QUERIES:8.3f} ms   {took / base:6.2f} x NumPy   "
            f"recall {recall(rivals[name](), truth):.3f}   build {build.get(name, 0):6.1f} s"
        )
    for store in stores.values():
        store.close()
    start = time.process_time()
    again = ExactStore(folder / "exact", DIMENSION)
    again.search(queries[0], TOP)
    print(f"  exact store, opening and first search: {1e3 * (time.process_time() - start):.0f} ms")
    again.close()


def main() -> None:
    """Compare at each number of rows."""
    for count in [int(text) for text in sys.argv[1:]] or [3_000, 100_000]:
        with TemporaryDirectory() as folder:
            compare(count, Path(folder))


if __name__ == "__main__":
    main()
