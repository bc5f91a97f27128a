"""A model at the network's edge: schema-valid answers drawn from a seed, and some failures."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.backends.protocol.backend import Ask, Status
from cropsmith.agents.backends.providers.scripted import Player, Scripted, ScriptedAnswer
from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.library import TraceLibrary


def box(draw: random.Random) -> dict[str, float]:
    x1, y1 = draw.uniform(0, 0.4), draw.uniform(0, 0.4)
    return {
        "x1": x1,
        "y1": y1,
        "x2": x1 + draw.uniform(0.3, 0.6),
        "y2": y1 + draw.uniform(0.3, 0.6),
    }


def idea(draw: random.Random) -> dict[str, Any]:
    return {"element": "rule of thirds", "reason": f"reason {draw.random()}", "box": box(draw)}


def analysis(draw: random.Random) -> dict[str, Any]:
    return {
        "scene": "a \u202e<b>scene</b> \x1b[31m",
        "subjects": [{"name": "thing", "box": box(draw)}],
        "elements": [{"element": "diagonal", "remark": "r", "strength": draw.random()}],
        "lines": [],
        "distractions": [],
        "focal_point": {"x": draw.random(), "y": draw.random()},
        "remark": "r" * draw.randint(0, 200),
    }


def understanding(draw: random.Random) -> dict[str, Any]:
    return {
        "subjects": [],
        "avoid": [],
        "tightness": "normal",
        "copy_space": "none",
        "unclear": [],
        "read_back": "Crop as asked.",
    }


def decided(draw: random.Random, ask: Ask) -> dict[str, Any]:
    letters = ask.answer.model_json_schema()["properties"]["choice"]
    names = letters.get("enum") or [letters["const"]]
    order = draw.sample(names, len(names))
    return {"comparison": "c", "ranking": order, "choice": order[0], "reasons": ["It is calmer."]}


def player(seed: int, *, failures: float = 0.15) -> Player:
    """Answer each ask by what it says and the seed: order does not matter, so runs can race."""

    def play(ask: Ask) -> ScriptedAnswer | Mapping[str, Any]:
        text = "".join(p for m in ask.messages for p in m.parts if isinstance(p, str))
        draw = random.Random(f"{seed}{ask.purpose}{text}{ask.seed}{ask.temperature}")
        if draw.random() < failures:
            return ScriptedAnswer(
                status=draw.choice([Status.REFUSED, Status.INVALID, Status.TRUNCATED]),
                reason="the model would not",
            )
        fields = set(ask.answer.model_fields)
        if "scene" in fields:
            return analysis(draw)
        if "read_back" in fields:
            return understanding(draw)
        if "choice" in fields:
            return decided(draw, ask)
        if "things" in fields:
            return {"things": []}
        ideas = [idea(draw) for _ in range(draw.randint(1, 5))]
        return (
            {"thoughts": "t", "crops": ideas, "keep": draw.random() < 0.2}
            if ("thoughts" in fields)
            else {"crops": ideas, "keep": False}
        )

    return play  # type: ignore[return-value]


@pytest.fixture
def played() -> Callable[..., Parts]:
    """Return parts whose model is played, and how often it was asked is told by its name."""

    def make(seed: int = 0, *, failures: float = 0.15, **settings: Any) -> Parts:
        backend = Scripted(player(seed, failures=failures), name=f"scripted/{seed}")
        return build_parts(RunSettings(**settings), backend=backend)

    return make


@pytest.fixture
def asked() -> Callable[[Parts], list[str]]:
    """Return the purposes of every ask of a played model, in order."""

    def purposes(parts: Parts) -> list[str]:
        backend: Any = parts.mind
        return [ask.purpose for ask in backend.asker.backend.inner.asked]

    return purposes


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "coffee.jpg"


@pytest.fixture
def library(home: Path) -> TraceLibrary:
    return TraceLibrary(home)
