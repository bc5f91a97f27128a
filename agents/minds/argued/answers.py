"""What a VLM is asked to answer, as schemas. Reasons come before boxes, so that they are thought
first; every number and text is bounded, because grammars write on without bounds.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, WithJsonSchema, create_model

from cropsmith.agents.minds.argued.roles import AskedRole
from cropsmith.tools.schema.evidence import Element
from cropsmith.tools.schema.geometry import Box, Point
from cropsmith.tools.schema.request import Side, Tightness

Short = Annotated[str, StringConstraints(max_length=80)]
Sentence = Annotated[str, StringConstraints(max_length=240)]
Paragraph = Annotated[str, StringConstraints(max_length=600)]

MOST_CROPS = 8

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Names of the pictures that are compared, in the order in which they are shown."""


class Understanding(BaseModel):
    """What a request in words wants that the grammar did not see."""

    subjects: Annotated[list[Short], Field(max_length=5)]
    avoid: Annotated[list[Short], Field(max_length=5)]
    tightness: Tightness
    copy_space: Literal["none"] | Side
    unclear: Annotated[list[Short], Field(max_length=5)]
    read_back: Sentence


class Seen(BaseModel):
    """A thing in the photo."""

    name: Short
    box: Box


class ElementSeen(BaseModel):
    """A composition element that the model finds."""

    element: Element
    remark: Sentence
    strength: float = Field(ge=0, le=1)


class LineSeen(BaseModel):
    """A line that carries the composition."""

    kind: Literal["horizon", "leading", "vertical", "diagonal", "axis"]
    start: Point
    end: Point


class AnalysisAnswer(BaseModel):
    """CROP's first stage as a record."""

    scene: Sentence
    subjects: Annotated[list[Seen], Field(max_length=5)]
    elements: Annotated[list[ElementSeen], Field(max_length=5)]
    lines: Annotated[list[LineSeen], Field(max_length=4)]
    distractions: Annotated[list[Seen], Field(max_length=4)]
    focal_point: Point
    remark: Paragraph


RoleSaid = Annotated[
    AskedRole | None, WithJsonSchema({"type": "string", "enum": [str(role) for role in AskedRole]})
]
"""Asked of every crop; an answer without it still counts."""


class CropIdea(BaseModel):
    """One proposal: what it is among the others, what it serves, why, where."""

    role: RoleSaid = None
    element: Element
    reason: Sentence
    box: Box


class Proposals(BaseModel):
    """CROP's second stage."""

    crops: Annotated[list[CropIdea], Field(min_length=1, max_length=MOST_CROPS)]
    keep: bool


class QuickProposals(BaseModel):
    """Analysis and proposals in one answer."""

    thoughts: Paragraph
    crops: Annotated[list[CropIdea], Field(min_length=1, max_length=MOST_CROPS)]
    keep: bool


def choice_among(count: int) -> type[BaseModel]:
    """Return the schema of a decision among the first `count` letters: CROP's third stage."""
    # A Literal made at run time: the grammar then cannot name a letter that is not there.
    letter: Any = Literal[tuple(LETTERS[:count])]
    ranking: Any = Annotated[list[letter], Field(min_length=1, max_length=count)]
    reasons: Any = Annotated[list[Sentence], Field(min_length=1, max_length=3)]
    return create_model(
        "Choice",
        comparison=(Paragraph, ...),
        ranking=(ranking, ...),
        choice=(letter, ...),
        # Optional, so that the answer of a model that leaves it out still counts.
        reject=(bool, False),
        reasons=(reasons, ...),
    )
