"""Files in object stores (S3, Google, Azure), by fsspec: read, written whole, listed.

An address is "s3://bucket/a.jpg"; as a `Path`, which drops a slash, it is known by its first part,
"s3:". Who may read what, and where the store is, stands in the environment, as each store's own
library has it (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, GOOGLE_APPLICATION_CREDENTIALS, ...).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cropsmith.errors import CropsmithError, MissingExtra, OutputError, UnreadableImage
from cropsmith.tools.schema.secret_text import without_secrets

SCHEMES = {
    "s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "az": "blob", "abfs": "blob",
    "abfss": "blob", "memory": "s3",
}  # fmt: skip
"""Which extra of cropsmith brings the library of a scheme; memory is fsspec's own."""


def is_remote(given: str | os.PathLike[str]) -> bool:
    """Tell whether something is an address of an object store, or a path made of one."""
    text = os.fspath(given)
    scheme, colon, rest = text.partition(":/") if isinstance(text, str) else ("", "", "")
    return bool(colon and rest) and scheme.lower() in SCHEMES


def address_of(path: str | os.PathLike[str]) -> str:
    """Return the address that a path was made of."""
    scheme, _, rest = os.fspath(path).partition(":/")
    return f"{scheme.lower()}://{rest.lstrip('/')}"


def shown(path: Path) -> str:
    """Return a path as a person wrote it: an address with both its slashes."""
    return address_of(path) if is_remote(path) else str(path)


def read_remote(address: str, most: int) -> bytes:
    """Return the bytes of a file, `most` + 1 of a larger one. UnreadableImage when it has none."""
    with _telling(UnreadableImage, address, "read"):
        data: bytes = _store(address).cat_file(_inner(address), end=most + 1)
        return data


def write_remote(path: Path, data: bytes) -> None:
    """Write a file: stores show it whole or not at all. OutputError when that cannot be."""
    address = address_of(path)
    with _telling(OutputError, address, "written"):
        _store(address).pipe_file(_inner(address), data)


def is_there(path: Path) -> bool:
    """Tell whether there is a file, here or in a store. OutputError when that cannot be known."""
    if not is_remote(path):
        return path.is_file()
    address = address_of(path)
    with _telling(OutputError, address, "looked for"):
        store = _store(address)
        store.invalidate_cache(_inner(address).rpartition("/")[0])  # others write there as well
        return bool(store.isfile(_inner(address)))


def listed(pattern: str) -> Iterator[str]:
    """Yield the addresses that a pattern matches, or that lie in a folder and below, sorted."""
    scheme = address_of(pattern).partition("://")[0]
    with _telling(UnreadableImage, pattern, "listed"):
        store, inner = _store(pattern), _inner(pattern)
        magic = any(sign in inner for sign in "*?[")
        names = store.glob(inner) if magic else store.find(inner)
    yield from (f"{scheme}://{str(name).lstrip('/')}" for name in sorted(names))


def _inner(address: str) -> str:
    return address_of(address).partition("://")[2]


def _store(address: str) -> Any:
    scheme = address_of(address).partition("://")[0]
    try:
        import fsspec

        return fsspec.filesystem(scheme)
    except ImportError as error:  # fsspec, or the library that it needs for this store
        raise MissingExtra(f"A file at {scheme}://", SCHEMES[scheme]) from error


@contextmanager
def _telling(kind: type[CropsmithError], address: str, done: str) -> Iterator[None]:
    """Within the block every error of a store's library, each has its own, becomes a sentence."""
    shown = without_secrets(address_of(address))
    try:
        yield
    except CropsmithError:
        raise
    except FileNotFoundError as error:
        raise kind(f"There is no file {shown}.") from error
    except Exception as error:
        said = " ".join(without_secrets(str(error) or type(error).__name__).split()).rstrip(".")
        raise kind(f"{shown} cannot be {done}: {said}.") from error
