"""Linear algebra on one thread: small products that a second thread would only make dearer.

BLAS keeps its threads spinning between products. On the sizes of one photo that more than doubles
the CPU time of a request and gains nothing; batches use one process a core. The number of threads
decides the last bit of a sum, too, and belongs to the process or to a thread, as BLAS was built:
so shapes and runs that go side by side take turns at these milliseconds.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_TURN = threading.RLock()


@cache
def _pools() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS to one thread for the length of a `with`; the earlier number comes back after."""
    with _TURN, _pools().limit(limits=1, user_api="blas"):
        yield
