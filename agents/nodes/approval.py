"""A person's word before the decision: choose a leader, draw another box, or let it go on."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Send, interrupt
from pydantic import ValidationError

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.nodes.brief import brief_for
from cropsmith.agents.nodes.decision import leaders_of
from cropsmith.agents.nodes.person_choice import drawn_id
from cropsmith.agents.nodes.proposal import rules_for, solved
from cropsmith.agents.nodes.shapes import each_shape
from cropsmith.agents.nodes.state import CropState
from cropsmith.agents.parts.parts import RunContext
from cropsmith.agents.sources.source import draft
from cropsmith.errors import CropsmithError, UsageError
from cropsmith.tools.schema.approval import Approval, Choice, Question, Shape
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Size, whole_pixels

AS_DRAWN = 0.97
"""Overlap (IoU) from which on a box is still the one that was drawn: edges go to whole pixels."""
WORDS = "Choose a candidate or give a box for a shape; without a choice the model decides."


async def approval(state: CropState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Pause with the leaders of every shape; take up the choices when the person comes back.

    On resumption this node runs from its top again, so nothing here asks a model.
    """
    briefs = [
        await brief_for(state, runtime.context.parts, index)
        for index in range(len(state["intent"].targets))
    ]
    shapes = tuple(
        Shape(index=brief.target_index, target=brief.target, leaders=tuple(leaders_of(brief)))
        for brief in briefs
    )
    problem = ""
    while True:
        question = Question(words=WORDS, shapes=shapes, problem=problem)
        answer = interrupt(question.model_dump(mode="json"))
        try:
            word = read(answer)
            drawn = [await asyncio.to_thread(taken_up, briefs, one) for one in word.choices]
        except CropsmithError as error:
            problem = str(error)  # ask again: a slip of the pen must not end the run
            continue
        return {
            "approval": word,
            "candidates": tuple(one for one in drawn if one is not None),
            "notes": tuple(_fitted(word.choices, drawn, state["image"].size)),
        }


def read(answer: Any) -> Approval:
    """Return a person's word from what resumed the graph; True, "" and None mean "go on"."""
    if answer in (True, None, "", {}, "go on"):
        return Approval()
    try:
        return Approval.model_validate(answer)
    except ValidationError as error:
        raise UsageError(
            "The answer is not understood.",
            hint='Send {"choices": [{"target": 0, "candidate": "0.0.1"}]}, or "go on".',
        ) from error


def taken_up(briefs: list[Brief], choice: Choice) -> Candidate | None:
    """Return the candidate that a choice adds, or None for one that is there. UsageError."""
    if choice.target >= len(briefs):
        raise UsageError(f"There is no shape {choice.target}.")
    brief = briefs[choice.target]
    if choice.candidate:
        if all(choice.candidate != candidate.id for candidate in brief.earlier):
            raise UsageError(f"There is no candidate '{choice.candidate}' for this shape.")
        return None
    if choice.box is None:
        raise UsageError("A choice names a candidate or gives a box.")
    drafts = [draft(brief, choice.box, "person")]
    (candidate,) = solved(brief, drafts, rules_for(brief).constraints)
    return candidate.model_copy(update={"id": drawn_id(choice.target)})


def _fitted(
    choices: Sequence[Choice], drawn: Sequence[Candidate | None], size: Size
) -> Iterator[str]:
    """Yield what became of the boxes that a person drew, where it is not what was drawn."""
    for choice, made in zip(choices, drawn, strict=True):
        if made is None or choice.box is None or choice.box.iou(made.box) >= AS_DRAWN:
            continue
        drew, fits = (whole_pixels(box, size) for box in (choice.box, made.box))
        yield (
            f"The box that you drew ({drew.size.width} x {drew.size.height} pixels) does not hold"
            f" what is asked; the nearest that does is {fits.size.width} x {fits.size.height}."
        )


def after_approval(state: CropState) -> Literal["scoring"] | list[Send]:
    """Send boxes that a person drew through the scorers first."""
    fresh = any(candidate.total is None for candidate in state["candidates"])
    return "scoring" if fresh else each_shape("decision", state)
