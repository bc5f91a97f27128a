"""Checkpoints read back the state's own types, and langgraph.json names the same ones."""

import json
from pathlib import Path

import pytest

from cropsmith.agents.runs.checkpoints import serializer, state_types
from cropsmith.tools.schema.evidence import Element, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.result import Decision, Verdict

ROOT = Path(__file__).parents[3]


def test_langgraph_json_names_the_states_types() -> None:
    config = json.loads((ROOT / "langgraph.json").read_text("utf-8"))
    names = sorted([kind.__module__, kind.__qualname__] for kind in state_types())
    assert config["checkpointer"]["serde"]["allowed_msgpack_modules"] == names


KEPT = Decision(target=0, chosen="a", verdict=Verdict.KEEP, reasons=("r",), source="m")


@pytest.mark.parametrize(
    "value", [Box.whole(), Element.DIAGONAL, Grounding(missing=("dog",)), KEPT]
)
def test_values_survive(value: object) -> None:
    serde = serializer()
    assert serde.loads_typed(serde.dumps_typed(value)) == value


def test_other_types_are_not_made() -> None:
    from cropsmith.agents.trace.record import StepMark

    serde = serializer()
    mark = StepMark(node="n", round=0, started=0.0)
    assert not isinstance(serde.loads_typed(serde.dumps_typed(mark)), StepMark)
