"""CPC: 24 boxes a photo, rated by several people (Wei et al., 2018); a training set.

`CollectedAnnotationsRaw/NAME.jpg.txt` holds one line, a JSON text inside a JSON text:
{"scores": [[24 ints] per rater], "bboxes": [[x1, y1, x2, y2] x 24]}. A box's score is its mean.
"""

from pathlib import Path

from cropsmith.evals.datasets.checks import Checks
from cropsmith.evals.datasets.dataset import Dataset, Format, photo_file, unique
from cropsmith.evals.datasets.reading import Entry, Place, image_size, numbers, read_lines, record
from cropsmith.evals.datasets.reading import parse_json as parse
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

FOLDER = "CollectedAnnotationsRaw"
LICENCE = "photos of Flickr and AADB users: for measurement only"


def recognised(root: Path) -> bool:
    """Tell whether the folder of raw annotations is there."""
    return (root / FOLDER).is_dir()


def load(root: Path) -> Dataset:
    """Read every annotation whose photo is present: the files do not tell its size."""
    checks = Checks()
    files = sorted((root / FOLDER).glob("*.txt"))
    photos: list[LabelledPhoto] = []
    for file in files:
        with record():
            if photo := _record(root, file, checks):
                photos.append(photo)
    return Dataset("cpc", root, unique(photos, root, checks), checks.problems, tuple(files))


def _record(root: Path, file: Path, checks: Checks) -> LabelledPhoto | None:
    name = file.name.removesuffix(".txt")
    lines = list(read_lines(file))
    if len(lines) != 1:
        raise Place(file).error(f"must hold one line, not {len(lines)}.")
    place, line = lines[0]
    value = parse(line, file, place.line)
    if isinstance(value, str):
        value = parse(value, file, place.line)
    entry = Entry(place, name, value)
    boxes, raters = entry.get("bboxes"), entry.get("scores")
    if not isinstance(boxes, list) or not isinstance(raters, list) or not raters:
        raise place.error("'bboxes' and 'scores' must be lists, with one rater at least.")
    table = [numbers(r, len(boxes), place, "a rater's scores") for r in raters]
    path = photo_file(root, name)
    size = image_size(path)
    if size is None:
        checks.note("photo missing, so its size is unknown", place, "dropped")
        return None
    crops = []
    for index, corners in enumerate(boxes):
        box = checks.box(numbers(corners, 4, place, "a box"), size, place)
        if box:
            score = sum(rater[index] for rater in table) / len(table)
            crops.append(ExpertCrop(box=box, score=score))
    crops.sort(key=lambda crop: -(crop.score or 0))
    return LabelledPhoto(
        name=name,
        path=str(path),
        size=size,
        crops=tuple(crops),
        source="cpc",
        split="train",
        licence=LICENCE,
    )


FORMAT = Format(
    name="cpc",
    title="CPC (Comparative Photo Composition)",
    recognised=recognised,
    load=load,
    published={},
    labels="24 boxes a photo with scores of several raters",
    obtain="the authors' page of 'Good View Hunting' (Wei et al., CVPR 2018)",
    licence=LICENCE,
)
