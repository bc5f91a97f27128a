"""Linear algebra on one thread: small products that a second thread would only make dearer.

BLAS keeps its threads spinning between products. On the sizes of one photo that more than doubles
the CPU time of a request and gains nothing; batches use one process a core. The number of threads
also decides the last bit of a sum, and is the whole process's: shapes and runs that go side by
side share one hold on it, which ends with the last of them.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_LOCK = threading.Lock()
_HOLDS: list[Any] = []
"""The one limit that is set, once for each holder."""


@cache
def _pools() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS to one thread for the length of a `with`; the earlier number comes back after."""
    with _LOCK:
        _HOLDS.append(_HOLDS[0] if _HOLDS else _pools().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _LOCK:
            limit = _HOLDS.pop()
            if not _HOLDS:
                limit.restore_original_limits()
