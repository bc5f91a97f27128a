"""The interchangeable mind: what the nodes ask of the built-in photographer or of a VLM."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from cropsmith.errors import CropsmithError
from cropsmith.tools.constraints.kinds import Constraint
from cropsmith.tools.constraints.variety import variety
from cropsmith.tools.explain.reasons import reasons_for
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Analysis, Evidence, Example, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import CropRequest, Intent, Target
from cropsmith.tools.schema.result import Decision, Verdict


class MindFailed(CropsmithError):
    """A mind could not answer. `status` is that of the reply; the node records it and goes on."""

    def __init__(self, message: str, *, status: str, source: str) -> None:
        super().__init__(message)
        self.status = status
        self.source = source


@dataclass(frozen=True, kw_only=True)
class Brief:
    """All that a mind may look at when it proposes or decides for one target."""

    view: View
    intent: Intent
    target: Target
    target_index: int
    analysis: Analysis | None
    grounding: Grounding
    evidence: Sequence[Evidence]
    """Faces, text regions, saliency: what needed no words."""
    examples: Sequence[Example] = ()
    earlier: Sequence[Candidate] = field(default=())
    """Scored candidates of earlier rounds, best first; empty at the first proposal."""
    round: int = 0
    rules: Sequence[Constraint] = ()
    """What every proposal will be solved under; told to a model in these very words."""

    @property
    def seen(self) -> Sequence[Evidence]:
        """All that was found, named or not."""
        return (*self.grounding.found, *self.evidence)

    def most(self, wanted: int) -> int:
        """Return how many crops to ask for: the wanted number, or fewer where no more can differ.

        Takes up to some tenths of a second.
        """
        if not self.rules or wanted <= 1:
            return wanted
        size, upscale = self.view.size, self.intent.upscale
        return variety(self.target, self.rules, size, upscale, most=wanted)

    def reasons(self, box: Box, preference: Preference, verdict: Verdict) -> tuple[str, ...]:
        """Return why this crop, in sentences from what was found, asked and measured."""
        told = reasons_for(
            self.view.sight,
            box,
            self.seen,
            intent=self.intent,
            lacking=self.view.photo.missing,
            verdict=verdict,
            preference=preference,
        )
        return tuple(told)

    @property
    def ratio(self) -> float | None:
        """Asked width over height; None when any shape will do."""
        return self.target.ratio.value if self.target.ratio else None


class Mind(Protocol):
    """Answers four questions about a photo. Raises MindFailed; never invents an answer."""

    @property
    def name(self) -> str:
        """`builtin` or `provider/model`."""
        ...

    async def understand(self, view: View, request: CropRequest) -> Intent:
        """Say what is wanted."""
        ...

    async def analyse(self, view: View, intent: Intent) -> Analysis:
        """Describe the composition."""
        ...

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Propose crops for `brief.target`; in a later round, better ones than `brief.earlier`."""
        ...

    async def decide(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        """Choose among `leaders` (one of them is the original when KEEP is allowed)."""
        ...


@runtime_checkable
class Locator(Protocol):
    """A mind that can also say where named things are: a source for grounding."""

    @property
    def name(self) -> str:
        """`provider/model`."""
        ...

    async def locate(self, view: View, intent: Intent) -> Sequence[Evidence]:
        """Return boxes of the intent's subjects and exclusions, each with its phrase's text.

        Raises MindFailed; an empty answer means that nothing of it is there.
        """
        ...
