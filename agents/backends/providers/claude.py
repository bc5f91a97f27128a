"""How each Claude model thinks, is sampled and is told to call a tool.

From Anthropic's pages on its models, their migration guides, and on thinking
(platform.claude.com/docs), read in November 2026.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cropsmith.agents.backends.protocol.backend import Thinking
from cropsmith.agents.backends.providers.thinking import BUDGETS, ROOM, Telling


@dataclass(frozen=True)
class Claude:
    """What one generation takes."""

    pattern: str
    """Searched in the name."""
    thinks: Literal["never", "by budget", "when told", "unless told", "always"]
    off: Mapping[str, Any] = field(default_factory=dict)
    """What `thinking` says where it is on unless told."""
    sampled: bool = True
    """Whether a temperature is taken."""
    forced: bool = True
    """Whether a tool can be forced, without thoughts."""


# First match wins.
CLAUDES = (
    Claude(r"fable|mythos|opus-(5-[5-9]|[6-9])", "always", sampled=False, forced=False),
    Claude(
        r"(sonnet|haiku)-(5-[5-9]|[6-9])",
        "unless told",
        off={"type": "between_tools"},
        sampled=False,
        forced=False,
    ),
    Claude(r"(opus|sonnet|haiku)-5", "unless told", off={"type": "disabled"}, sampled=False),
    Claude(r"opus-4-[7-9](\D|$)", "when told", sampled=False),
    Claude(r"(opus|sonnet)-4-6(\D|$)", "when told"),
    Claude(r"claude-3-7|(opus|sonnet|haiku)-4", "by budget"),
    Claude(r"claude-[23]", "never"),
)
NEWEST = Claude("", "unless told", sampled=False, forced=False)
"""A name that no row knows."""


def claude_of(model: str) -> Claude:
    """Return what a model takes, by its name."""
    return next((row for row in CLAUDES if re.search(row.pattern, model)), NEWEST)


def thinking_claude(model: str, level: Thinking | None) -> Telling:
    """Return what a Claude model is told: `thinking`, and `effort` of `output_config`."""
    row = claude_of(model)
    if level in (None, "off"):
        if row.thinks != "always":
            fields = {"thinking": dict(row.off)} if row.off else {}
            return Telling(fields, plain=row.sampled)
        told = f"{model} cannot be told not to think; its least, low, was asked."
        lacking = told if level == "off" else ""
        return Telling({"effort": "low"}, ROOM["low"], lacking, plain=False)
    if row.thinks == "never":
        return Telling(lacking=f"{model} does not think before it answers.")
    if row.thinks == "by budget":
        budget = {"type": "enabled", "budget_tokens": BUDGETS[level]}
        return Telling({"thinking": budget}, BUDGETS[level], plain=False)
    # Newer ones leave the words of their thoughts out unless they are asked for.
    shown = {"type": "adaptive", "display": "summarized"}
    return Telling({"thinking": shown, "effort": level}, ROOM[level], plain=False)
