"""The VLM mind: analysis, proposal and decision asked of any backend, in the manner of CROP.

Every question goes through one Backend, so the same code runs on every model. A failed call raises
MindFailed with the status of its reply; the node records it and goes on with the other sources.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

from pydantic import BaseModel

from cropsmith.agents.backends.protocol.backend import Ask, Backend, Picture, Reply, Status
from cropsmith.agents.backends.protocol.wire import NoSuchModel
from cropsmith.agents.minds.base.mind import Brief, Mind, MindFailed
from cropsmith.agents.minds.vlm.answers import (
    AnalysisAnswer,
    Located,
    Proposals,
    QuickProposals,
    Understanding,
    choice_among,
)
from cropsmith.agents.minds.vlm.messages import (
    Script,
    Shown,
    ShownExample,
    add_evidence,
    add_examples,
    add_round,
    analysis_words,
    rounds_of,
    shape_words,
)
from cropsmith.agents.minds.vlm.parse import (
    analysis_from,
    candidates_from,
    intent_from,
    merged,
    settled,
)
from cropsmith.agents.minds.vlm.pictures import COMPARED, SCORED, Darkroom
from cropsmith.agents.trace.record import current_step
from cropsmith.errors import BudgetSpent, CropsmithError, MissingExtra, NotAllowed, Unavailable
from cropsmith.tools.drawing.guides import Guide, Overlay
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Analysis, Evidence, EvidenceKind, Example
from cropsmith.tools.schema.request import CropRequest, Intent
from cropsmith.tools.schema.result import Decision

Effort = Literal["quick", "standard", "thorough"]
A = TypeVar("A", bound=BaseModel)

CROPS = 6
"""R: crops asked per proposal (Cropper)."""

SAMPLES = 3
"""Proposals drawn at `thorough`: sampling and picking is a small model's cheapest gain."""

SAMPLING = 0.7
"""Temperature of the samples beside the first."""


class VlmMind:
    """Asks a model the four questions; what an effort leaves out, `builtin` answers.

    quick: one call, the proposal, which analyses and ranks as well. standard: request, analysis,
    proposal, and a decision in two orders. thorough: several proposals, and the refinement rounds
    of the graph.
    """

    def __init__(
        self,
        backend: Backend,
        builtin: Mind,
        *,
        effort: Effort = "standard",
        overlays: bool = False,
        temperature: float | None = None,
        seed: int = 0,
        crops: int = CROPS,
        example_data: Callable[[Example], bytes | None] | None = None,
    ) -> None:
        self.backend = backend
        self.effort: Effort = effort
        self._builtin = builtin
        self._overlays = overlays
        self._asked_temperature = temperature
        self._temperature = temperature or 0.0
        self._seed = seed
        self._crops = crops
        self._example_data = example_data
        self._darkroom = Darkroom(backend)
        self._answered = False

    @property
    def name(self) -> str:
        """`provider/model`."""
        return self.backend.name

    async def understand(self, view: View, request: CropRequest) -> Intent:
        """Parse by grammar; then let the model read what words alone can say."""
        parsed = await self._builtin.understand(view, request)
        if self.effort == "quick" or not request.text.strip():
            return parsed
        script = Script()
        script.show(await self._darkroom.photo(view))
        script.say(
            "vlm/understand",
            request=request.text,
            understood=parsed.read_back or "nothing in particular",
            unclear=", ".join(parsed.unclear) or "nothing",
        )
        answer = await self._answer("understand", script, Understanding)
        return intent_from(parsed, answer)

    async def analyse(self, view: View, intent: Intent) -> Analysis:
        """Ask for the composition as a record (CROP, stage 1)."""
        if self.effort == "quick":
            return await self._builtin.analyse(view, intent)
        overlay = Overlay((Guide.THIRDS, Guide.DIAGONALS)) if self._overlays else None
        photo = await self._darkroom.photo(view, overlay)
        script = Script()
        script.show(photo, overlay)
        script.say("vlm/analyse", wanted=intent.read_back or "the best crop")
        answer = await self._answer("analyse", script, AnalysisAnswer, frame=photo)
        return analysis_from(answer, self.name)

    async def locate(self, view: View, intent: Intent) -> Sequence[Evidence]:
        """Ask where the named things are: one more source beside the detectors."""
        wanted = [(EvidenceKind.SUBJECT, p) for p in intent.subjects]
        wanted += [(EvidenceKind.AVOID, p) for p in intent.avoid]
        photo = await self._darkroom.photo(view)
        script = Script()
        script.show(photo)
        things = "\n".join(f"{n}. {p.text}" for n, (_, p) in enumerate(wanted, start=1))
        script.say("vlm/locate", things=things)
        answer = await self._answer("locate", script, Located, frame=photo)
        return [
            Evidence(
                kind=wanted[thing.number - 1][0],
                box=thing.box,
                source=self.name,
                phrase=wanted[thing.number - 1][1].text,
            )
            for thing in answer.things
            if thing.number <= len(wanted)
        ]

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Ask for crops argued from the analysis (CROP, stage 2; Cropper's rounds)."""
        script, photo = await self._proposal_script(brief)
        form: type[Proposals | QuickProposals] = (
            QuickProposals if self.effort == "quick" else Proposals
        )
        if self.effort != "thorough" or brief.round > 0:
            answer = await self._answer("propose", script, form, frame=photo)
            return candidates_from([answer], brief, self.name)
        answers = await asyncio.gather(
            *(
                self._reply("propose", script, form, frame=photo, sample=number)
                for number in range(SAMPLES)
            )
        )
        good = [reply for reply in answers if reply.status is Status.OK]
        if not good:
            raise self._failure(answers[0])
        return candidates_from([reply.value for reply in good], brief, self.name)

    async def decide(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        """Compare pictures of the leaders in both orders (CROP, stage 3)."""
        if self.effort == "quick":
            return self._first_choice(brief, leaders)
        if len(leaders) == 1:
            return settled(brief, leaders[0], self.name)
        photo = await self._darkroom.photo(brief.view)
        shown = [
            Shown(leader, await self._darkroom.crop(brief.view, leader.box, COMPARED))
            for leader in leaders
        ]
        orders = [shown, shown[::-1]]
        replies = await asyncio.gather(*(self._choice(brief, photo, order) for order in orders))
        ballots = [
            (order, reply.value)
            for order, reply in zip(orders, replies, strict=True)
            if reply.status is Status.OK
        ]
        if not ballots:
            raise self._failure(replies[0])
        if len(ballots) < len(orders):
            _note("The decision was answered in one order only; position bias is not balanced.")
        return merged(brief, leaders, ballots, self.name)

    async def _choice(self, brief: Brief, photo: Picture, order: Sequence[Shown]) -> Reply:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(order)]
        script = Script()
        script.show(photo)
        for letter, item in zip(letters, order, strict=True):
            script.say("vlm/letter", letter=letter)
            script.parts.append(item.picture)
        script.say("vlm/decide", count=len(order), wanted=brief.intent.read_back or "the best crop")
        return await self._reply("decide", script, choice_among(letters))

    def _first_choice(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        own = [c for c in leaders if c.proposed_by(self.name)]
        if not own:
            raise MindFailed(
                "None of the model's crops is among the leaders.", status="error", source=self.name
            )
        return settled(brief, min(own, key=lambda c: c.arrival(self.name)), self.name, leaders)

    async def _proposal_script(self, brief: Brief) -> tuple[Script, Picture]:
        script = Script()
        if brief.examples and self._example_data is not None:
            add_examples(script, await self._examples(brief.examples), crops=5)
        overlay = self._overlay(brief) if self._overlays else None
        photo = await self._darkroom.photo(brief.view, overlay)
        script.show(photo, overlay)
        add_evidence(script, brief, photo)
        quick = self.effort == "quick"
        script.say(
            "vlm/propose_quick" if quick else "vlm/propose",
            count=self._crops,
            wanted=brief.intent.read_back or "the best crop",
            shape=shape_words(brief.target),
            analysis=analysis_words(brief.analysis),
        )
        for number, candidates in enumerate(rounds_of(brief, self.name)):
            if not candidates:
                continue
            others = [
                c
                for c in brief.earlier
                if not c.proposed_by(self.name) and c.provenance.round <= number
            ]
            shown = [
                Shown(c, await self._darkroom.crop(brief.view, c.box, SCORED)) for c in candidates
            ]
            form = QuickProposals if quick else Proposals
            add_round(script, candidates, shown, photo, form, others, self._crops)
        return script, photo

    def _overlay(self, brief: Brief) -> Overlay:
        analysis = brief.analysis
        subjects = [] if analysis is None else [e.box for e in analysis.subjects]
        return Overlay(
            (Guide.THIRDS, Guide.LINES, Guide.BOXES),
            boxes=[*(e.box for e in brief.grounding.found), *subjects],
            lines=() if analysis is None else analysis.lines,
        )

    async def _examples(
        self, examples: Sequence[Example], side: int = COMPARED
    ) -> list[ShownExample]:
        shown = []
        for example in examples:
            data = None
            if self._example_data is not None:
                data = await asyncio.to_thread(self._example_data, example)
            if data is None:
                _note(f"The picture of the example {example.source} is missing; left out.")
                continue
            shown.append(ShownExample(example, await self._darkroom.example(data, side)))
        return shown

    async def _answer(
        self,
        purpose: str,
        script: Script,
        answer: type[A],
        *,
        frame: Picture | None = None,
        temperature: float | None = None,
    ) -> A:
        reply = await self._reply(purpose, script, answer, frame=frame, temperature=temperature)
        if reply.status is not Status.OK or not isinstance(reply.value, answer):
            raise self._failure(reply)
        return reply.value

    async def _reply(
        self,
        purpose: str,
        script: Script,
        answer: type[BaseModel],
        *,
        frame: Picture | None = None,
        sample: int = 0,
        temperature: float | None = None,
    ) -> Reply:
        """Ask; what concerns this one call becomes MindFailed, what no call can mend is raised."""
        messages = script.messages()
        if temperature is None:
            temperature = self._temperature if sample == 0 else max(SAMPLING, self._temperature)
        ask = Ask(
            purpose=purpose,
            messages=messages,
            answer=answer,
            frame=frame,
            temperature=temperature,
            seed=self._seed + sample,
            prompt_hashes=tuple(script.hashes),
        )
        try:
            reply = await self.backend.ask(ask)
        except BudgetSpent as spent:
            raise MindFailed(str(spent), status="error", source=self.name) from spent
        except (NotAllowed, NoSuchModel, MissingExtra):
            raise
        except CropsmithError as error:
            # A server that refuses one request (too many pictures, context) may take the next;
            # one that has not answered anything yet is the person's to put right.
            if not self._answered:
                raise
            raise MindFailed(str(error), status="error", source=self.name) from error
        if reply.trouble == "connection" and not self._answered:
            raise Unavailable(reply.reason)
        self._answered = self._answered or reply.status is not Status.UNAVAILABLE
        return reply

    def _failure(self, reply: Reply) -> MindFailed:
        reason = reply.reason or "The model gave no answer."
        return MindFailed(reason, status=str(reply.status), source=self.name)


def _note(text: str) -> None:
    if (step := current_step.get()) is not None:
        step.notes.append(text)
