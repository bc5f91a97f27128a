"""The messages of asking by example (Cropper): examples, photo, question; then each round.

Order: what is sought, the examples from the most similar on, the photo, the question. A refinement
round repeats that and appends, for every candidate of the last round, its picture, box and score.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from pydantic import BaseModel, Field, create_model

from cropsmith.agents.backends.protocol.backend import Boxes, Picture, Said
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.minds.asking.script import Script, Shown, ShownExample
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.settings.recipe import TaskRecipe
from cropsmith.tools.drawing.contact_sheet import Tile, contact_sheet
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.evidence import Example, ExpertCrop
from cropsmith.tools.schema.geometry import Box, Point

PIXELS_A_TOKEN = 750
"""For the budget's estimate; families take 600 to 1,024 pixels a token."""

TOKENS_A_LINE = 40
"""Caption and boxes of one example or candidate, roughly."""

SCALE = 5.0
"""MOS of the best crop there can be: `s` is told as MOS / 5."""


class Centred(BaseModel):
    """The centre of a subject, told in the model's own coordinates."""

    centre: Point


class CentredCrop(BaseModel):
    """An example for a subject: where it is, and a good crop for it."""

    centre: Point
    box: Box


class ScoredBox(BaseModel):
    """Cropper's (s, x1, y1, x2, y2)."""

    score: float = Field(ge=0, le=1)
    box: Box


class PlainBox(BaseModel):
    """Cropper's (x1, y1, x2, y2)."""

    box: Box


def answer_of(task: str, count: int) -> type[BaseModel]:
    """Return the schema of an answer with up to `count` crops."""
    item = ScoredBox if task == "free" else PlainBox
    crops = Field(min_length=1, max_length=count)
    return create_model("Crops", crops=(list[item], crops))  # type: ignore[valid-type]


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
            _caption(script, shown.example, number, task)
            if packed.per_sheet == 1:
                script.parts.append(shown.picture)
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


def _caption(script: Script, example: Example, number: int, task: str) -> None:
    if task == "ratio":
        crop = example.crops[0].box
        ratio = crop.width * example.width / (crop.height * example.height)
        script.say(
            "cropper/example_ratio",
            number=number,
            photo=f"{example.width / example.height:.2f}",
            crop=f"{ratio:.2f}",
        )
    else:
        script.say("cropper/example", number=number)


def _crops(script: Script, shown: ShownExample, task: str) -> None:
    example, picture = shown.example, shown.picture
    if task == "subject":
        centre = example.subject or example.crops[0].box.centre
        value = CentredCrop(centre=centre, box=example.crops[0].box)
        script.parts.append(Said(value, picture))
        return
    boxes = [crop.box for crop in example.crops]
    scores = _scores(example.crops) if task == "free" else ()
    script.parts.append(Boxes(boxes, picture, scores))


def _scores(crops: Sequence[ExpertCrop]) -> Sequence[float]:
    """Return MOS / 5 of each crop; nothing where a crop has no score."""
    known = [crop.score for crop in crops if crop.score is not None]
    return [score / SCALE for score in known] if len(known) == len(crops) else ()


def add_question(script: Script, brief: Brief, photo: Picture, count: int) -> None:
    """Add the photo and what is asked of it."""
    task = brief.intent.task
    script.say("cropper/photo")
    script.parts.append(photo)
    size = brief.view.size
    wanted = brief.intent.read_back
    if task == "free":
        script.say("cropper/query_free", count=count)
    elif task == "subject":
        script.parts.append(Said(Centred(centre=subject_centre(brief)), photo))
        script.say("cropper/query_subject", count=count, wanted=wanted)
    else:
        script.say(
            "cropper/query_ratio",
            count=count,
            photo=f"{size.width / size.height:.2f}",
            ratio=str(brief.target.ratio or "that suits it"),
            wanted=wanted,
        )


def subject_centre(brief: Brief) -> Point:
    """Return the centre of the subject: grounded, given, else where the eye goes first."""
    if brief.intent.subject_box is not None:
        return brief.intent.subject_box.centre
    if brief.grounding.found:
        boxes = [evidence.box for evidence in brief.grounding.found]
        return boxes[0].union(*boxes[1:]).centre
    if brief.analysis is not None and brief.analysis.focal_point is not None:
        return brief.analysis.focal_point
    return brief.view.sight.focal_point


def add_round(
    script: Script, task: str, shown: Sequence[Shown], photo: Picture, count: int
) -> None:
    """Append the last round's candidates with their pictures and scores, and the next question."""
    turn = replace(script, parts=[], turns=[])
    for number, item in enumerate(shown, start=1):
        score = item.candidate.total or 0.0
        turn.say("cropper/crop", number=number, score=f"{score:.2f}")
        turn.parts.append(item.picture)
        scores = [round(score, 2)] if task == "free" else []
        turn.parts.append(Boxes([item.candidate.box], photo, scores))
    turn.say(f"cropper/refine_{task}", count=count)
    script.parts += turn.parts
