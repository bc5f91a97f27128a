"""The leak guard on real photos: what copies it finds, and how often it takes strangers for one.

python -m cropsmith.evals.lab.retrieval.duplicates FOLDER_OF_PHOTOS
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from cropsmith.tools.examples.near_duplicate import dhash, hashes_of, near_duplicate
from cropsmith.vectorstore.embedder import Picture, embed_picture
from cropsmith.vectorstore.embedders import embedder

EVERY = 5
"""Copies are made of every fifth photo."""


def copies_of(photo: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """Yield what people do to photos between two uploads."""
    width, height = photo.size
    buffer = io.BytesIO()
    photo.resize((width * 2 // 3, height * 2 // 3)).save(buffer, "JPEG", quality=40)
    with Image.open(buffer) as small:
        yield "scaled to 2/3, JPEG quality 40", small.convert("RGB")
    for share in (0.02, 0.05, 0.08):
        x, y = round(width * share), round(height * share)
        yield f"trimmed {share:.0%} a side", photo.crop((x, y, width - x, height - y))
    yield "a tenth cut off the left", photo.crop((width // 10, 0, width, height))
    yield "25 % brighter", photo.point(lambda value: min(255, round(value * 1.25)))
    yield "grey", photo.convert("L").convert("RGB")
    yield "mirrored", ImageOps.mirror(photo)


def main() -> None:
    """Print both shares."""
    by = embedder("builtin")
    photos: list[Image.Image] = []
    for path in sorted(Path(sys.argv[1]).glob("*.jpg")):
        with Image.open(path) as image:
            image.draft("RGB", (320, 320))
            photo = ImageOps.exif_transpose(image).convert("RGB")
            photo.thumbnail((320, 320))
            photos.append(photo)
    pixels: list[Picture] = [np.asarray(photo) for photo in photos]
    vectors = by.embed([by.prepare(picture) for picture in pixels])
    hashes = [dhash(picture) for picture in pixels]
    cosines = vectors @ vectors.T
    taken = 0
    for one, picture in enumerate(pixels):
        queried = hashes_of(picture)
        for other in range(one + 1, len(pixels)):
            taken += near_duplicate(queried, hashes[other], float(cosines[one, other]), by.id)
    pairs = len(pixels) * (len(pixels) - 1) // 2
    print(f"{taken} of {pairs} pairs of different photos are taken for duplicates")
    found: dict[str, list[bool]] = {}
    for number in range(0, len(photos), EVERY):
        queried = hashes_of(pixels[number])
        for name, copy in copies_of(photos[number]):
            picture = np.asarray(copy)
            cosine = float(embed_picture(by, picture) @ vectors[number])
            known = near_duplicate(queried, dhash(picture), cosine, by.id)
            found.setdefault(name, []).append(known)
    for name, each in found.items():
        print(f"  {name:32s} {np.mean(each):6.1%} found")


if __name__ == "__main__":
    main()
