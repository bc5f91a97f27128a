"""A model that argues in the manner of CROP: it analyses, proposes and decides, reasons first."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cropsmith.agents.backends.protocol.backend import Boxes, Part, Picture, Reply, Status
from cropsmith.agents.minds.argued.answers import (
    LETTERS,
    AnalysisAnswer,
    Proposals,
    QuickProposals,
    Understanding,
    choice_among,
)
from cropsmith.agents.minds.argued.filled import (
    ANALYSIS,
    UNDERSTANDING,
    choice_like,
    proposals_like,
)
from cropsmith.agents.minds.argued.messages import (
    add_examples,
    add_round,
    analysis_words,
    rounds_of,
)
from cropsmith.agents.minds.argued.parse import (
    analysis_from,
    candidates_from,
    intent_from,
    merged,
    settled,
)
from cropsmith.agents.minds.argued.roles import role_words, roles_for
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.asking.darkroom import COMPARED, SCORED
from cropsmith.agents.minds.asking.found import add_evidence, add_rules
from cropsmith.agents.minds.asking.locating import locate
from cropsmith.agents.minds.asking.question import Question
from cropsmith.agents.minds.asking.script import Script, Shown
from cropsmith.agents.minds.asking.wishes import add_request
from cropsmith.agents.minds.base.mind import Brief, Mind, MindFailed
from cropsmith.agents.settings.recipe import Recipe, load_recipe
from cropsmith.agents.settings.run_settings import Effort
from cropsmith.agents.trace.record import note
from cropsmith.tools.drawing.guides import Guide, Overlay
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Analysis, Element, Evidence, EvidenceKind
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Intent
from cropsmith.tools.schema.result import Decision

SAMPLES = 3
"""Proposals drawn at `thorough`: sampling and picking is a small model's cheapest gain."""

SAMPLING = 0.7
"""Temperature of the samples beside the first."""


ELEMENTS = ", ".join(Element)
"""The composition elements by name."""


class Argued:
    """Asks a model the four questions; what an effort leaves out, `builtin` answers.

    quick: one call, the proposal, which analyses and ranks as well. standard: request, analysis,
    proposal, and a decision in two orders. thorough: several proposals, and the refinement rounds
    of the graph.
    """

    def __init__(
        self,
        asker: Asker,
        builtin: Mind,
        *,
        recipe: Recipe | None = None,
        effort: Effort = "standard",
        overlays: bool = False,
    ) -> None:
        self.asker = asker
        self._builtin = builtin
        self._recipe = recipe or load_recipe()
        self._effort = effort
        self._overlays = overlays

    @property
    def name(self) -> str:
        """`provider/model`."""
        return self.asker.name

    async def understand(self, view: View, request: CropRequest) -> Intent:
        """Parse by grammar; then let the model read what words alone can say."""
        parsed = await self._builtin.understand(view, request)
        words, caption = request.text.strip(), request.caption.strip()
        if self._effort == "quick" or not (words or caption):
            return parsed
        photo = await self.asker.darkroom.photo(view)
        script = Script()
        script.show(photo)
        script.say(
            "vlm/understand",
            said=script.text(
                "vlm/said_words" if words else "vlm/said_caption", words=words or caption
            ),
            understood=parsed.read_back or "nothing in particular",
            unclear=", ".join(parsed.unclear) or "nothing",
        )
        question = Question(
            purpose="understand",
            script=script,
            answer=Understanding,
            frame=photo,
            example=UNDERSTANDING,
        )
        return intent_from(parsed, await self.asker.answer(question))

    async def analyse(self, view: View, intent: Intent) -> Analysis:
        """Ask for the composition as a record (CROP, stage 1)."""
        if self._effort == "quick":
            return await self._builtin.analyse(view, intent)
        overlay = Overlay((Guide.THIRDS, Guide.DIAGONALS)) if self._overlays else None
        photo = await self.asker.darkroom.photo(view, overlay)
        script = Script()
        script.show(photo, overlay)
        add_request(script, intent, intent.targets, view.size, photo)
        script.say("vlm/analyse", elements=ELEMENTS)
        question = Question(
            purpose="analyse", script=script, answer=AnalysisAnswer, frame=photo, example=ANALYSIS
        )
        return analysis_from(await self.asker.answer(question), self.name)

    async def locate(self, view: View, intent: Intent) -> Sequence[Evidence]:
        """Ask where the named things are."""
        return await locate(self.asker, view, intent)

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Ask for crops argued from the analysis (CROP, stage 2; Cropper's rounds)."""
        question = await self.proposal(brief)
        if self._effort != "thorough" or brief.round > 0:
            return self.proposed(brief, [await self.asker.answer(question)])
        first = self.asker.ask_of(question)
        more = [
            replace(first, temperature=max(SAMPLING, first.temperature), seed=(first.seed or 0) + n)
            for n in range(1, SAMPLES)
        ]
        replies = await asyncio.gather(*map(self.asker.reply, [first, *more]))
        good = [reply.value for reply in replies if reply.status is Status.OK]
        if not good:
            raise self.asker.failure(replies[0])
        return self.proposed(brief, good)

    async def proposal(self, brief: Brief) -> Question[Any]:
        """Return the question for crops, after the rounds that were."""
        numbers = self._recipe.of(brief.intent)
        overlay = self._overlay(brief) if self._overlays else None
        examples = await self.asker.examples(brief.examples, numbers.side)
        photo = await self.asker.darkroom.photo(brief.view, overlay)
        quick = self._effort == "quick"
        form: type[Proposals | QuickProposals] = QuickProposals if quick else Proposals
        script = Script()
        add_examples(script, examples, crops=5)
        self._open(script, brief, photo, overlay)
        add_rules(script, brief, photo)
        count = await asyncio.to_thread(brief.most, numbers.R)
        roles = roles_for(brief, count)
        script.say(
            "vlm/propose_quick" if quick else "vlm/propose",
            count=count,
            roles=role_words(script, roles),
            elements=ELEMENTS,
            analysis=analysis_words(brief.analysis),
            keep=script.text(f"vlm/keep_{'open' if _may_stay(brief) else 'shut'}"),
        )
        for number, candidates in enumerate(rounds_of(brief, self.name)):
            if not candidates:
                continue
            others = [
                c
                for c in brief.earlier
                if not c.proposed_by(self.name) and c.provenance.round <= number
            ]
            shown = await self._pictures(brief, candidates, SCORED)
            more = await asyncio.to_thread(brief.most, numbers.per_round or numbers.R)
            add_round(script, candidates, shown, photo, form, others, more)
        return Question(
            purpose="propose",
            script=script,
            answer=form,
            frame=photo,
            example=proposals_like(roles, brief.target, brief.view.size, quick=quick),
            temperature=numbers.temperature,
        )

    def proposed(self, brief: Brief, answers: Sequence[Any]) -> Sequence[Candidate]:
        """Return the crops of one sample or several, without near doubles."""
        return candidates_from(answers, brief, self.name)

    async def decide(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        """Compare pictures of the leaders in both orders (CROP, stage 3)."""
        if self._effort == "quick":
            return self._first_choice(brief, leaders)
        if len(leaders) == 1:
            return settled(brief, leaders[0], self.name)
        photo = await self.asker.darkroom.photo(brief.view)
        shown = await self._pictures(brief, leaders, COMPARED)
        orders = (shown, shown[::-1])
        replies = await asyncio.gather(*(self._choice(brief, photo, order) for order in orders))
        answers = [reply.value if reply.status is Status.OK else None for reply in replies]
        if not any(answers):
            raise self.asker.failure(replies[0])
        return self.decided(brief, leaders, answers)

    async def decision(self, brief: Brief, leaders: Sequence[Candidate]) -> Question[Any] | None:
        """Name the leaders by their boxes; their pictures follow at the end, in both orders."""
        if self._effort == "quick" or len(leaders) == 1:
            return None
        photo = await self.asker.darkroom.photo(brief.view)
        shown = await self._pictures(brief, leaders, COMPARED)
        script = Script()
        self._open(script, brief, photo)
        script.say("vlm/leaders")
        script.parts.append(Boxes([leader.box for leader in leaders], photo))
        form = choice_among(len(leaders))
        return Question(
            purpose="decide",
            script=script,
            answer=form,
            frame=photo,
            example=choice_like(form, len(leaders)),
            endings=[_compared(script, order) for order in (shown, shown[::-1])],
        )

    def decided(
        self, brief: Brief, leaders: Sequence[Candidate], answers: Sequence[Any]
    ) -> Decision:
        """Join the rankings of both orders."""
        if None in answers:
            note("The decision was answered in one order only; position bias is not balanced.")
        orders = (leaders, leaders[::-1])
        ballots = [(o, a) for o, a in zip(orders, answers, strict=True) if a is not None]
        return merged(brief, leaders, ballots, self.name)

    async def _choice(self, brief: Brief, photo: Picture, order: Sequence[Shown]) -> Reply:
        script = Script()
        self._open(script, brief, photo)
        script.parts += _compared(script, order)
        form = choice_among(len(order))
        question = Question(
            purpose="decide",
            script=script,
            answer=form,
            frame=photo,
            example=choice_like(form, len(order)),
        )
        return await self.asker.reply(self.asker.ask_of(question))

    def _open(
        self, script: Script, brief: Brief, photo: Picture, overlay: Overlay | None = None
    ) -> None:
        """Begin as every question about crops does, so that a prefix cache finds it again."""
        script.show(photo, overlay)
        add_request(script, brief.intent, [brief.target], brief.view.size, photo)
        add_evidence(script, brief, photo, self.name)

    def _first_choice(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        own = [c for c in leaders if c.proposed_by(self.name)]
        if not own:
            raise MindFailed(
                "None of the model's crops is among the leaders.", status="error", source=self.name
            )
        return settled(brief, min(own, key=lambda c: c.arrival(self.name)), self.name, leaders)

    async def _pictures(
        self, brief: Brief, candidates: Sequence[Candidate], side: int
    ) -> list[Shown]:
        darkroom = self.asker.darkroom
        return [Shown(c, await darkroom.crop(brief.view, c.box, side)) for c in candidates]

    def _overlay(self, brief: Brief) -> Overlay:
        analysis = brief.analysis
        seen = () if analysis is None else analysis.subjects
        # What merely stands out was not found, and would be read as the subject.
        subjects = [e for e in seen if e.kind is not EvidenceKind.SALIENT]
        return Overlay(
            (Guide.THIRDS, Guide.LINES, Guide.BOXES),
            boxes=[e.box for e in (*brief.grounding.found, *subjects)],
            lines=() if analysis is None else analysis.lines,
        )


def _may_stay(brief: Brief) -> bool:
    """Tell whether the whole photo is of the asked shape, and was not ruled out."""
    ratio = brief.target.ratio
    return brief.intent.keep is not False and ratio in (None, Ratio.of_size(brief.view.size))


def _compared(script: Script, order: Sequence[Shown]) -> list[Part]:
    """Return the pictures under their letters, and what is asked of them."""
    parts: list[Part] = []
    for letter, item in zip(LETTERS, order, strict=False):
        parts += [script.text("vlm/letter", letter=letter), item.picture]
    parts.append(script.text("vlm/decide", count=len(order)))
    return parts
