"""A way of asking: by example, but the crop that the model names first is taken."""

from collections.abc import Sequence
from typing import Any

from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.asking.way import Way
from cropsmith.agents.minds.base.mind import Brief, Mind
from cropsmith.agents.minds.build import Style
from cropsmith.agents.minds.by_example.mind import ByExample
from cropsmith.agents.settings.recipe import Recipe
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.result import Decision


class FirstNamed(ByExample):
    def decided(self, brief: Brief, leaders: Sequence[Candidate], answers: Any) -> Decision:
        own = [c for c in brief.earlier if c.proposed_by(self.name)]
        first = min(own, key=lambda c: c.arrival(self.name), default=leaders[0])
        return (
            super()
            .decided(brief, leaders, answers)
            .model_copy(update={"chosen": first.id, "reasons": ("The model named it first.",)})
        )


def make(asker: Asker, builtin: Mind, recipe: Recipe, settings: RunSettings) -> Way:
    return FirstNamed(asker, builtin, recipe)


STYLE = Style("example-way", make)
