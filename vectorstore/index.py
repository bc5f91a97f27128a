"""An index of expert crops: a store, and a manifest that says which embedder and data made it."""

import importlib.util
import os
import re
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from cropsmith.errors import UsageError
from cropsmith.settings import home
from cropsmith.vectorstore.embedder import Embedder, Picture, embed_picture
from cropsmith.vectorstore.embedders import default_embedder
from cropsmith.vectorstore.store import Hit, Store, damaged, writing

MANIFEST = "index.json"
StoreKind = Literal["exact", "chroma"]
STORES: dict[str, StoreKind] = {"exact": "exact", "chroma": "chroma"}


class Manifest(BaseModel):
    """What an index is made of; written once, before the first row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    embedder: str
    """The embedder's id."""
    embedder_name: str
    """What `embedder()` makes it from."""
    dimension: int
    dataset: str
    store: StoreKind = "exact"
    url: str = ""
    """Of the Chroma server; empty for stores on disk."""
    created: str


def default_store() -> StoreKind:
    """Return the kind of store that a new index gets: Chroma where it is installed."""
    return "chroma" if importlib.util.find_spec("chromadb") else "exact"


def index_folder(name: str) -> Path:
    """Return the folder of an index: a path where the name has a separator, else one in `home()`.

    UsageError for a name that is neither.
    """
    if os.sep in name or name in (".", ".."):
        return Path(name).expanduser()
    if not re.fullmatch(r"[\w][\w.-]*", name):
        raise UsageError(f"'{name}' is not a name for an index.", hint="Use letters, digits, - _ .")
    return home() / "indexes" / name


class Index:
    """A store opened together with its manifest."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.store: Store = _open_store(folder, manifest)

    @classmethod
    def open(cls, folder: Path, by: Embedder | None = None) -> "Index":
        """Open an index. UsageError where there is none, or where `by` did not make it."""
        index = cls(folder, read_manifest(folder))
        if by is not None:
            index.refuse_other(by)
        return index

    @classmethod
    def create(
        cls,
        folder: Path,
        by: Embedder,
        *,
        name: str,
        dataset: str,
        store: StoreKind | None = None,
        url: str = "",
    ) -> "Index":
        """Make an index, or open the one that is there if it was made of the same.

        Without `store` the one that is there keeps its own, and a new one gets `default_store()`.
        UsageError when that one has another embedder, dataset or kind of store.
        """
        wanted, store = store, store or default_store()
        manifest = Manifest(
            embedder=by.id,
            embedder_name=name,
            dimension=by.dimension,
            dataset=dataset,
            store=store,
            url=url,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            _write_once(folder / MANIFEST, manifest.model_dump_json(indent=1))
        index = cls.open(folder, by)
        there = index.manifest
        if there.dataset != dataset:
            raise UsageError(
                f"The index {folder} was built from '{there.dataset}', not from '{dataset}'.",
                hint="Give the new one another name.",
            )
        if wanted is not None and (there.store, there.url) != (wanted, url):
            raise UsageError(
                f"The index {folder} is kept in the store '{there.store}' {there.url}".rstrip()
                + f", not in '{store}' {url}".rstrip()
                + ".",
                hint="Give the new one another name.",
            )
        return index

    def refuse_other(self, by: Embedder) -> None:
        """Raise UsageError unless this embedder made the index."""
        if (by.id, by.dimension) != (self.manifest.embedder, self.manifest.dimension):
            raise UsageError(
                f"The index {self.folder} was built with the embedder {self.manifest.embedder}; "
                f"{by.id} cannot search it.",
                hint=f"Use --embedder {self.manifest.embedder_name}, or build another index.",
            )

    def search(self, by: Embedder, picture: Picture, count: int) -> Sequence[Hit]:
        """Return up to `count` rows, most similar to the picture first."""
        self.refuse_other(by)
        return self.store.search(embed_picture(by, picture), count)

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of an index; UsageError when there is none or it is damaged."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(
            f"There is no index at {folder}.", hint="Build one with: cropsmith index build"
        ) from error
    except ValidationError as error:
        raise damaged(folder, ValueError(f"{MANIFEST} is not a manifest")) from error


def embedder_for(folder: Path, default: str = "") -> str:
    """Return the embedder of the index that is there, else the default or the best one here."""
    if (folder / MANIFEST).is_file():
        return read_manifest(folder).embedder_name
    return default or default_embedder()


def list_indexes() -> dict[str, Manifest]:
    """Return the manifests of the indexes in `home()`, by name; damaged ones are left out."""
    found: dict[str, Manifest] = {}
    for path in sorted((home() / "indexes").glob(f"*/{MANIFEST}")):
        try:
            found[path.parent.name] = read_manifest(path.parent)
        except UsageError:
            continue
    return found


def _write_once(path: Path, text: str) -> None:
    """Write a file whole unless it exists; of several processes, one wins."""
    if path.exists():
        return
    handle, half = tempfile.mkstemp(dir=path.parent, prefix=".index-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(half, path)
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            os.replace(half, path)
    finally:
        Path(half).unlink(missing_ok=True)


def _open_store(folder: Path, manifest: Manifest) -> Store:
    if manifest.store == "exact":
        from cropsmith.vectorstore.exact import ExactStore

        return ExactStore(folder, manifest.dimension)
    from cropsmith.vectorstore.chroma import ChromaStore

    if manifest.url:
        return ChromaStore(
            collection=f"cropsmith-{folder.name}"[:60].rstrip("-._"),
            dimension=manifest.dimension,
            url=manifest.url,
        )
    return ChromaStore(
        collection="cropsmith", dimension=manifest.dimension, folder=folder / "chroma"
    )
