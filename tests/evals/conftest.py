"""Photos and label files made on the spot, in the published layouts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from PIL import Image

# The machines of CI are shared: a slow moment is not a failure.
settings.register_profile("evals", deadline=None)
settings.load_profile("evals")

MakePhoto = Callable[..., Path]


@pytest.fixture
def make_photo() -> MakePhoto:
    """Return a function that writes a small JPEG whose bytes depend on its shade."""

    def make(path: Path, width: int = 120, height: int = 80, shade: int = 90) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (width, height), (shade, 80, 120)).save(path)
        return path

    return make


@pytest.fixture
def own_photos(tmp_path: Path, make_photo: MakePhoto) -> Path:
    """Six photos with two crops each."""
    folder = tmp_path / "own"
    rows = ["file,x1,y1,x2,y2"]
    for number in range(6):
        make_photo(folder / f"{number}.jpg", shade=10 + 20 * number)
        rows += [f"{number}.jpg,0,0,60,80", f"{number}.jpg,{number},0,120,80"]
    (folder / "crops.csv").write_text("\n".join(rows), "utf-8")
    return folder
