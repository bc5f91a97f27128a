"""Model weights: found in a folder, or fetched once by name and checked against a pinned sha256.

Two kinds. Single files of our own table (`tools/models/weights.toml`) are looked up in
`weights_folder()` and downloaded only by `fetch`, which a person asks for. Models of a hub
(OWLv2) are named as on the hub and found as a folder of `weights_folder()`, in the hub's own
cache, or, unless an offline flag is set, on the hub. `local_model` tells what is already here
without importing anything heavy. CLIP's names are open_clip's: see `vectorstore/clip_weights.py`.
"""

import hashlib
import importlib.util
import os
import tempfile
import tomllib
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path

from cropsmith.errors import CropsmithError, MissingExtra, UsageError
from cropsmith.settings import weights_folder
from cropsmith.tools.schema.values import Value
from cropsmith.vectorstore.clip_weights import hub_cache
from cropsmith.vectorstore.torchvision_guard import import_torchvision

CHUNK = 1 << 16
TIMEOUT = 30.0
"""Seconds without a byte before a download is given up."""

Progress = Callable[[int, int], None]
"""Called with the bytes so far and the bytes in all."""


class WeightsMissing(CropsmithError):
    """Weights that were asked for are not on this machine and cannot or may not be fetched."""

    exit_code = 3


class WeightFile(Value):
    """One file of the table."""

    name: str
    file: str
    bytes: int
    sha256: str
    url: str
    about: str
    licence: str


@cache
def weight_files() -> Mapping[str, WeightFile]:
    """Return the table, by name."""
    text = files("cropsmith.tools.models").joinpath("weights.toml").read_text("utf-8")
    return {name: WeightFile(name=name, **row) for name, row in tomllib.loads(text).items()}


def weight_file(name: str) -> WeightFile:
    """Return a row of the table; UsageError with the nearest names for an unknown one."""
    table = weight_files()
    if name not in table:
        near = get_close_matches(name, table, n=3, cutoff=0.4) or list(table)
        raise UsageError(f"There are no weights named '{name}'.", hint=f"Known: {', '.join(near)}.")
    return table[name]


def offline() -> bool:
    """Tell whether HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids every download."""
    flags = (os.environ.get(name, "") for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
    return any(flag.strip().upper() in {"1", "ON", "YES", "TRUE"} for flag in flags)


def find_weights(name: str) -> Path | None:
    """Return the file of named weights if it is here and whole; never the network.

    A file whose content is not the pinned one raises WeightsMissing rather than being used.
    """
    row = weight_file(name)
    path = weights_folder() / row.file
    if not path.is_file():
        return None
    stat = path.stat()
    if _digest(path, stat.st_size, stat.st_mtime_ns) != row.sha256:
        raise WeightsMissing(
            f"The weights file {path} is not the pinned {name}: its sha256 differs.",
            hint="Delete it and fetch it again.",
        )
    return path


def fetch(name: str, progress: Progress | None = None) -> Path:
    """Return the file of named weights, downloading it into `weights_folder()` if need be.

    The file appears under its name only when whole and checked. Raises WeightsMissing when an
    offline flag is set, when the download fails, or when it is not the pinned content.
    """
    if (found := find_weights(name)) is not None:
        return found
    row = weight_file(name)
    if offline():
        raise WeightsMissing(
            f"The weights {name} are not in {weights_folder()} and an offline flag is set.",
            hint=f"Put {row.file} there, or unset HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE.",
        )
    path = weights_folder() / row.file
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as target:
            _download(row, target.write, progress)
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    finally:
        Path(partial).unlink(missing_ok=True)
    return path


def _download(row: WeightFile, write: Callable[[bytes], int], progress: Progress | None) -> None:
    request = urllib.request.Request(row.url, headers={"User-Agent": "cropsmith"})
    digest, done = hashlib.sha256(), 0
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            while chunk := response.read(CHUNK):
                done += len(chunk)
                if done > row.bytes:
                    break
                digest.update(chunk)
                write(chunk)
                if progress is not None:
                    progress(done, row.bytes)
    except OSError as error:
        raise WeightsMissing(
            f"The weights {row.name} could not be fetched: {error}.",
            hint=f"Download {row.url} yourself as {weights_folder() / row.file}.",
        ) from error
    if done != row.bytes or digest.hexdigest() != row.sha256:
        raise WeightsMissing(
            f"What {row.url} sent is not the pinned {row.name}: it was thrown away.",
            hint="A proxy may have answered in its place; fetch the file by hand.",
        )


@cache
def _digest(path: Path, _size: int, _modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _revisions() -> Mapping[str, str]:
    text = files("cropsmith.tools.models").joinpath("revisions.toml").read_text("utf-8")
    return tomllib.loads(text)


def revision_of(name: str) -> tuple[str, str]:
    """Return a hub model's name and the commit to fetch: behind its @, else the pinned one.

    "main", whatever the hub has by then, for a model that neither names. Folders keep their name.
    """
    bare, at, revision = name.rpartition("@")
    if not at or Path(name).expanduser().exists():
        return name, _revisions().get(name, "main")
    return bare, revision or "main"


def local_model(name: str) -> Path | None:
    """Return the folder of a hub model that is already on this machine, or None.

    `name` is a folder, or a hub name such as "google/owlv2-base-patch16-ensemble", looked up as
    `owner/model`, `owner--model` and `model` in `weights_folder()`, then in the hub's own cache:
    the commit of `revision_of` before others, none other where one is named behind an @.
    """
    given = Path(name).expanduser()
    named, (name, revision) = name, revision_of(name)
    root = weights_folder()
    flat = name.replace("/", "--")
    places = []
    if given.is_absolute() or name.startswith("."):
        places = [given]
    elif root.is_dir():
        places = [root / name, root / flat, root / name.rsplit("/", 1)[-1]]
    snapshots = hub_cache() / f"models--{flat}" / "snapshots"
    if snapshots.is_dir():
        there = sorted(snapshots.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
        pinned = [place for place in there if place.name == revision]
        places = [*pinned] if named != name else [*places, *pinned, *there]
    return next((place for place in places if _is_model(place)), None)


def _is_model(folder: Path) -> bool:
    weights = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")
    return (folder / "config.json").is_file() and any((folder / w).is_file() for w in weights)


def model_source(name: str) -> str:
    """Return what to hand to `from_pretrained`: a folder that is here, else the hub's name.

    Hand it the revision of `revision_of`, too.

    Raises WeightsMissing, one sentence, when the model is not here and an offline flag is set.
    """
    if (folder := local_model(name)) is not None:
        return str(folder)
    if offline() or Path(name).is_absolute() or name.startswith("."):
        why = "an offline flag is set" if offline() else "it is no folder with a model"
        raise WeightsMissing(
            f"The model {name} is not on this machine and {why}.",
            hint=f"Put its folder into {weights_folder()}, or allow the download.",
        )
    return revision_of(name)[0]


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Keep transformers' progress bar off the screen while weights load; downloads still show."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def device() -> str:
    """Return where models run: "cuda" where torch has one, else "cpu"."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def ready_for_transformers(need: str) -> None:
    """Make `from transformers import ...` of vision classes work; MissingExtra where it cannot.

    torchvision is optional there, but one that does not match torch breaks the import.
    """
    absent = [n for n in ("torch", "transformers") if importlib.util.find_spec(n) is None]
    if absent:
        raise MissingExtra(need, "transformers")
    if importlib.util.find_spec("torchvision") is not None:
        import_torchvision(need, "transformers")
