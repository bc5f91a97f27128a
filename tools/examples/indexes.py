"""The indexes that a run takes its examples from: a dataset's, and a person's own crops."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from cropsmith.settings import home
from cropsmith.tools.examples.near_duplicate import dhash
from cropsmith.tools.examples.retriever import EXAMPLE_SIDE, Retriever, load_shelf
from cropsmith.tools.examples.row import PERSONAL, ExampleRow
from cropsmith.tools.images.image_store import ImageStore, downscaled
from cropsmith.tools.images.photo import LOOK_SIDE, Photo
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.vectorstore.embedder import embed_picture
from cropsmith.vectorstore.embedders import embedder
from cropsmith.vectorstore.index import MANIFEST, Index, embedder_for, index_folder
from cropsmith.vectorstore.store import Row, writing


def personal_folder() -> Path:
    """Return the folder of the personal index, whether or not it is there."""
    return index_folder(PERSONAL)


def open_personal(embedder_name: str = "") -> Index:
    """Open the personal index, or make it with an embedder (its own, once it is there)."""
    folder = personal_folder()
    # A few crops, read before every run: no heavy library may be needed for that.
    name = embedder_name or embedder_for(folder, default="builtin")
    return Index.create(folder, embedder(name), name=name, dataset=PERSONAL, store="exact")


def keep_crop(photo: Photo, box: Box, *, text: str = "", embedder_name: str = "") -> str:
    """Remember that a person wants this photo cropped so; return the row's id.

    A later crop of the same photo for the same words replaces it. A downscaled copy of the photo
    is kept in the index, since the photo itself may move. OutputError when it cannot be written.
    """
    index = open_personal(embedder_name)
    try:
        by = embedder(index.manifest.embedder_name)
        pictures = ImageStore(index.folder / "pictures")
        with writing(index.folder):
            small = _level_jpeg(photo) if photo.level else downscaled(photo.data, EXAMPLE_SIDE)
            copy = pictures.put(small)
        row = ExampleRow(
            source=PERSONAL,
            name=f"{photo.name}#{text}" if text else photo.name,
            path=str(pictures.path(copy).resolve()),
            sha256=photo.sha256,
            size=photo.size,
            dhash=dhash(photo.pixels(LOOK_SIDE)),
            crops=(ExpertCrop(box=box),),
            text=text,
        )
        id = f"{PERSONAL}/{photo.sha256[:16]}#{text}"
        vector = embed_picture(by, photo.pixels(by.side))
        fingerprint = f"{box.corners}"
        index.store.add([Row(id, vector, row.model_dump_json(), fingerprint)])
        return id
    finally:
        index.close()


def _level_jpeg(photo: Photo) -> bytes:
    """Return a straightened photo as it is kept in an index."""
    out = io.BytesIO()
    Image.fromarray(photo.pixels(EXAMPLE_SIDE)).save(out, "JPEG", quality=90)
    return out.getvalue()


DEFAULT_INDEX = "default"
OFF = "off"
"""As the name of an index: retrieve nothing."""


def index_folders(name: str = "") -> Sequence[Path]:
    """Return the folders of the indexes that a run of this setting takes examples from."""
    if name == OFF:
        return []
    folders = [index_folder(name)] if name else []
    optional = [personal_folder()] if name else [index_folder(DEFAULT_INDEX), personal_folder()]
    return [*folders, *(f for f in optional if f not in folders and (f / MANIFEST).is_file())]


def open_retriever(name: str = "", *, pictures: bool) -> Retriever | None:
    """Open a named index, or the default one where it is, and the personal one where it is.

    With `pictures`, those of the examples are put into the image store, to be shown to a model.
    None where there is no index, or for the name "off". UsageError for a named index that is not
    there, and for any that cannot be read.
    """
    folders = index_folders(name)
    if not folders:
        return None
    images = ImageStore(home() / "images") if pictures else None
    return Retriever([load_shelf(folder) for folder in folders], images)
