"""FCDB: one expert crop a photo, and ten pairs of crops with five votes each (Chen et al., 2017).

Two layouts are read. As published: `cropping_training_set.json`, `cropping_testing_set.json` and
`ranking_annotation.json`, boxes [x, y, w, h] in pixels, photos named by the last part of their url.
As prepared for measuring: `annotations.json` and `votes.json`, whose entries also carry the size.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cropsmith.evals.datasets.checks import Checks, from_corner, placeholders
from cropsmith.evals.datasets.dataset import Dataset, Format, photo_file, unique
from cropsmith.evals.datasets.reading import Entry, Place, image_size, numbers, read_entries, record
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto, VotedPair

OFFICIAL = {"train": "cropping_training_set.json", "test": "cropping_testing_set.json"}
LICENCE = "annotations MIT; photos belong to Flickr users: measure with them, never ship them"


@dataclass(frozen=True)
class _Crop:
    name: str
    path: Path
    corners: tuple[float, float, float, float]
    size: Size
    split: str
    place: Place


def recognised(root: Path) -> bool:
    """Tell whether the folder holds either layout."""
    if any((root / name).is_file() for name in OFFICIAL.values()):
        return True
    return (root / "annotations.json").is_file() and (root / "votes.json").is_file()


def load(root: Path) -> Dataset:
    """Read either layout; photos whose placeholder alone survives are dropped."""
    checks = Checks()
    official = [root / name for name in OFFICIAL.values() if (root / name).is_file()]
    if official:
        files = [*official, root / "ranking_annotation.json"]
        crops = [crop for path in official for crop in _official(path, root, checks)]
    else:
        files = [root / "annotations.json", root / "votes.json"]
        crops = list(_prepared(files[0], root))
    gone = placeholders([crop.path for crop in crops], checks)
    crops = [crop for crop in crops if crop.path not in gone]
    sizes = {crop.name: crop.size for crop in crops}
    votes = _votes(files[-1], sizes, checks) if files[-1].is_file() else {}
    photos = unique(_records(crops, votes, checks), root, checks)
    present = tuple(path for path in files if path.is_file())
    return Dataset("fcdb", root, photos, checks.problems, present)


def _official(path: Path, root: Path, checks: Checks) -> Iterator[_Crop]:
    split = next(split for split, name in OFFICIAL.items() if name == path.name)
    for entry in read_entries(path, list):
        with record():
            name = entry.text("url").rsplit("/", 1)[-1]
            file = photo_file(root, name)
            size = image_size(file)
            if size is None:
                # The published file has no sizes, and a box means nothing without one.
                checks.note("photo missing, so its size is unknown", entry.place, "dropped")
                continue
            corners = from_corner(numbers(entry.get("crop"), 4, entry.place, "'crop'"))
            yield _Crop(name, file, corners, size, split, entry.place)


def _prepared(path: Path, root: Path) -> Iterator[_Crop]:
    split = next((s for s in ("train", "test") if s in root.name.lower()), "")
    for entry in read_entries(path, list):
        with record():
            name = entry.text("file")
            width, height = numbers(
                [entry.get("width"), entry.get("height")], 2, entry.place, "width and height"
            )
            if width < 1 or height < 1:
                raise entry.place.error(f"a photo cannot be {width:g} x {height:g} pixels.")
            corners = from_corner(numbers(entry.get("crop"), 4, entry.place, "'crop'"))
            size = Size(width=int(width), height=int(height))
            yield _Crop(name, photo_file(root, name), corners, size, split, entry.place)


def _records(
    crops: list[_Crop], votes: Mapping[str, tuple[VotedPair, ...]], checks: Checks
) -> Iterator[LabelledPhoto]:
    for crop in crops:
        box = checks.box(crop.corners, crop.size, crop.place)
        yield LabelledPhoto(
            name=crop.name,
            path=str(crop.path),
            size=crop.size,
            crops=(ExpertCrop(box=box),) if box else (),
            votes=votes.get(crop.name, ()),
            source="fcdb",
            split=crop.split,
            licence=LICENCE,
        )


def _votes(
    path: Path, sizes: Mapping[str, Size], checks: Checks
) -> dict[str, tuple[VotedPair, ...]]:
    found: dict[str, tuple[VotedPair, ...]] = {}
    for entry in read_entries(path, list):
        with record():
            official = isinstance(entry.value, dict) and "url" in entry.value
            name = entry.text("url").rsplit("/", 1)[-1] if official else entry.text("file")
            if name not in sizes:
                checks.note("votes for a photo that is not in the set", entry.place, "dropped")
                continue
            pairs = entry.get("crops" if official else "pairs")
            if not isinstance(pairs, list):
                raise entry.place.error("the pairs must be a list.")
            judged = [_pair(Entry(entry.place, "", p), sizes[name], checks) for p in pairs]
            found[name] = tuple(pair for pair in judged if pair)
    return found


def _pair(entry: Entry, size: Size, checks: Checks) -> VotedPair | None:
    boxes: list[Box | None] = []
    for name in ("crop_0", "crop_1"):
        corners = from_corner(numbers(entry.get(name), 4, entry.place, f"'{name}'"))
        boxes.append(checks.box(corners, size, entry.place))
    counts = [entry.get("vote_for_0"), entry.get("vote_for_1")]
    if not all(isinstance(c, int) and c >= 0 for c in counts):
        raise entry.place.error(f"votes must be counts, not {counts}.")
    first, second = boxes
    if first is None or second is None:
        return None
    return VotedPair(first=first, second=second, for_first=counts[0], for_second=counts[1])


FORMAT = Format(
    name="fcdb",
    title="FCDB (Flickr Cropping Dataset)",
    recognised=recognised,
    load=load,
    published={"train": 1369, "test": 345},
    labels="best crop; 10 pairs of crops with 5 votes each",
    obtain="labels: GitHub yiling-chen/flickr-cropping-dataset; the photos from their Flickr urls",
    licence=LICENCE,
)
