"""What a call costs, from a dated table of prices. An unknown price is None, never zero."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cropsmith.agents.backends.protocol.backend import Tokens

UNBILLED = ("vllm", "transformers", "scripted")
"""Providers that run on the person's own machines: no bill per token."""

DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens."""

    input: float
    cached: float
    output: float


FREE = Price(0.0, 0.0, 0.0)


@cache
def _table() -> dict[str, Price]:
    data = json.loads(files(__package__).joinpath("prices.json").read_text("utf-8"))
    return {name: Price(*numbers) for name, numbers in data["models"].items()}


def price_of(model: str) -> Price | None:
    """Return the price of `provider/model`; None when it is not in the table."""
    if model.split("/", 1)[0] in UNBILLED:
        return FREE
    return _table().get(DATED.sub("", model))


def cost_of(model: str, tokens: Tokens) -> float | None:
    """Return US dollars for billed tokens; reasoning counts as output in `tokens.completion`.

    None when the price is unknown or the provider reported no usage.
    """
    price = price_of(model)
    if price is FREE:
        return 0.0
    if price is None or tokens.prompt is None or tokens.completion is None:
        return None
    cached = min(tokens.cached or 0, tokens.prompt)
    fresh = tokens.prompt - cached
    total = fresh * price.input + cached * price.cached + tokens.completion * price.output
    return total / 1e6
