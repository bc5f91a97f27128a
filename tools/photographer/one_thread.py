"""Linear algebra on one thread: small products that a second thread would only make dearer.

BLAS keeps its threads spinning between products. On the sizes of one photo that more than doubles
the CPU time of a request and gains nothing; batches use one process a core.
"""

from contextlib import AbstractContextManager
from functools import cache
from typing import Any


@cache
def _pools() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """Hold BLAS to one thread for the length of a `with`; the earlier number comes back after."""
    limit: AbstractContextManager[Any] = _pools().limit(limits=1, user_api="blas")
    return limit
