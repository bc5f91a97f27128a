"""GAICD: 54 to 90 anchors a photo with mean opinion scores 1-5 (Zeng et al., 2019).

Text files say `y1 x1 y2 x2 score`, y first; the JSON form says [x1, y1, x2, y2], x first. A swap
still gives plausible boxes, so a set whose anchors do not lie on the grid of 12 x 12 bins is
refused. The JSON form has no sizes: the outermost anchors end half a bin from the edge, so
W = (max x - min x) * 12 / 11 to within a pixel.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cropsmith.evals.datasets.captions import captioned, read_captions
from cropsmith.evals.datasets.checks import Checks
from cropsmith.evals.datasets.dataset import Dataset, Format, photo_file, unique
from cropsmith.evals.datasets.reading import (
    Entry,
    Place,
    image_size,
    numbers,
    read_entries,
    read_lines,
    record,
)
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

BINS = 12
INVALID = -2
"""A score that means "not enough votes"; never a low rating."""
SPLITS = ("train", "val", "test")
LICENCE = "photos without a recorded licence: for measurement only"
OFF_GRID = 0.02
"""Share of a side by which an anchor's corner may miss its grid line: rounding on small photos."""
ODD = 0.2
"""Share of photos that may miss the grid for reasons of their own before the axes are doubted."""


@dataclass(frozen=True)
class _Anchors:
    name: str
    path: Path
    corners: Sequence[Sequence[float]]
    scores: Sequence[float]
    split: str
    place: Place


def recognised(root: Path) -> bool:
    """Tell whether the folder holds the JSON form or a folder of text files."""
    return (root / "image_crop.json").is_file() or (
        (root / "images").is_dir() and any(_text_folders(root))
    )


def load_v1(root: Path) -> Dataset:
    """Read GAICD-1236 in either form."""
    return _load(root, "gaicd-v1")


def load_v2(root: Path) -> Dataset:
    """Read GAICD-3336, text files."""
    return _load(root, "gaicd-v2")


def _load(root: Path, name: str) -> Dataset:
    checks = Checks()
    if (root / "image_crop.json").is_file():
        files = [root / "image_crop.json", root / "original_data_split.json"]
        found = list(_json_form(root))
        people = root / "human_bboxes.json"
        subjects = {e.key: e for e in read_entries(people, dict)} if people.is_file() else {}
    else:
        found = list(_text_form(root))
        files = [anchors.place.file for anchors in found]
        subjects = {}
    captions, told = read_captions(root)
    off_grid: list[_Anchors] = []
    photos = (_record(a, name, subjects.get(a.name), checks, off_grid) for a in found)
    records = unique((captioned(photo, captions) for photo in photos), root, checks)
    _refuse_wrong_axes(off_grid, len(records), checks)
    present = tuple(path for path in (*files, *told) if path.is_file())
    return Dataset(name, root, records, checks.problems, present)


def _json_form(root: Path) -> Iterator[_Anchors]:
    lists = root / "original_data_split.json"
    split_of: dict[str, str] = {}
    if lists.is_file():
        for entry in read_entries(lists, dict):
            if not isinstance(entry.value, list):
                raise entry.place.error(f"the split '{entry.key}' must be a list of file names.")
            split_of |= {str(name): entry.key for name in entry.value}
    for entry in read_entries(root / "image_crop.json", dict):
        with record():
            boxes, scores = entry.get("bbox"), entry.get("score")
            if not isinstance(boxes, list) or not isinstance(scores, list):
                raise entry.place.error(f"'bbox' and 'score' of {entry.key} must be lists.")
            if len(boxes) != len(scores):
                raise entry.place.error(
                    f"{len(boxes)} boxes but {len(scores)} scores ({entry.key})."
                )
            corners = [numbers(b, 4, entry.place, f"a box of {entry.key}") for b in boxes]
            values = numbers(scores, len(scores), entry.place, f"the scores of {entry.key}")
            path = photo_file(root, entry.key)
            split = split_of.get(entry.key, "")
            yield _Anchors(entry.key, path, corners, values, split, entry.place)


def _text_folders(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield split and folder of text files; a flat folder has no split of its own."""
    folder = root / "annotations"
    for split in SPLITS:
        if (folder / split).is_dir():
            yield split, folder / split
    if folder.is_dir() and any(folder.glob("*.txt")):
        yield "", folder


def _text_form(root: Path) -> Iterator[_Anchors]:
    for split, folder in _text_folders(root):
        for file in sorted(folder.glob("*.txt")):
            corners, scores = [], []
            for place, line in read_lines(file):
                with record():
                    y1, x1, y2, x2, score = _row(line, place)
                    corners.append((x1, y1, x2, y2))
                    scores.append(score)
            path, found = _text_photo(root, file.stem, split)
            yield _Anchors(path.name, path, corners, scores, split or found, Place(file, 1))


def _row(line: str, place: Place) -> list[float]:
    try:
        return numbers([float(v) for v in line.split()], 5, place, "y1 x1 y2 x2 score")
    except ValueError as error:
        raise place.error(f"'y1 x1 y2 x2 score' was expected, not '{line[:60]}'.") from error


def _text_photo(root: Path, stem: str, split: str) -> tuple[Path, str]:
    """Return the photo of a text file, and the split of the folder it was found in."""
    for folder in (split,) if split else ("", *SPLITS):
        for suffix in (".jpg", ".png", ".jpeg"):
            if (path := root / "images" / folder / (stem + suffix)).is_file():
                return path, folder
    return root / "images" / split / f"{stem}.jpg", ""


def _record(
    anchors: _Anchors,
    source: str,
    person: Entry | None,
    checks: Checks,
    off_grid: list[_Anchors],
) -> LabelledPhoto:
    valid = [score != INVALID for score in anchors.scores]
    if dropped := len(valid) - sum(valid):
        checks.note("anchor with score -2 (too few votes)", anchors.place, "dropped", dropped)
    size = image_size(anchors.path) or recovered_size(anchors.corners, anchors.place)
    if not _on_grid(anchors, size):
        off_grid.append(anchors)
    crops = []
    for corners, score, good in zip(anchors.corners, anchors.scores, valid, strict=True):
        if good and (box := checks.box(corners, size, anchors.place)):
            crops.append(ExpertCrop(box=box, score=score))
    crops.sort(key=lambda crop: -(crop.score or 0))
    return LabelledPhoto(
        name=anchors.name,
        path=str(anchors.path),
        size=size,
        crops=tuple(crops),
        subject=_person(person, size, checks),
        source=source,
        split=anchors.split,
        licence=LICENCE,
    )


def _person(entry: Entry | None, size: Size, checks: Checks) -> Box | None:
    if entry is None:
        return None
    corners = numbers(entry.value, 4, entry.place, f"the person's box of {entry.key}")
    return checks.box(corners, size, entry.place)


def recovered_size(corners: Sequence[Sequence[float]], place: Place) -> Size:
    """Return the photo's size from its outermost anchors, within a pixel a side."""
    if not corners:
        raise place.error("has no anchors, so the photo's size cannot be recovered.")
    sides = []
    for axis in (0, 1):
        low, high = min(c[axis] for c in corners), max(c[axis + 2] for c in corners)
        sides.append(max(1, round((high - low) * BINS / (BINS - 1))))
    return Size(width=sides[0], height=sides[1])


def _on_grid(anchors: _Anchors, size: Size) -> bool:
    """Tell whether the outermost anchors end where the outermost grid lines are."""
    half_bin = 0.5 / BINS
    for axis, side in ((0, size.width), (1, size.height)):
        low = min(c[axis] for c in anchors.corners) / side
        high = max(c[axis + 2] for c in anchors.corners) / side
        slack = OFF_GRID + 2 / side
        if abs(low - half_bin) > slack or abs(high - (1 - half_bin)) > slack:
            return False
    return True


def _refuse_wrong_axes(off_grid: Sequence[_Anchors], photos: int, checks: Checks) -> None:
    """Refuse a set that is off the grid as a whole: its axes are swapped. Note single photos."""
    if len(off_grid) > ODD * photos:
        raise off_grid[0].place.error(
            f"the anchors of {off_grid[0].name} are not on the 12 x 12 grid of its photo, "
            f"nor are those of {len(off_grid) - 1:,} others.",
            hint="Text files are y1 x1 y2 x2, the JSON form is x1, y1, x2, y2.",
        )
    for anchors in off_grid:
        checks.note("photo whose anchors miss the 12 x 12 grid", anchors.place, "kept")


_COMMON = "54-90 anchors a photo with mean opinion scores"

FORMATS = (
    Format(
        name="gaicd-v1",
        title="GAICD-1236",
        recognised=lambda root: recognised(root) and not _is_v2(root),
        load=load_v1,
        published={"train": 1036, "test": 200},
        labels=_COMMON,
        obtain="GitHub HuiZeng/Grid-Anchor-based-Image-Cropping-Pytorch; labels as JSON in "
        "bcmi/Human-Centric-Image-Cropping",
        licence=LICENCE,
    ),
    Format(
        name="gaicd-v2",
        title="GAICD-3336",
        recognised=lambda root: recognised(root) and _is_v2(root),
        load=load_v2,
        published={"train": 2636, "val": 200, "test": 500},
        labels=_COMMON,
        obtain="the authors' page named in HuiZeng/Grid-Anchor-based-Image-Cropping-Pytorch",
        licence=LICENCE,
    ),
)


def _is_v2(root: Path) -> bool:
    """GAICD-3336 has a validation part; GAICD-1236 does not."""
    return any((root / kind / "val").is_dir() for kind in ("annotations", "images"))
