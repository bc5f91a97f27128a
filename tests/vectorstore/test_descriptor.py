from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cropsmith.errors import UsageError
from cropsmith.vectorstore.descriptor import LayoutDescriptor
from cropsmith.vectorstore.embedder import embed_picture
from cropsmith.vectorstore.embedders import embedder


@pytest.fixture(scope="module")
def pictures(many_photos: list[Path]) -> list[Image.Image]:
    return [Image.open(file).convert("RGB") for file in many_photos[:12]]


def vector(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return embed_picture(LayoutDescriptor(), np.asarray(image))


def test_vectors_are_unit_and_deterministic(pictures: list[Image.Image]) -> None:
    by = embedder("builtin")
    rows = by.embed([by.prepare(np.asarray(photo)) for photo in pictures])
    assert rows.shape == (len(pictures), by.dimension)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.array_equal(rows, by.embed([by.prepare(np.asarray(photo)) for photo in pictures]))


def test_a_resized_photo_is_nearer_than_any_other(pictures: list[Image.Image]) -> None:
    rows = np.stack([vector(photo) for photo in pictures])
    for index, photo in enumerate(pictures):
        small = vector(photo.resize((photo.width // 3, photo.height // 3)))
        assert (rows @ small).argmax() == index
        assert rows[index] @ small > 0.97


def test_where_the_subject_stands_matters_more_than_its_colour() -> None:
    def scene(x: int, colour: tuple[int, int, int]) -> Image.Image:
        image = Image.new("RGB", (300, 200), (90, 100, 90))
        image.paste(colour, (x, 60, x + 50, 140))
        return image

    left = vector(scene(30, (220, 40, 30)))
    assert left @ vector(scene(30, (40, 60, 220))) > left @ vector(scene(220, (220, 40, 30)))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 2**32 - 1))
def test_any_picture_has_a_finite_vector(width: int, height: int, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    for picture in (noise, np.zeros_like(noise), np.full_like(noise, 255)):
        row = embed_picture(LayoutDescriptor(), picture)
        assert np.isfinite(row).all() and abs(np.linalg.norm(row) - 1) < 1e-4


def test_an_unknown_name_is_corrected() -> None:
    with pytest.raises(UsageError, match="open_clip"):
        embedder("openclip/ViT-B-32")
