"""Files from outside go to the sandbox: the one door that the rest of this room uses."""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from cropsmith.tools.images.budget import limits_for
from cropsmith.tools.sandbox.limits import Limits
from cropsmith.tools.sandbox.pool import run
from cropsmith.tools.sandbox.wire import Document

T = TypeVar("T")


def in_sandbox(
    work: Callable[..., T],
    name: str,
    data: bytes,
    *arguments: object,
    sha256: str = "",
    limits: Limits | None = None,
) -> T:
    """Return `work(name, data, *arguments)`, done in a worker; see `run` for what can be raised.

    `name` is how the file is spoken of, `sha256` that of `data` where it is known already.
    """
    document = Document(data, sha256 or hashlib.sha256(data).hexdigest())
    limits = limits or limits_for(len(data))
    return run(work, name, document, *arguments, name=name, limits=limits)
