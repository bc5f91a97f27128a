"""Photos with labelled things, as requests whose answers can be checked: named, without, space.

`annotations.json` is an array of {"file", "width", "height", "objects": [{"class", "box": [x1, y1,
x2, y2]}]}, boxes in pixels of the upright photo. Each record of the dataset is one request, its
`split` the kind.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cropsmith.evals.datasets.checks import Checks
from cropsmith.evals.datasets.dataset import Dataset, Format, photo_file, unique
from cropsmith.evals.datasets.reading import Entry, numbers, read_entries
from cropsmith.evals.datasets.wording import Worded, word
from cropsmith.evals.metrics.asked import can_have_room, can_leave_out
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import Asked, LabelledPhoto
from cropsmith.tools.schema.ratio import Ratio

NAME = "asked"
FILE = "annotations.json"
RATIOS = ("1:1", "4:5", "16:9")
SPACE_RATIO = "16:9"
SMALLEST, LARGEST = 0.02, 0.6
"""Share of the photo that a named thing covers, or the main one beside free room."""
LEAST, MOST = 0.01, 0.4
"""Share of the photo that an unwanted thing covers."""


@dataclass(frozen=True)
class Thing:
    """A labelled thing of a photo."""

    label: str
    box: Box


@dataclass(frozen=True)
class Wish:
    """A request in words, and what would answer it."""

    worded: Worded
    label: str
    asked: Asked


def only_ones(things: Sequence[Thing]) -> Sequence[Thing]:
    """Return the things whose class occurs once in the photo."""
    counts = Counter(thing.label for thing in things)
    return [thing for thing in things if counts[thing.label] == 1]


def named(things: Sequence[Thing], photo: Size, seed: str) -> Iterator[Wish]:
    """Yield each thing that is the only one of its kind, in three shapes."""
    for thing in only_ones(things):
        if SMALLEST <= thing.box.area <= LARGEST:
            for ratio in RATIOS:
                asked = Asked(wish="named", ratio=Ratio.parse(ratio), thing=thing.box)
                yield Wish(word("named", ratio, seed, label=thing.label), thing.label, asked)


def without(things: Sequence[Thing], photo: Size, seed: str) -> Iterator[Wish]:
    """Yield each thing that is the only one of its kind beside a larger or smaller other one."""
    for unwanted in only_ones(things):
        others = [t.box for t in things if t is not unwanted and t.box.area >= SMALLEST]
        if not others or not LEAST <= unwanted.box.area <= MOST:
            continue
        main = max(others, key=lambda box: box.area)
        for name in RATIOS:
            ratio = Ratio.parse(name)
            possible = can_leave_out(photo, ratio, unwanted.box, main)
            asked = Asked(
                wish="without", ratio=ratio, thing=unwanted.box, other=main, possible=possible
            )
            yield Wish(word("without", name, seed, label=unwanted.label), unwanted.label, asked)


def space(things: Sequence[Thing], photo: Size, seed: str) -> Iterator[Wish]:
    """Yield room on the left and on the right for the largest thing."""
    main = max(things, key=lambda thing: thing.box.area, default=None)
    if main is None or not SMALLEST <= main.box.area <= LARGEST:
        return
    ratio = Ratio.parse(SPACE_RATIO)
    for side in ("left", "right"):
        asked = Asked(
            wish="space",
            ratio=ratio,
            thing=main.box,
            side=side,
            possible=can_have_room(photo, ratio, main.box, side),
        )
        yield Wish(word("space", SPACE_RATIO, seed, side=side), main.label, asked)


WISHES = (named, without, space)


def load(root: Path) -> Dataset:
    """Read annotations.json in a folder; photos lie beside it or in photos/ or images/."""
    checks, file = Checks(), root / FILE
    records = [r for entry in read_entries(file, list) for r in _records(root, entry, checks)]
    return Dataset(NAME, root, unique(records, root, checks), checks.problems, (file,))


def _records(root: Path, entry: Entry, checks: Checks) -> Iterator[LabelledPhoto]:
    name = entry.text("file")
    sides = [entry.get("width"), entry.get("height")]
    width, height = (round(side) for side in numbers(sides, 2, entry.place, "width and height"))
    size = Size(width=width, height=height)
    objects = entry.get("objects")
    if not isinstance(objects, list):
        raise entry.place.error("'objects' must be a list of things with class and box.")
    things = []
    for one in objects:
        corners = numbers(one.get("box"), 4, entry.place, "'box' of an object")
        if (box := checks.box(corners, size, entry.place)) is not None:
            things.append(Thing(str(one.get("class", "")), box))
    for number, wish in enumerate(w for make in WISHES for w in make(things, size, f"{name}0")):
        yield LabelledPhoto(
            name=f"{name}#{number}",
            path=str(photo_file(root, name)),
            size=size,
            text=wish.worded.text,
            asked=wish.asked,
            source=NAME,
            split=wish.asked.wish,
        )


FORMAT = Format(
    name=NAME,
    title="Asked",
    recognised=lambda root: (root / FILE).is_file() and not (root / "annotations").is_dir(),
    load=load,
    published={},
    labels="boxes of things, as requests: named, without, room at a side",
    obtain="photos of your own with boxes, written as docs/evaluation.md says",
    licence="that of the photos",
)
