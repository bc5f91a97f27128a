"""A person's own taste: crops they accepted or edited, as examples that retrieval prefers."""

from pathlib import Path

from cropsmith.tools.examples.near_duplicate import dhash
from cropsmith.tools.examples.retriever import EXAMPLE_SIDE
from cropsmith.tools.examples.row import PERSONAL, ExampleRow
from cropsmith.tools.images.image_store import ImageStore, downscaled
from cropsmith.tools.images.photo import LOOK_SIDE, Photo
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.vectorstore.embedder import embed_picture
from cropsmith.vectorstore.embedders import embedder
from cropsmith.vectorstore.index import Index, embedder_for, index_folder
from cropsmith.vectorstore.store import Row, writing


def personal_folder() -> Path:
    """Return the folder of the personal index, whether or not it is there."""
    return index_folder(PERSONAL)


def open_personal(embedder_name: str = "") -> Index:
    """Open the personal index, or make it with an embedder (its own, once it is there)."""
    folder = personal_folder()
    name = embedder_name or embedder_for(folder)
    return Index.create(folder, embedder(name), name=name, dataset=PERSONAL)


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
            copy = pictures.put(downscaled(photo.data, EXAMPLE_SIDE))
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
