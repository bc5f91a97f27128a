"""What people said of the photos of a data set or a study, and which of their votes teach."""

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from cropsmith.evals.datasets.registry import fold_of
from cropsmith.evals.training.data.samples import judged
from cropsmith.evals.training.lessons.teacher import Lore, equal_area, larger_won, margin_of
from cropsmith.evals.vote.lessons import Choice
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import Box, whole_pixels
from cropsmith.tools.schema.labelled_photo import LabelledPhoto, VotedPair

LARGER = 0.6
"""Largest share of pairs in which the larger crop won, of those whose crops differ in size.

Of FCDB's clear votes it won three in four: taught so, a model would learn size.
"""

KEPT = 4
"""Of so many photos one is shown cut to its expert's crop already, and is to be kept."""

HELD = 10
"""Of so many photos one is held out."""


def lore_of(photo: LabelledPhoto, pairs: Sequence[VotedPair] = ()) -> Lore:
    """Return what people said of a photo with crops, votes or advice. UsageError without any."""
    if photo.advice == "reject":
        return Lore(photo.name, (), reject=True, subject=photo.subject)
    if photo.advice == "keep":
        return Lore(photo.name, (Box.whole(),), keep=True, subject=photo.subject)
    experts = () if pairs and not photo.crops else tuple(map(Box.of, judged(photo).good))
    return Lore(photo.name, experts, subject=photo.subject, pairs=pairs)


def cut_to_its_crop(photo: LabelledPhoto) -> tuple[bytes, Lore] | None:
    """Return a photo cut to its expert's crop, as a PNG: nothing more is to be cut from it.

    None for photos that are not chosen for it (KEPT), and for crops that cut nothing.
    """
    if fold_of(f"kept {photo.name}", KEPT) or not photo.crops or photo.advice:
        return None
    opened = open_photo(photo.path)
    box = judged(photo).good[0]
    pixels = whole_pixels(Box.of(box), opened.size)
    if pixels.size == opened.size:
        return None
    upright = opened.pixels(max(opened.size.width, opened.size.height))
    part = upright[pixels.top : pixels.bottom, pixels.left : pixels.right]
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(part)).save(buffer, "PNG")
    return buffer.getvalue(), Lore(f"{photo.name}, cut", (Box.whole(),), keep=True)


def held_out(photo: LabelledPhoto) -> bool:
    """Tell whether a photo measures and does not teach: the same ones in every run."""
    return fold_of(photo.name, HELD) == 0


def clear_pairs(
    photos: Sequence[LabelledPhoto], margin: int, seed: int
) -> Mapping[str, Sequence[VotedPair]]:
    """Return the pairs that teach, by photo: of that margin at least, not too many larger wins.

    Those too many are drawn by the seed and left out (LARGER). Held-out photos keep all.
    """
    kept: dict[str, list[VotedPair]] = defaultdict(list)
    larger: list[tuple[str, VotedPair]] = []
    smaller = 0
    for photo in photos:
        for pair in photo.votes:
            if margin_of(pair) < max(1, margin):
                continue
            if held_out(photo) or equal_area(pair) or not larger_won(pair):
                kept[photo.name].append(pair)
                smaller += not (held_out(photo) or equal_area(pair))
            else:
                larger.append((photo.name, pair))
    room = min(len(larger), int(smaller * LARGER / (1 - LARGER) + 1e-9))
    drawn = np.random.default_rng(seed).permutation(len(larger))[:room]
    for at in sorted(drawn):
        name, pair = larger[at]
        kept[name].append(pair)
    return kept


def voted_photos(choices: Sequence[Choice]) -> list[LabelledPhoto]:
    """Return the photos of a study's blind votes, each with a pair of crops per two systems.

    Of several people in one pair the votes are counted together.
    """
    photos: dict[str, LabelledPhoto] = {}
    counts: dict[str, dict[tuple[Box, Box], list[int]]] = defaultdict(dict)
    for choice in choices:
        if choice.chosen.box is None or choice.other.box is None:
            continue
        photos.setdefault(choice.photo.name, choice.photo)
        first, second = sorted(
            (choice.chosen.box, choice.other.box), key=lambda b: tuple(b.corners)
        )
        tally = counts[choice.photo.name].setdefault((first, second), [0, 0])
        tally[first != choice.chosen.box] += 1
    return [
        photo.model_copy(
            update={
                "votes": tuple(
                    VotedPair(first=a, second=b, for_first=n, for_second=m)
                    for (a, b), (n, m) in counts[name].items()
                )
            }
        )
        for name, photo in photos.items()
    ]
