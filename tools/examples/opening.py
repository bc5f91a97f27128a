"""The indexes that a run takes its examples from: a person's own, and a dataset's."""

from cropsmith.settings import home
from cropsmith.tools.examples.personal_index import personal_folder
from cropsmith.tools.examples.retriever import Retriever, load_shelf
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.vectorstore.index import MANIFEST, index_folder

DEFAULT_INDEX = "default"
OFF = "off"
"""As the name of an index: retrieve nothing."""


def open_retriever(name: str = "", *, pictures: bool) -> Retriever | None:
    """Open a named index, or the default one where it is, and the personal one where it is.

    With `pictures`, those of the examples are put into the image store, to be shown to a model.
    None where there is no index, or for the name "off". UsageError for a named index that is not
    there, and for any that cannot be read.
    """
    if name == OFF:
        return None
    folders = [index_folder(name)] if name else []
    optional = [personal_folder()] if name else [index_folder(DEFAULT_INDEX), personal_folder()]
    folders += [f for f in optional if f not in folders and (f / MANIFEST).is_file()]
    if not folders:
        return None
    images = ImageStore(home() / "images") if pictures else None
    return Retriever([load_shelf(folder) for folder in folders], images)
