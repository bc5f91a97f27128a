"""The cross-validated table: the photographer beside every baseline on the same photos.

python -m cropsmith.evals.training.photographer.report FCDB_FOLDER CACHE_FOLDER [YUNET_ONNX]
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cropsmith.evals.training.photographer.crossval import expert_ratio
from cropsmith.evals.training.photographer.examples import Examples, load_examples
from cropsmith.evals.training.photographer.measures import (
    Interval,
    accuracy,
    displacement,
    interval,
    of_equal_area,
    overlap,
    share_cut,
    share_gone,
)
from cropsmith.evals.training.photographer.predictions import Predictions
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.grids import largest_of
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.schema.geometry import Boxes, as_array
from cropsmith.tools.vision.faces import yunet_faces


def centred(width: float, height: float) -> NDArray[np.float64]:
    """Return the centred box of this size."""
    return np.array([(1 - width) / 2, (1 - height) / 2, (1 + width) / 2, (1 + height) / 2])


def trivial_free(examples: Examples) -> Mapping[str, Boxes]:
    """Return the answers of no idea at all, nothing given."""
    parts = {"full frame": 1.0, "centre 0.95": 0.95, "centre 0.9": 0.9, "centre 0.8": 0.8}
    count = len(examples.names)
    return {name: np.tile(centred(part, part), (count, 1)) for name, part in parts.items()}


def trivial_given(examples: Examples) -> Mapping[str, Boxes]:
    """Return the answers of no idea at all at the expert's ratio."""
    size = examples.experts[:, 2:] - examples.experts[:, :2]
    largest = [largest_of(float(w / h)) for w, h in size]
    parts = {"maximal centre": 1.0, "0.97 of maximal": 0.97, "0.9 of maximal": 0.9}
    return {n: np.array([centred(*(s * part)) for s in largest]) for n, part in parts.items()}


def attention(examples: Examples, folder: Path) -> Boxes:
    """Return libvips' attention crops at the expert's ratio, maximal as it makes them."""
    import pyvips

    boxes = []
    for photo, name in enumerate(examples.names):
        image = pyvips.Image.new_from_file(str(folder / "photos" / name))
        ratio = expert_ratio(examples, photo).value
        width = min(image.width, round(image.height * ratio))
        height = min(image.height, round(width / ratio))
        crop = image.smartcrop(width, height, interesting="attention")
        left, top = -crop.xoffset, -crop.yoffset
        box = [left, top, left + width, top + height]
        boxes.append(np.array(box) / ([image.width, image.height] * 2))
    return np.array(boxes)


def rows(answers: Mapping[str, Boxes], base: str, experts: Boxes) -> Iterator[str]:
    """Yield one table row an answer: means, and paired gains over `base` with intervals."""
    floor = answers[base]
    for name, boxes in answers.items():
        iou, bde = overlap(boxes, experts), displacement(boxes, experts)
        gain = interval(iou - overlap(floor, experts))
        fall = interval(bde - displacement(floor, experts))
        share = (iou > 0.75).mean()
        paired = "| - | - |" if name == base else f"| {gain} | {fall} |"
        yield f"| {name} | {iou.mean():.4f} | {bde.mean():.4f} | {share:.1%} {paired}"


def vote_rows(examples: Examples, margins: Mapping[str, NDArray[np.float64]]) -> Iterator[str]:
    """Yield one row a scorer: accuracy on all pairs, margin 3 and 5, and on pairs of equal area."""
    equal = of_equal_area(examples)
    for name, margin in margins.items():
        alike = accuracy(margin, equal, 3)
        every = [accuracy(margin, examples.votes, least) for least in (1, 3, 5)]
        yield f"| {name} | " + " | ".join(_percent(one) for one in [*every, alike]) + " |"


def _percent(one: Interval) -> str:
    return f"{one.mean:.1%} [{one.low:.1%}, {one.high:.1%}]"


def best_possible(pools: NDArray[np.float64], experts: Boxes) -> Interval:
    """Return the mean overlap of the best proposal of each photo (N, K, 4)."""
    best = [overlap(p, np.tile(e, (len(p), 1))).max() for p, e in zip(pools, experts, strict=True)]
    return interval(np.array(best))


def largest_faces(examples: Examples, folder: Path, yunet: Path) -> Boxes:
    """Return each photo's largest face (N, 4), NaN where there is none."""
    found = []
    for name in examples.names:
        faces = yunet_faces(open_photo(folder / "photos" / name).pixels(SIGHT_SIDE), yunet)
        found.append(as_array([faces[0].box])[0] if faces else np.full(4, np.nan))
    return np.array(found)


def headed(title: str, columns: str, rows: Iterator[str]) -> str:
    """Return a Markdown table under its title."""
    rule = "|---" * (columns.count("|") - 1) + "|"
    return "\n".join([f"\n{title}\n", columns, rule, *rows])


def main(folder: Path, cache: Path, yunet: Path | None = None) -> None:
    """Print the report as Markdown."""
    examples = load_examples(folder)
    found = Predictions.load(cache)
    columns = "| method | IoU | BDE | IoU > .75 | gain in IoU | change in BDE |"
    free = {**trivial_free(examples), "**photographer**": found.free}
    print(headed("Free", columns, rows(free, "centre 0.9", examples.experts)))
    given = {**trivial_given(examples), "libvips attention": attention(examples, folder)}
    given["**photographer**"] = found.given
    print(headed("Ratio given", columns, rows(given, "maximal centre", examples.experts)))
    sizes = np.prod(examples.pairs[..., 2:] - examples.pairs[..., :2], -1)
    margins = {"larger crop": sizes[..., 0] - sizes[..., 1], "**photographer**": found.margins}
    columns = "| votes | all | margin >= 3 | margin 5 | margin >= 3, equal area |"
    print(headed("Pairwise accuracy", columns, vote_rows(examples, margins)))
    for name, pool in (("free", found.free_pool), ("ratio given", found.given_pool)):
        best = best_possible(pool, examples.experts)
        print(f"\nBest of {pool.shape[1]} proposals, {name}: {best}")
    if yunet is not None:
        faces = largest_faces(examples, folder, yunet)
        count = int((~np.isnan(faces[:, 0])).sum())
        print(f"\nLargest face cut / gone, of {count} photos with a face:")
        every: Mapping[str, Boxes] = {"people": examples.experts, **free, **given}
        for name, boxes in every.items():
            print(f"- {name}: {share_cut(boxes, faces):.1%} / {share_gone(boxes, faces):.1%}")


def _arguments() -> tuple[Path, Path, Path | None]:
    folder, cache, *yunet = (Path(argument) for argument in sys.argv[1:])
    return folder, cache, yunet[0] if yunet else None


if __name__ == "__main__":
    main(*_arguments())
