"""The messages of asking by example (Cropper): examples, photo, question; then each round.

Order: what is sought, the examples from the most similar on, the photo, the question. A refinement
round repeats that and appends, for every candidate of the last round, its picture, box and score.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from pydantic import BaseModel, Field, create_model

from cropsmith.agents.backends.protocol.backend import Picture, Reach, Said
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.minds.asking.script import Script, Shown, ShownExample
from cropsmith.agents.minds.asking.wishes import add_request
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.settings.recipe import TaskRecipe
from cropsmith.tools.drawing.contact_sheet import Tile, contact_sheet
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.evidence import EvidenceKind, ExpertCrop
from cropsmith.tools.schema.geometry import Box, Point

PIXELS_A_TOKEN = 750
"""For the budget's estimate; families take 600 to 1,024 pixels a token."""

TOKENS_A_LINE = 40
"""Caption and boxes of one example or candidate, roughly."""

STANDING_IN = ("saliency", "motion")
"""Sources of boxes that show where the eye goes first and where things move, whatever they are."""

LIKE = (Box(x1=0.08, y1=0.11, x2=0.83, y2=0.94), Box(x1=0.31, y1=0.24, x2=0.77, y2=0.82))

SCALE = 5.0
"""MOS of the best crop there can be: `s` is told as MOS / 5."""


class ScoredBox(BaseModel):
    """Cropper's (s, x1, y1, x2, y2)."""

    score: float = Field(ge=0, le=1)
    box: Box


class PlainBox(BaseModel):
    """Cropper's (x1, y1, x2, y2)."""

    box: Box


class ScoredCrops(BaseModel):
    """Crops with scores, as an answer tells them."""

    crops: list[ScoredBox]


class PlainCrops(BaseModel):
    """Crops as an answer tells them."""

    crops: list[PlainBox]


def asked_of(brief: Brief) -> str:
    """Return what is asked: "free", "subject", "ratio", or "unlocated", a subject not found.

    A place that nobody found is not stated: not the point where the eye goes first either.
    """
    task = brief.intent.task
    return "unlocated" if task == "subject" and subject_centre(brief) is None else task


def answer_of(task: str, count: int) -> type[BaseModel]:
    """Return the schema of an answer with up to `count` crops."""
    item = ScoredBox if task == "free" else PlainBox
    crops = Field(min_length=1, max_length=count)
    return create_model("Crops", crops=(list[item], crops))  # type: ignore[valid-type]


def answered(task: str, crops: Sequence[tuple[Box, float | None]]) -> BaseModel:
    """Return crops, each with its score, in exactly the form of an answer to the task.

    Where an expert gave no score none is told.
    """
    if task == "free" and all(score is not None for _, score in crops):
        return ScoredCrops(crops=[ScoredBox(score=score or 0.0, box=box) for box, score in crops])
    return PlainCrops(crops=[PlainBox(box=box) for box, _ in crops])


def like(task: str) -> BaseModel:
    """Return what the prompt shows of the form where no example does."""
    return answered(task, [(box, 0.84 - 0.13 * n) for n, box in enumerate(LIKE)])


@dataclass(frozen=True)
class Packed:
    """The examples that fit, and how they are shown."""

    shown: Sequence[ShownExample]
    per_sheet: int
    dropped: int
    """Least similar ones left out for the token budget."""


def tokens_of(picture: Picture) -> int:
    """Estimate what a picture costs of the prompt."""
    return math.ceil(picture.size.width * picture.size.height / PIXELS_A_TOKEN)


def pack(
    shown: Sequence[ShownExample], recipe: TaskRecipe, photo: Picture, rest: Sequence[Picture]
) -> Packed:
    """Keep the most similar examples within the token budget, in as many slots as there are.

    `shown` comes most similar first; `rest` are the other pictures of the request.
    """
    kept = list(shown)
    if recipe.tokens:
        room = recipe.tokens - sum(tokens_of(p) + TOKENS_A_LINE for p in (photo, *rest))
        costs = np.cumsum([tokens_of(s.picture) + TOKENS_A_LINE for s in kept])
        kept = kept[: int(np.searchsorted(costs, room, side="right"))]
    per_sheet = recipe.per_sheet
    if recipe.slots:
        free = recipe.slots - 1 - len(rest)
        if free < 1:
            kept = []
        else:
            per_sheet = max(per_sheet, math.ceil(len(kept) / free))
    return Packed(kept, per_sheet, len(shown) - len(kept))


def add_examples(script: Script, packed: Packed, task: str) -> None:
    """Add the examples, each by itself or on contact sheets."""
    if not packed.shown:
        return
    script.say("cropper/examples", count=len(packed.shown))
    for start in range(0, len(packed.shown), packed.per_sheet):
        some = packed.shown[start : start + packed.per_sheet]
        if packed.per_sheet > 1:
            script.say("cropper/sheet", first=start + 1, last=start + len(some))
            script.parts.append(sheet_of(some, start + 1))
        for number, shown in enumerate(some, start=start + 1):
            _caption(script, shown, number, task)
            if packed.per_sheet == 1:
                script.parts.append(shown.picture)
            else:
                # Nobody sees this photo by itself: without its size pixels would mean nothing.
                script.tell("cropper/sheet_size", shown.picture, size=Reach(1, 1))
            _crops(script, shown, task)


def sheet_of(shown: Sequence[ShownExample], first: int) -> Picture:
    """Return the examples as one picture, numbered, with their crops drawn."""
    side = max(max(s.picture.size.width, s.picture.size.height) for s in shown)
    tiles = [
        Tile(
            open_photo(s.picture.data).pixels(side),
            f"Example {number}",
            tuple(crop.box for crop in s.example.crops),
        )
        for number, s in enumerate(shown, start=first)
    ]
    return picture_of(contact_sheet(tiles, side=side))


def _caption(script: Script, shown: ShownExample, number: int, task: str) -> None:
    example = shown.example
    if task == "ratio":
        crop = example.crops[0].box
        ratio = crop.width * example.width / (crop.height * example.height)
        script.say(
            "cropper/example_ratio",
            number=number,
            photo=f"{example.width / example.height:.2f}",
            crop=f"{ratio:.2f}",
        )
    elif task == "subject" and example.subject is not None:
        picture, centre = shown.picture, example.subject
        script.tell("cropper/example_subject", picture, number=f"{number}", centre=centre)
    elif task == "subject":
        script.say("cropper/example_unlocated", number=number)
    else:
        script.say("cropper/example", number=number)


def _crops(script: Script, shown: ShownExample, task: str) -> None:
    crops = [(crop.box, _score(crop)) for crop in shown.example.crops]
    if task == "subject" and shown.example.subject is not None:
        crops = crops[:1]
    script.parts.append(Said(answered(task, crops), shown.picture))


def _score(crop: ExpertCrop) -> float | None:
    """Return MOS / 5."""
    return None if crop.score is None else round(crop.score / SCALE, 2)


def add_question(script: Script, brief: Brief, photo: Picture, count: int) -> None:
    """Add the photo, what the person asked, and what is asked of the model."""
    task, centre = asked_of(brief), subject_centre(brief)
    script.say("cropper/photo")
    script.parts.append(photo)
    size = brief.view.size
    if brief.intent.words or task != "free":
        add_request(script, brief.intent, [brief.target], size, photo)
    if task == "subject" and centre is not None:
        script.tell("cropper/query_subject", photo, count=f"{count}", centre=centre)
    elif task in ("free", "unlocated"):
        script.say(f"cropper/query_{task}", count=count)
    else:
        script.say(
            "cropper/query_ratio",
            count=count,
            photo=f"{size.width / size.height:.2f}",
            ratio=str(brief.target.ratio or "that suits it"),
        )


def subject_centre(brief: Brief) -> Point | None:
    """Return the centre of the subject that was given or found; None where none was.

    The centroid of its mask, where there is one, else the middle of its box; of several subjects
    the mean, each weighted by the area of its box. What only stands in for a thing that was not
    found is no subject.
    """
    if brief.intent.subject_box is not None:
        return brief.intent.subject_centre or brief.intent.subject_box.centre
    missing = brief.grounding.missing
    found = [
        one
        for one in brief.grounding.found
        if one.kind is EvidenceKind.SUBJECT
        and one.source not in STANDING_IN
        and not (one.phrase and one.phrase in missing)
    ]
    if not found:
        return None
    total = sum(one.box.area for one in found)
    return Point(
        x=sum(one.middle.x * one.box.area for one in found) / total,
        y=sum(one.middle.y * one.box.area for one in found) / total,
    )


def add_round(
    script: Script, task: str, shown: Sequence[Shown], photo: Picture, count: int
) -> None:
    """Append the last round's candidates with their pictures and scores, and the next question."""
    turn = replace(script, parts=[], turns=[])
    for number, item in enumerate(shown, start=1):
        score = item.candidate.total or 0.0
        turn.say("cropper/crop", number=number, score=f"{score:.2f}")
        turn.parts.append(item.picture)
        # A total may lie beyond what an expert's score can be.
        bounded = min(1.0, max(0.0, round(score, 2)))
        turn.parts.append(Said(answered(task, [(item.candidate.box, bounded)]), photo))
    turn.say(f"cropper/refine_{task}", count=count)
    script.parts += turn.parts
