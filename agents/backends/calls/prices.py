"""What tokens cost: by a person's own prices, else by genai-prices' list; never by the network.

An unknown price is None, never zero.
"""

import importlib.util
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from pydantic import Field, TypeAdapter, ValidationError

from cropsmith.agents.backends.directory.directory import model_behind, provider_of
from cropsmith.agents.backends.directory.provider import FREE
from cropsmith.agents.backends.protocol.backend import Tokens
from cropsmith.errors import UsageError, why
from cropsmith.settings import home
from cropsmith.tools.schema.values import Value


class Price(Protocol):
    """What one model's tokens cost."""

    def of(self, tokens: Tokens) -> float | None:
        """Return US dollars; None where the provider reported no usage.

        Cached tokens are part of the prompt's, thoughts part of the completion's.
        """
        ...


class Rate(Value):
    """US dollars per million tokens, as a person states them."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    """Of prompt tokens that the server had in its cache; as `input` if not given."""

    def of(self, tokens: Tokens) -> float | None:
        """Return US dollars."""
        if tokens.prompt is None or tokens.completion is None:
            return None
        cached = min(tokens.cached or 0, tokens.prompt)
        total = (tokens.prompt - cached) * self.input + tokens.completion * self.output
        total += cached * (self.input if self.cached is None else self.cached)
        return total / 1e6


@dataclass(frozen=True)
class Reduced:
    """A share of another price."""

    whole: Price
    share: float

    def of(self, tokens: Tokens) -> float | None:
        """Return US dollars."""
        cost = self.whole.of(tokens)
        return None if cost is None else cost * self.share


@dataclass(frozen=True)
class Free:
    """A model on the person's own machines: nothing to pay, whatever was reported."""

    def of(self, tokens: Tokens) -> float:
        """Return nothing."""
        return 0.0


@dataclass(frozen=True)
class Listed:
    """A row of genai-prices, with its tiers and dates."""

    provider: Any
    model: Any

    def of(self, tokens: Tokens) -> float | None:
        """Return US dollars at today's price."""
        from genai_prices import Usage

        if tokens.prompt is None or tokens.completion is None:
            return None
        cached = min(tokens.cached or 0, tokens.prompt)
        usage = Usage(
            input_tokens=tokens.prompt,
            cache_read_tokens=cached,
            cache_write_tokens=min(tokens.written or 0, tokens.prompt - cached),
            output_tokens=tokens.completion,
        )
        return float(self.model.calc_price(usage, self.provider).total_price)


def price_of(model: str) -> Price | None:
    """Return the price of `provider/model`; None when nobody states one.

    UsageError for a `prices.toml` that cannot be read.
    """
    path = home() / "prices.toml"
    if path.is_file() and (own := _own(path, path.stat().st_mtime_ns).get(model)) is not None:
        return own
    row = provider_of(model)
    if model.startswith("scripted/") or (row is not None and row.price == FREE):
        return Free()
    return None if row is None else _listed(row.price, model_behind(model))


def cost_of(model: str, tokens: Tokens) -> float | None:
    """Return US dollars for billed tokens; None when price or usage is not known."""
    price = price_of(model)
    return None if price is None else price.of(tokens)


@cache
def _own(path: Path, _modified: int) -> dict[str, Rate]:
    """Read a table by model: `["openai/gpt-4o"]` with input, output, cached."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
        return TypeAdapter(dict[str, Rate]).validate_python(told)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"The prices in {path} cannot be read: {why(error)}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"The prices in {path} cannot be read: {where}: {first['msg']}.",
            hint='Write ["provider/model"] and below it input = and output =, US dollars '
            "per million tokens.",
        ) from error


@cache
def _listed(provider: str, name: str) -> Listed | None:
    if not provider or importlib.util.find_spec("genai_prices") is None:
        return None
    from genai_prices.data_snapshot import get_snapshot

    try:
        return Listed(*get_snapshot().find_provider_model(name, None, provider, None))
    except LookupError:
        return None
