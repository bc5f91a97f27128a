"""The folder of measurement data: photos with boxes, photos of people, loose photos."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from cropsmith.errors import CropsmithError, UsageError
from cropsmith.evals.lab.asked.question import Picture, Thing
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.vision.faces import YUNET, yunet_faces

FACE_SIDE = 1024
"""Pixels shown to the face detector."""
LEAST_FACE = 1 / 12
"""Height of a face, as a share of the photo's, from which it is asked about."""


Kind = TypeVar("Kind")


class DataFolder:
    """A folder with grounding/, fcdb_train/, photos/ and weights/; each is needed by some parts."""

    def __init__(self, root: Path, seed: int = 0) -> None:
        self._root = root
        self._seed = seed

    def _needed(self, path: str) -> Path:
        found = self._root / path
        if not found.exists():
            raise UsageError(
                f"{found} is missing.",
                hint="--data takes a folder with grounding/annotations.json and grounding/photos, "
                f"fcdb_train/photos, photos/ and weights/{YUNET}.",
            )
        return found

    def labelled(self, most: int | None = None) -> list[Picture]:
        """Return the photos of grounding/ with their things, at most so many by chance.

        Boxes are [x1, y1, x2, y2] in pixels. UsageError where something is missing.
        """
        rows = json.loads(self._needed("grounding/annotations.json").read_text("utf-8"))
        folder = self._needed("grounding/photos")
        pictures = [_labelled(row, folder) for row in rows if (folder / row["file"]).is_file()]
        if not pictures:
            raise UsageError(f"None of the labelled photos lies in {folder}.")
        return sorted(self._drawn(pictures)[:most], key=lambda picture: picture.name)

    def with_faces(self, most: int) -> Iterator[Picture]:
        """Yield photos of fcdb_train/ drawn by chance, their largest face the only thing.

        Only photos where YuNet finds a face of at least a twelfth of the height.
        """
        weights = self._needed(f"weights/{YUNET}")
        paths = sorted(self._needed("fcdb_train/photos").glob("*.jpg"))
        count = 0
        for path in self._drawn(paths):
            if count == most:
                return
            photo = open_photo(path)
            faces = yunet_faces(photo.pixels(FACE_SIDE), weights)
            if faces and faces[0].box.height >= LEAST_FACE:
                count += 1
                yield Picture(path.name, path, photo.size, (Thing("face", faces[0].box),))

    def loose(self, folder: str, most: int | None = None, least_side: int = 300) -> list[Picture]:
        """Return photos of a folder drawn by chance that open and whose sides are long enough."""
        pictures: list[Picture] = []
        for path in self._drawn(sorted(self._needed(folder).rglob("*.*"))):
            if len(pictures) == most:
                break
            if path.suffix.lower() in (".json", ".md", ".txt") or not path.is_file():
                continue
            try:
                size = open_photo(path).size
            except CropsmithError:
                continue  # some of them are there because they do not open
            if min(size.width, size.height) >= least_side:
                pictures.append(Picture(path.name, path, size))
        return pictures

    def _drawn(self, what: Sequence[Kind]) -> list[Kind]:
        return random.Random(self._seed).sample(what, len(what))


def _labelled(row: dict[str, object], folder: Path) -> Picture:
    width, height = int(str(row["width"])), int(str(row["height"]))
    objects = row["objects"]
    assert isinstance(objects, list)
    things = []
    for thing in objects:
        x1, y1, x2, y2 = thing["box"]
        if x2 > x1 and y2 > y1:
            box = Box.of((x1 / width, y1 / height, x2 / width, y2 / height))
            things.append(Thing(thing["class"], box))
    name = str(row["file"])
    return Picture(name, folder / name, Size(width=width, height=height), tuple(things))
