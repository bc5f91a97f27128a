"""AADB: photos with an aesthetic score and eleven attributes (Kong et al., 2016).

`imgListFiles_label/imgList{Train,Validation,Test,TestNew}Regression_ATTR.txt`, lines `file value`;
ATTR is `score` (0-1) or an attribute (-1..1). As with CADB the record holds the full frame with
its score. The files of `AADB_newtest` carry a score before their name.
"""

from pathlib import Path

from cropsmith.evals.datasets.checks import Checks
from cropsmith.evals.datasets.dataset import Dataset, Format, photo_file, unique
from cropsmith.evals.datasets.reading import Place, image_size, numbers, read_lines
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

LISTS = "imgListFiles_label"
SPLITS = {"Train": "train", "Validation": "val", "TestNew": "test", "Test": "test-old"}
FOLDERS = ("datasetImages_originalSize", "datasetImages_warp256", "AADB_newtest")
LICENCE = "photos of Flickr users: for measurement only"


def recognised(root: Path) -> bool:
    """Tell whether the folder of lists is there."""
    return (root / LISTS).is_dir()


def load(root: Path) -> Dataset:
    """Read the score and attribute lists of every split; the first split that names a photo wins.

    The old and the new test part overlap the others; "test" is the new one.
    """
    checks = Checks()
    prefixed = {
        path.name.partition("_")[2]: path
        for path in (root / "AADB_newtest").glob("*.jpg")
        if path.name.partition("_")[0].replace(".", "").isdigit()
    }
    photos: dict[str, LabelledPhoto] = {}
    files: list[Path] = []
    for published, split in SPLITS.items():
        score_file = root / LISTS / f"imgList{published}Regression_score.txt"
        if not score_file.is_file():
            continue
        attributes, read = _attributes(root / LISTS, published)
        files += [score_file, *read]
        for place, name, score in _values(score_file):
            if name in photos:
                checks.note("photo listed in two splits", place, "kept in the first")
                continue
            if not 0 <= score <= 1:
                raise place.error(f"an AADB score lies between 0 and 1, not {score:g}.")
            path = prefixed.get(name) or photo_file(root, name, FOLDERS)
            photos[name] = LabelledPhoto(
                name=name,
                path=str(path),
                size=image_size(path),
                crops=(ExpertCrop(box=Box.whole(), score=score),),
                attributes=attributes.get(name, {}),
                source="aadb",
                split=split,
                licence=LICENCE,
            )
    kept = unique(photos.values(), root, checks)
    return Dataset("aadb", root, kept, checks.problems, tuple(files))


def _attributes(folder: Path, published: str) -> tuple[dict[str, dict[str, float]], list[Path]]:
    """Return attribute values by photo, and the files they came from."""
    found: dict[str, dict[str, float]] = {}
    prefix = f"imgList{published}Regression_"
    files = [f for f in sorted(folder.glob(f"{prefix}*.txt")) if not f.stem.endswith("_score")]
    for file in files:
        name = file.stem.removeprefix(prefix)
        for _, photo, value in _values(file):
            found.setdefault(photo, {})[name] = value
    return found, files


def _values(file: Path) -> list[tuple[Place, str, float]]:
    rows = []
    for place, line in read_lines(file):
        name, _, text = line.rpartition(" ")
        try:
            (value,) = numbers([float(text)], 1, place, "the value")
        except ValueError as error:
            raise place.error(f"'file value' was expected, not '{line[:60]}'.") from error
        if not name:
            raise place.error(f"'file value' was expected, not '{line[:60]}'.")
        rows.append((place, name.strip(), value))
    return rows


FORMAT = Format(
    name="aadb",
    title="AADB (aesthetics with attributes)",
    recognised=recognised,
    load=load,
    published={},
    labels="aesthetic score 0-1 of the whole photo, 11 attributes",
    obtain="GitHub aimerykong/deepImageAestheticsAnalysis",
    licence=LICENCE,
)
