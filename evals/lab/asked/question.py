"""A request of a photo with what would answer it, and what a cropper made of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cropsmith.evals.datasets.asked import Thing
from cropsmith.evals.metrics.asked import is_shaped
from cropsmith.evals.trial import Protocol, Trial
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio

__all__ = ["Answer", "Marks", "Picture", "Question", "Thing", "trial_of"]


@dataclass(frozen=True)
class Picture:
    """A photo on disk with its labelled things."""

    name: str
    path: Path
    size: Size
    """Upright."""
    things: Sequence[Thing] = ()

    @property
    def main(self) -> Thing | None:
        """The largest thing."""
        return max(self.things, key=lambda thing: thing.box.area, default=None)


@dataclass(frozen=True)
class Marks:
    """How a crop answers a question."""

    values: Mapping[str, float]
    """1 or 0 by measure; a measure is absent where it says nothing of this question."""
    fault: bool
    """Whether the person must be told that the crop falls short."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One request of one photo."""

    group: str
    """The table that it belongs to."""
    picture: Picture
    ratio: Ratio
    text: str = ""
    """The words; without any, the ratio is given as an argument."""
    never_cut: Sequence[str] = ()
    tells: Sequence[str]
    """A note that holds one of these words speaks of the fault."""
    judge: Callable[[Box], Marks] = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """What a cropper made of a question."""

    box: Box | None
    """None where it gave an error instead."""
    notes: Sequence[str] = ()
    error: str = ""

    def shaped(self, question: Question) -> bool:
        """Tell whether the crop has the asked ratio."""
        return self.box is not None and is_shaped(self.box, question.picture.size, question.ratio)

    def tells(self, question: Question) -> bool:
        """Tell whether a note, or the error, speaks of what the question is about."""
        if self.error:
            return True
        said = [note.casefold() for note in self.notes]
        return any(word.casefold() in note for word in question.tells for note in said)


def trial_of(picture: Picture, ratio: Ratio) -> Trial:
    """Return what a cropper that cannot be asked is given."""
    return Trial(
        name=picture.name,
        path=str(picture.path),
        size=picture.size,
        protocol=Protocol.RATIO,
        ratio=ratio,
    )
