"""Which of the things found on a photo a phrase means."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.constraints.calling import spoken
from cropsmith.tools.finder.chances import EVEN, LIKELY, chances
from cropsmith.tools.finder.colours import colour_shares
from cropsmith.tools.finder.described import Described, describe
from cropsmith.tools.finder.nanodet import SAME, Found
from cropsmith.tools.finder.relations import relation_fits
from cropsmith.tools.finder.vocabulary import PERSON, vocabulary
from cropsmith.tools.language.positions import HALVES, resolve
from cropsmith.tools.schema.geometry import Box, Boxes, iou_matrix
from cropsmith.tools.schema.request import Phrase

RIVAL = 0.6
"""Share of the best score from which another box may be the one that is meant."""
SHARE = 0.6
"""Share of a thing's score from which another box may be a part of it."""
SECOND = 0.2
"""Score from which a box may be the second of two that were named."""
PART = 0.3
"""Share of the smaller box inside the larger from which a weaker box may be a part of the thing."""
COLOURED = 0.12
"""Share of a thing's middle from which it may be said to have a colour."""
WHOLLY = 0.35
"""Share from which it has the colour, more being no better: the rest is skin, trousers, ground."""
SIZE = 0.25
"""Power of a box's area by which larger things are rather meant than small ones."""
FITTING = 0.5
"""Share of the best fit from which a box has the colour, or stands as was said."""


@dataclass(frozen=True)
class Thing:
    """One thing that the finder found."""

    box: Box
    chance: float
    """That the box is right."""
    label: str
    """Its class."""


@dataclass(frozen=True)
class Answer:
    """What a phrase means on a photo."""

    things: tuple[Thing, ...] = ()
    """Most meant first; none where nothing was found."""
    many: bool = False
    """Whether the phrase asked for several, without a number."""
    reached: bool = True
    """Whether the finder knows what the phrase names."""
    alike: int = 0
    """How many people there are of whom it cannot tell which is meant; nothing is answered then."""
    rivals: int = 0
    """How many there are that it may mean, where words did not tell them apart: the answer is the
    clearest."""
    people: bool = False
    """Whether the rivals are people."""
    notes: tuple[str, ...] = ()
    """What a person should be told of the answer, plain sentences."""
    face_of: str = ""
    """The noun of whose face was named: the answer is the whole of it."""


@dataclass(frozen=True)
class Pool:
    """The boxes that may be meant, best first."""

    boxes: Boxes
    scores: NDArray[np.float64]
    ranks: NDArray[np.float64]
    """The score, times how well size, colour and relation fit."""
    classes: NDArray[np.intp]

    def of(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> "Pool":
        """Return some of it."""
        return Pool(self.boxes[index], self.scores[index], self.ranks[index], self.classes[index])

    def fitting(self, fits: NDArray[np.float64]) -> "Pool":
        """Return those that fit nearly as well as the best, ranked by it too."""
        kept = fits >= FITTING * fits.max()
        return replace(self, ranks=self.ranks * fits).of(kept)


def things_of(found: Found, least: float = LIKELY) -> tuple[Thing, ...]:
    """Return everything that is there with at least this chance, best first."""
    sure = chances(found.scores)
    names = vocabulary().classes
    return tuple(
        Thing(Box.of(found.boxes[i]), float(sure[i]), names[found.classes[i]])
        for i in np.flatnonzero(sure >= least)
    )


def answer(phrase: Phrase, found: Found, pixels: NDArray[np.uint8]) -> Answer:
    """Return what a phrase means among the things found on upright RGB (H, W, 3)."""
    said = describe(phrase.head)
    if not said.classes:
        return Answer(reached=False)
    everything = _pool(said, found)
    if not len(everything.boxes):
        return Answer()
    count = phrase.count or said.count
    pool = _on_side(_enough(everything, said, count), everything, phrase.position)
    chosen, others, notes = _narrowed(pool, said, found, pixels)
    likely = int((chances(everything.scores) >= LIKELY).sum())
    position = phrase.position or (said.size or None if len(chosen.boxes) > 1 else None)
    told_apart = position is not None or len(chosen.boxes) < len(pool.boxes)
    one = not said.many and (count or 1) == 1
    if said.identity and one and likely > 1 and not told_apart:
        return Answer(alike=likely)
    # The words for one and for several are the vocabulary's: a couple is two, scissors are one.
    head = "thing" if one else "things"
    meant = Phrase(text=phrase.text, head=head, count=count, position=position)
    picked = resolve(meant, chosen.boxes, chosen.ranks)
    alone = one and not told_apart
    things = [_thing(chosen, everything, index, grown=alone) for index in picked]
    if said.relation == "with":
        things = [_joined(thing, others) for thing in things]
    rivals = likely if alone and likely > 1 else 0
    people = said.classes == (PERSON,)
    if rivals:
        notes.append(_which(people, rivals, phrase.text))
    face_of = said.noun if said.part == "face" else ""  # whoever has faces at hand tells of it
    if said.part and not face_of and things:
        notes.append(f"A {said.part} is not found by itself: the whole {said.noun} is meant.")
    many = said.many and count is None
    return Answer(tuple(things), many, rivals=rivals, people=people, notes=tuple(notes),
                  face_of=face_of)  # fmt: skip


def _pool(said: Described, found: Found) -> Pool:
    """Return the boxes of the classes that are meant, one a thing, best first."""
    names = vocabulary().classes
    wanted = np.isin(found.classes, [names.index(name) for name in said.classes])
    ranks = found.scores * np.prod(found.boxes[:, 2:] - found.boxes[:, :2], axis=1) ** SIZE
    pool = Pool(found.boxes, found.scores, ranks, found.classes).of(wanted)
    if len(said.classes) > 1:  # the same animal may be a cow and a horse
        twice = np.tril(iou_matrix(pool.boxes, pool.boxes) > SAME, -1).any(axis=1)
        pool = pool.of(np.flatnonzero(~np.asarray(twice)))
    return pool


def _enough(pool: Pool, said: Described, count: int | None) -> Pool:
    """Return the boxes that are strong enough beside the best; that is always one."""
    floor = RIVAL * float(pool.scores[0])
    if count is not None and count > 1:
        floor = min(floor, SECOND)
    elif said.colour or said.relation:
        floor *= RIVAL  # what is said of it may outweigh that another is clearer
    elif said.many:
        floor = max(floor, min(float(pool.scores[0]), EVEN))
    return pool.of(pool.scores >= floor)


def _on_side(pool: Pool, everything: Pool, position: str | None) -> Pool:
    """Return the boxes of a side: with none on the left half, "on the left" means a weaker one."""
    inside = HALVES.get(position or "")
    if inside is None or inside(pool.boxes).any():
        return pool
    weaker = everything.of(everything.scores >= RIVAL**2 * everything.scores[0])
    return weaker if inside(weaker.boxes).any() else pool


def _narrowed(
    pool: Pool, said: Described, found: Found, pixels: NDArray[np.uint8]
) -> tuple[Pool, Boxes, list[str]]:
    """Return the boxes of the colour and in the relation that was said, the other things, notes."""
    notes: list[str] = []
    others: Boxes = np.zeros((0, 4))
    if said.colour:
        clothed = said.classes == (PERSON,)
        shares = colour_shares(pixels, pool.boxes, said.colour, clothed)
        if shares.max() >= COLOURED:
            pool = pool.fitting(np.minimum(shares, WHOLLY))
        else:
            notes.append(f"No {said.noun} looks {said.colour}; the clearest was taken.")
    if said.relation and said.other is not None and said.other.classes:
        others = _others(said.other, found, pixels)
        fits = relation_fits(pool.boxes, others, said.relation, pixels.shape[1] / pixels.shape[0])
        if not len(others):
            notes.append(f"No {said.other.noun} was found beside “{said.noun}”.")
        elif fits.max() > 0:
            pool = pool.fitting(fits)
    return pool, others, notes


def _others(other: Described, found: Found, pixels: NDArray[np.uint8]) -> Boxes:
    """Return the boxes (M, 4) that may be the thing that another stands in a relation to."""
    pool = _pool(other, found)
    if not len(pool.boxes):
        return pool.boxes
    chosen, _, _ = _narrowed(_enough(pool, other, None), replace(other, relation=""), found, pixels)
    return chosen.boxes


def _thing(chosen: Pool, everything: Pool, index: int, grown: bool) -> Thing:
    box = chosen.boxes[index]
    if grown:
        box = _grown(box, float(chosen.scores[index]), everything)
    label = vocabulary().classes[chosen.classes[index]]
    return Thing(Box.of(box), float(chances(chosen.scores[index : index + 1])[0]), label)


def _grown(box: NDArray[np.float64], score: float, everything: Pool) -> NDArray[np.float64]:
    """Return a box with the weaker boxes that may be its parts: most errors are partial boxes."""
    parts = everything.boxes
    sides = np.minimum(box[2:], parts[:, 2:]) - np.maximum(box[:2], parts[:, :2])
    overlap = np.prod(np.maximum(sides, 0), axis=1)
    smaller = np.minimum(np.prod(box[2:] - box[:2]), np.prod(parts[:, 2:] - parts[:, :2], axis=1))
    # A part that is sure of itself is another thing beside it.
    weaker = (everything.scores >= SHARE * score) & (everything.scores < EVEN)
    own = parts[weaker & (overlap > PART * smaller)]
    return np.concatenate(
        [
            np.minimum(box[:2], own[:, :2].min(0, initial=1)),
            np.maximum(box[2:], own[:, 2:].max(0, initial=0)),
        ]
    )


def _joined(thing: Thing, others: Boxes) -> Thing:
    """Return a thing with what it carries: the first of the others that touches it."""
    for other in (Box.of(row) for row in others):
        if thing.box.overlap(other) > 0 and not thing.box.contains(other):
            return replace(thing, box=thing.box.union(other))
    return thing


def _which(people: bool, likely: int, text: str) -> str:
    """Return that there are several, and that one of them was taken."""
    if people:
        return (
            f"There are {likely} people, and which of them is {spoken(text)} cannot be told from"
            " the picture alone: say where, as in “the man on the left”."
        )
    return (
        f"There are {likely} things that “{text}” may mean: the clearest was taken, with most of"
        " the photo round it."
    )
