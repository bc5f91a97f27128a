import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from cropsmith.errors import UsageError
from cropsmith.tools.images.image_store import ImageStore, downscaled


def test_bytes_come_back_under_their_sha256(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    name = store.put(b"picture")
    assert name == hashlib.sha256(b"picture").hexdigest()
    assert store.get(name) == b"picture"
    assert store.get("0" * 64) is None
    assert list(store.names()) == [name]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63 + "/"])
def test_only_a_sha256_names_a_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        ImageStore(tmp_path).get(name)
    with pytest.raises(UsageError):
        ImageStore(tmp_path).thumbnail(name)


def test_a_damaged_picture_is_missing_and_mended_by_the_next_put(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    name = store.put(b"picture")
    store.path(name).write_bytes(b"")
    assert store.get(name) is None
    store.put(b"picture")
    assert store.get(name) == b"picture"


def test_writers_of_one_picture_leave_one_file(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(store.put, [b"same" * 1000] * 40))
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == len(names) == 1


def test_thumbnails_are_upright_small_and_made_once(tmp_path: Path, turned_photos: Path) -> None:
    store = ImageStore(tmp_path)
    name = store.put((turned_photos / "portrait_6.jpg").read_bytes())
    jpeg = store.thumbnail(name, 200)
    assert jpeg is not None
    with Image.open(io.BytesIO(jpeg)) as small:
        assert small.height == 200 > small.width
        assert not small.getexif()
    (thumb,) = (tmp_path / "thumbs").rglob(f"{name}-200")
    thumb.write_bytes(b"kept")
    assert store.thumbnail(name, 200) == b"kept"
    assert store.remove(name) > 0 and not thumb.exists()


def test_transparent_parts_become_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(downscaled(out.getvalue(), 8))) as small:
        assert small.getpixel((4, 4)) == (255, 255, 255)
