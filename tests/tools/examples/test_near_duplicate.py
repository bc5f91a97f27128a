from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cropsmith.tools.examples.near_duplicate import dhash, hashes_of, near_duplicate
from cropsmith.vectorstore.descriptor import LayoutDescriptor
from cropsmith.vectorstore.embedder import embed_picture


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"))


def test_copies_are_known_and_strangers_are_not(photos: Path) -> None:
    by = LayoutDescriptor()
    opened = [Image.open(file).convert("RGB") for file in sorted(photos.glob("*.jpg"))]
    for one, photo in enumerate(opened):
        width, height = photo.size
        queried, vector = hashes_of(pixels(photo)), embed_picture(by, pixels(photo))
        copies = [
            photo.resize((width // 3, height // 3)),
            photo.convert("L"),
            photo.crop((10, 10, width - 10, height - 10)),
            photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        ]
        for copy in copies:
            similarity = float(embed_picture(by, pixels(copy)) @ vector)
            assert near_duplicate(queried, dhash(pixels(copy)), similarity, by.id)
        other = opened[(one + 1) % len(opened)]
        similarity = float(embed_picture(by, pixels(other)) @ vector)
        assert not near_duplicate(queried, dhash(pixels(other)), similarity, by.id)
    for photo in opened:
        photo.close()


def test_an_unknown_embedder_counts_only_by_hash() -> None:
    assert not near_duplicate(frozenset((0,)), 2**64 - 1, 0.99, "other/1")
    assert near_duplicate(frozenset((0,)), 0b111111, 0.0, "other/1")
    assert near_duplicate(frozenset((0,)), 2**64 - 1, 0.98, "open_clip/x")


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1)])
def test_tiny_pictures_have_a_hash(size: tuple[int, int]) -> None:
    assert 0 <= dhash(np.zeros((*size, 3), np.uint8)) < 2**64
