"""Asks a model where the named things are: one more source beside the detectors."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.asking.question import Question
from cropsmith.agents.minds.asking.script import Script
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent


class LocatedThing(BaseModel):
    """One thing that was asked for, found."""

    number: int = Field(ge=1, le=10)
    box: Box


class Located(BaseModel):
    """Where the named things are; empty when none is in the photo."""

    things: Annotated[list[LocatedThing], Field(max_length=12)]


LIKE = Located(things=[LocatedThing(number=1, box=Box(x1=0.61, y1=0.12, x2=0.74, y2=0.27))])
"""What the prompt shows of the form."""


async def locate(asker: Asker, view: View, intent: Intent) -> Sequence[Evidence]:
    """Return boxes of the intent's subjects and exclusions. MindFailed when there is no answer."""
    wanted = [(EvidenceKind.SUBJECT, p) for p in intent.subjects]
    wanted += [(EvidenceKind.AVOID, p) for p in intent.avoid]
    photo = await asker.darkroom.photo(view)
    script = Script()
    script.show(photo)
    things = "\n".join(f"{n}. {p.text}" for n, (_, p) in enumerate(wanted, start=1))
    script.say("vlm/locate", things=things)
    answer = await asker.answer(
        Question(purpose="locate", script=script, answer=Located, frame=photo, example=LIKE)
    )
    return [
        Evidence(
            kind=wanted[thing.number - 1][0],
            box=thing.box,
            source=asker.name,
            phrase=wanted[thing.number - 1][1].text,
        )
        for thing in answer.things
        if thing.number <= len(wanted)
    ]
