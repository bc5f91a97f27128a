"""A model asked by example, as Cropper does (CVPR 2025, 2408.07790): rounds of scored crops.

Training-free: the model sees similar photos with their expert crops, proposes R crops, and gets
them back as pictures with scores, L times. Request and composition are left to the built-in
photographer, as the method asks the model for crops alone: 1 + L calls a target.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from cropsmith.agents.backends.protocol.backend import Picture
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.asking.darkroom import SCORED
from cropsmith.agents.minds.asking.locating import locate
from cropsmith.agents.minds.asking.question import Question
from cropsmith.agents.minds.asking.script import Script, Shown
from cropsmith.agents.minds.base.mind import Brief, Mind, MindFailed
from cropsmith.agents.minds.by_example.messages import (
    Packed,
    add_examples,
    add_question,
    add_round,
    answer_of,
    asked_of,
    like,
    pack,
)
from cropsmith.agents.settings.recipe import Recipe, TaskRecipe
from cropsmith.agents.trace.record import note
from cropsmith.tools.photographer.agreement import agreement
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Analysis, Evidence
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import CropRequest, Intent
from cropsmith.tools.schema.result import Decision, Verdict


class ByExample:
    """Proposes by example and decides by score."""

    def __init__(self, asker: Asker, builtin: Mind, recipe: Recipe) -> None:
        self.asker = asker
        self._builtin = builtin
        self._recipe = recipe

    @property
    def name(self) -> str:
        """`provider/model`."""
        return self.asker.name

    async def understand(self, view: View, request: CropRequest) -> Intent:
        """Parse by grammar; the method asks the model for crops alone."""
        return await self._builtin.understand(view, request)

    async def analyse(self, view: View, intent: Intent) -> Analysis:
        """Leave the composition to the built-in photographer."""
        return await self._builtin.analyse(view, intent)

    async def locate(self, view: View, intent: Intent) -> Sequence[Evidence]:
        """Ask where the named things are."""
        return await locate(self.asker, view, intent)

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Ask for R crops by example; in a later round, for better ones than the last."""
        return self.proposed(brief, [await self.asker.answer(await self.proposal(brief))])

    async def proposal(self, brief: Brief) -> Question[Any]:
        """Return the question: examples, photo, what is sought, the last round with its scores."""
        recipe = self._recipe.of(brief.intent)
        task = asked_of(brief)
        photo = await self.asker.darkroom.photo(brief.view)
        last = last_round(brief, self.name)
        shown = [
            Shown(c, await self.asker.darkroom.crop(brief.view, c.box, SCORED))
            for c in sorted(last, key=lambda c: c.arrival(self.name))
        ]
        wanted = recipe.R if not shown else recipe.per_round or recipe.R
        count = await asyncio.to_thread(brief.most, wanted)
        packed = await self._packed(brief, recipe, photo, [item.picture for item in shown])
        script = Script(system=f"cropper/{task}")
        await asyncio.to_thread(add_examples, script, packed, task)
        add_question(script, brief, photo, count)
        if shown:
            add_round(script, task, shown, photo, count)
        return Question(
            purpose="propose",
            script=script,
            answer=answer_of(task, count),
            frame=photo,
            example=like(task),
            temperature=recipe.temperature,
        )

    def proposed(self, brief: Brief, answers: Sequence[Any]) -> Sequence[Candidate]:
        """Return the answered crops as they are."""
        boxes: list[Box] = [item.box for answer in answers for item in answer.crops]
        return [
            Candidate(
                id=f"m{brief.round}.{number}",
                target=brief.target_index,
                box=box,
                provenance=Provenance(source=self.name, round=brief.round),
            )
            for number, box in enumerate(boxes)
        ]

    async def decide(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        """Decide by score."""
        return self.decided(brief, leaders, ())

    async def decision(self, brief: Brief, leaders: Sequence[Candidate]) -> None:
        """Ask nothing: the scores decide."""

    def decided(
        self, brief: Brief, leaders: Sequence[Candidate], answers: Sequence[Any]
    ) -> Decision:
        """Take the best-scoring crop of the last round or of all rounds, as the recipe says."""
        recipe = self._recipe.of(brief.intent)
        own = [c for c in brief.earlier if c.proposed_by(self.name)]
        if not own:
            raise MindFailed("The model proposed no usable crop.", status="error", source=self.name)
        rounds = sorted({c.provenance.round for c in own})
        pool = own
        if recipe.final == "last":
            pool = [c for c in own if c.provenance.round == rounds[-1]]
        if recipe.final == "agreed":
            chosen = pool[int(agreement([c.box for c in pool]).argmax())]
        else:
            chosen = max(pool, key=lambda c: c.total or 0.0)
        others = sorted((c for c in own if c is not chosen), key=lambda c: -(c.total or 0.0))
        where = "the last round" if recipe.final == "last" else f"{len(rounds)} rounds"
        how = "The answers agree on it most" if recipe.final == "agreed" else "It scores best"
        return Decision(
            target=brief.target_index,
            chosen=chosen.id,
            verdict=Verdict.on(chosen.box),
            reasons=(
                f"{how}, of {len(pool)} crops of {where}, "
                f"proposed after {len(brief.examples)} similar photos.",
            ),
            source=self.name,
            ranking=(chosen.id, *(c.id for c in others)),
        )

    async def _packed(
        self, brief: Brief, recipe: TaskRecipe, photo: Picture, rest: Sequence[Picture]
    ) -> Packed:
        shown = await self.asker.examples(brief.examples, recipe.side)
        packed = pack(shown, recipe, photo, rest)
        if packed.dropped:
            note(
                f"{packed.dropped} of {len(shown)} examples were left out, the least similar "
                f"first: a budget of {recipe.tokens} tokens and {recipe.slots or 'any'} pictures."
            )
        return packed


def last_round(brief: Brief, source: str) -> Sequence[Candidate]:
    """Return the model's scored crops of its latest round; none at the first proposal."""
    own = [c for c in brief.earlier if c.proposed_by(source)]
    latest = max((c.provenance.round for c in own), default=0)
    return [c for c in own if c.provenance.round == latest]
