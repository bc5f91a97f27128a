"""A mind that answers as people did, and writes down what it was asked.

It stands in a run where a model would: the graph finds, measures, scores and compares as always, so
that every question is the very one that a model gets for this photo.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from cropsmith.agents.backends.boxes.answer_schema import answer_schema
from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.read_answer import read_answer, write_answer
from cropsmith.agents.backends.protocol.backend import Ask, Reply, Status
from cropsmith.agents.backends.protocol.wire import Dialect
from cropsmith.agents.minds.argued.mind import Argued
from cropsmith.agents.minds.argued.roles import roles_for
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.agents.settings.recipe import load_recipe
from cropsmith.evals.training.lessons.answers import (
    analysis_of,
    choice_of,
    preferred,
    proposals_of,
)
from cropsmith.evals.training.lessons.lesson import Kind, Lesson, Truth
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Analysis
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import VotedPair
from cropsmith.tools.schema.request import CropRequest, Intent
from cropsmith.tools.schema.result import Decision

NEAR = 0.75
"""IoU with the expert's crop from which the best of the leaders is worth choosing."""

EQUAL = 0.01
"""Difference of areas, as a share of the larger, up to which two crops are of one size."""


@dataclass(frozen=True)
class Lore:
    """What people said of one photo."""

    name: str
    experts: Sequence[Box]
    """Best first; the whole photo where it is best left as it is."""
    keep: bool = False
    reject: bool = False
    """Whether no crop helps."""
    subject: Box | None = None
    pairs: Sequence[VotedPair] = ()
    """Clear votes that teach."""


@dataclass(frozen=True)
class Told:
    """An answer, and what of the truth goes with it."""

    answer: BaseModel
    rejected: BaseModel | None = None
    equal: bool = False
    letters: tuple[float, ...] = ()


class Desk:
    """A backend that is told each answer, and notes question and answer."""

    name = "lessons"

    def __init__(
        self,
        convention: Convention,
        answers: Callable[[Ask], Told | None],
        note: Callable[[Ask, Told], None],
    ) -> None:
        self._convention = convention
        self._answers = answers
        self._note = note

    def fit(self, size: Size) -> Size:
        """Return the size at which the family is shown a picture."""
        return self._convention.sent(size)

    async def ask(self, ask: Ask) -> Reply:
        """Answer as people did; REFUSED where they did not say."""
        if (told := self._answers(ask)) is None:
            reason = "Nobody said what the answer is."
            return Reply(status=Status.REFUSED, reason=reason, model=self.name)
        self._note(ask, told)
        value = spoken_back(told.answer, ask, self._convention)
        return Reply(status=Status.OK, value=value, model=self.name)


def spoken_back(answer: BaseModel, ask: Ask, convention: Convention) -> BaseModel:
    """Return an answer as a run reads it when a model of the family has said it.

    The run goes on with boxes to the family's unit, so that its later questions are a model's too.
    """
    assert ask.frame is not None  # every argued question shows the photo
    sent = convention.sent(ask.frame.size)
    schema = answer_schema(ask.answer, convention, sent, Dialect.GRAMMAR)
    text = write_answer(answer, convention, sent)
    return read_answer(text, ask.answer, schema, convention, sent).value


class Teacher:
    """The mind of a run whose photo people cropped."""

    name = Desk.name

    def __init__(
        self, lore: Lore, convention: Convention, kind: Kind, builtin: BuiltinMind | None = None
    ) -> None:
        self._lore = lore
        self._convention = convention
        self._kind = kind
        self._builtin = builtin or BuiltinMind()
        self.lessons: list[Lesson] = []

    async def understand(self, view: View, request: CropRequest) -> Intent:
        """Read the words by grammar: nobody said what else they mean."""
        return await self._builtin.understand(view, request)

    async def analyse(self, view: View, intent: Intent) -> Analysis:
        """Answer with what was measured and found."""
        measured = await self._builtin.analyse(view, intent)
        told = Told(analysis_of(view, measured, self._lore.subject))
        note = None if self._kind != "sft" else self._noting("expert", view, None)
        return await self._asked(lambda _: told, note).analyse(view, intent)

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Answer with the experts' crop, and with others that differ from it."""
        roles = roles_for(brief, load_recipe().of(brief.intent).R)
        drafts = await self._builtin.propose(brief)
        others = [draft.box for draft in drafts]
        told = Told(
            proposals_of(
                brief, self._lore.experts, others, roles, self._builtin.preference, self._lore.keep
            )
        )
        taught = self._kind != "dpo" and not self._lore.reject
        note = self._noting("expert", brief.view, brief) if taught else None
        return await self._asked(lambda _: told, note).propose(brief)

    async def decide(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        """Answer with the leader nearest to the experts' crop; ask of the voted pairs as well."""
        if self._kind != "sft":
            for pair in self._lore.pairs:
                await self._compare(brief, pair)
        experts = self._lore.experts
        worth = [max((c.box.iou(box) for box in experts), default=0.0) for c in leaders]
        clear = max(worth) >= NEAR or self._lore.reject
        orders = iter((range(len(leaders)), range(len(leaders))[::-1]))

        def answer(_: Ask) -> Told | None:
            order = list(next(orders))
            if not clear:
                return None
            mine = [worth[at] for at in order]
            choice = choice_of(
                brief,
                [leaders[at].box for at in order],
                mine,
                self._builtin.preference,
                reject=self._lore.reject,
            )
            return Told(choice, letters=tuple(mine))

        note = self._noting("expert", brief.view, brief) if self._kind != "dpo" else None
        return await self._asked(answer, note).decide(brief, leaders)

    async def _compare(self, brief: Brief, pair: VotedPair) -> None:
        """Ask of two crops that people voted on, in both orders as a run does."""
        won, lost = (pair.first, pair.second) if _first(pair) else (pair.second, pair.first)
        voted = [
            Candidate(
                id=f"v{number}",
                target=brief.target_index,
                box=box,
                provenance=Provenance(source="votes"),
            )
            for number, box in enumerate((won, lost))
        ]
        orders = iter(((won, lost), (lost, won)))

        def answer(_: Ask) -> Told:
            shown = next(orders)
            liked = shown.index(won)
            return Told(
                preferred(shown, liked),
                preferred(shown, 1 - liked),
                equal_area(pair),
                tuple(float(at == liked) for at in range(2)),
            )

        note = self._noting("votes", brief.view, brief)
        await self._asked(answer, note).decide(brief, voted)

    def _asked(
        self,
        answer: Callable[[Ask], Told | None],
        note: Callable[[Ask, Told], None] | None,
    ) -> Argued:
        desk = Desk(self._convention, answer, note or (lambda ask, told: None))
        return Argued(Asker(desk), self._builtin)

    def _noting(self, source: Any, view: View, brief: Brief | None) -> Callable[[Ask, Told], None]:
        lore = self._lore

        def note(ask: Ask, told: Told) -> None:
            truth = truth_of(ask, self._convention, view.size, brief)
            by_experts = source == "expert"
            truth = truth.model_copy(
                update={
                    "experts": tuple(lore.experts) if by_experts else (),
                    "subject": lore.subject,
                    "keep": lore.keep if by_experts else None,
                    "letters": told.letters,
                }
            )
            self.lessons.append(
                Lesson(
                    photo=lore.name,
                    source=source,
                    ask=ask,
                    answer=told.answer,
                    rejected=told.rejected,
                    equal=told.equal,
                    truth=truth,
                )
            )

        return note


def truth_of(ask: Ask, convention: Convention, photo: Size, brief: Brief | None) -> Truth:
    """Return what is known of a question without anybody's word."""
    assert ask.frame is not None  # every argued question shows the photo
    return Truth(
        purpose=ask.purpose,
        convention=convention,
        sent=convention.sent(ask.frame.size),
        photo=photo,
        ratio=None if brief is None else brief.ratio,
    )


def margin_of(pair: VotedPair) -> int:
    """Return how many more people liked the one crop than the other."""
    return abs(pair.for_first - pair.for_second)


def equal_area(pair: VotedPair) -> bool:
    """Tell whether two crops are of one size."""
    first, second = pair.first.area, pair.second.area
    return abs(first - second) <= EQUAL * max(first, second)


def larger_won(pair: VotedPair) -> bool:
    """Tell whether people liked the larger of two crops better."""
    return (pair.first.area > pair.second.area) is _first(pair)


def _first(pair: VotedPair) -> bool:
    return pair.for_first > pair.for_second


def taken(lessons: Sequence[Lesson], kind: Kind) -> Iterator[Lesson]:
    """Yield the lessons that a kind of training can use."""
    for lesson in lessons:
        if kind == "dpo" and lesson.rejected is None:
            continue
        if kind == "grpo" and lesson.ask.purpose not in ("propose", "decide"):
            continue
        yield replace(lesson, rejected=None) if kind != "dpo" else lesson
