"""A notebook run headless: the crop shows itself, and an event loop that runs already is no bar."""

from pathlib import Path
from typing import Any

import pytest

nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
pytest.importorskip("ipykernel", reason="ipykernel is not installed")
pytestmark = [
    pytest.mark.integration,
    # The libraries of Jupyter tell each other of what they deprecate.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning"),
]

CELLS = (
    "import io\nfrom cropsmith import crop\nphoto = io.BytesIO(open(PHOTO, 'rb').read())",
    "result = crop(photo, ratio=(4, 5), trace=False)\nresult",
    "print(repr(result), result.image.size)",
    "from cropsmith import acrop\nprint((await acrop(photo, 'square', trace=False)).image.size)",
    "crop(photo, n=500)",
)


def test_a_notebook_shows_the_crop(photos: Path) -> None:
    import nbformat

    cells = [f"PHOTO = {str(photos / 'astronaut.jpg')!r}", *CELLS]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, timeout=120, allow_errors=True).execute()
    _, _, shown, told, waited, refused = (cell["outputs"] for cell in book.cells)
    assert data_of(shown)["image/png"].startswith("iVBORw0KGgo")
    assert data_of(shown)["text/plain"].startswith("<CropResult of the open file: ")
    assert told[0]["text"].startswith("<CropResult") and waited[0]["text"].startswith("(")
    assert (refused[0]["ename"], refused[0]["evalue"]) == (
        "ArgumentError", "n must be 1 to 20, not 500.",
    )  # fmt: skip


def data_of(outputs: list[Any]) -> dict[str, str]:
    """Return what the cell's last value is shown as."""
    return {kind: str(value) for kind, value in outputs[-1]["data"].items()}
