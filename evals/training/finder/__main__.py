"""Make the networks that ship: `python -m cropsmith.evals.training.finder MODELS PHOTOS`.

MODELS is the folder `models` of the unpacked package, PHOTOS one of photos to measure scales on.
"""

import argparse
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from cropsmith.evals.training.finder.faceboxes import write_faceboxes
from cropsmith.evals.training.finder.nanodet import write_nanodet
from cropsmith.evals.training.finder.published import read_published
from cropsmith.evals.training.finder.quantise import calibration_photos, quantise
from cropsmith.tools.finder.nanodet import MODEL as NANODET
from cropsmith.tools.finder.nanodet import prepared
from cropsmith.tools.vision.faceboxes import MODEL as FACEBOXES
from cropsmith.tools.vision.faceboxes import SIDE, padded

BETWEEN = 416
"""Long side at which NanoDet's scales are measured: between its two looks, in pixels."""


def main() -> None:
    """Convert, quantise, and write into this checkout, or into the folder of --out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, help="with nanodet.json, nanodet.bin, faceboxes.*")
    parser.add_argument("photos", type=Path, help="photos to measure the scales on")
    parser.add_argument(
        "--out", type=Path, default=None, help="instead of the rooms that load them"
    )
    given = parser.parse_args()
    rooms = Path(str(files("cropsmith.tools")))
    photos = calibration_photos(given.photos)
    with TemporaryDirectory() as scratch:
        exact = Path(scratch) / NANODET
        write_nanodet(read_published(given.models, "nanodet"), exact)
        quantise(
            exact,
            (given.out or rooms / "finder") / NANODET,
            photos,
            lambda view: prepared(view.pixels(BETWEEN), BETWEEN),
        )
        exact = Path(scratch) / FACEBOXES
        write_faceboxes(read_published(given.models, "faceboxes"), exact)
        quantise(
            exact,
            (given.out or rooms / "vision") / FACEBOXES,
            photos,
            lambda view: padded(view.pixels(SIDE)),
        )


if __name__ == "__main__":
    main()
