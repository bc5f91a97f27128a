"""The numbers of the plan, and what follows from them for one photo."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cropsmith.agents.backends.calls.prices import price_of
from cropsmith.agents.backends.calls.purse import ANSWER_TOKENS, PICTURE_TOKENS, TEXT_PER_TOKEN
from cropsmith.agents.backends.protocol.backend import Tokens

DAY = 86400
FILE = Path(__file__).with_name("constants.toml")


@dataclass(frozen=True)
class Plan:
    """What one mind takes for a photo."""

    mind: str
    cpu: float
    """Seconds of a core."""
    gpu: float
    """Seconds of a GPU of our own."""
    bill: float
    """US dollars to somebody else's cloud."""
    trace: int
    """Bytes."""


def constants(path: Path = FILE) -> dict[str, Any]:
    """Return the numbers."""
    return tomllib.loads(path.read_text("utf-8"))


def tokens_of(effort: str, numbers: dict[str, Any]) -> Tokens:
    """Return the tokens of one photo at an effort."""
    asks = numbers["asks"][effort]
    prompt = asks["characters"] // TEXT_PER_TOKEN + asks["pictures"] * PICTURE_TOKENS
    return Tokens(prompt=prompt, completion=asks["calls"] * ANSWER_TOKENS)


def plans(numbers: dict[str, Any]) -> list[Plan]:
    """Return the minds that are compared."""
    cpu, trace = numbers["cpu"]["batch"], numbers["trace"]
    found = [Plan("built in", cpu, 0, 0, trace["builtin"] + trace["preview"])]
    for effort in numbers["asks"]:
        tokens = tokens_of(effort, numbers)
        assert tokens.prompt is not None and tokens.completion is not None
        gpu = numbers["gpu"]
        seconds = tokens.prompt / gpu["prompt"] + tokens.completion / gpu["answer"]
        found.append(Plan(f"own vLLM, {effort}", cpu, seconds, 0, trace["model"]))
        for model in numbers["clouds"]["models"]:
            price = price_of(model)
            bill = None if price is None else price.of(tokens)
            if bill is None:
                raise SystemExit(f"the price of {model} is not known; is cropsmith[openai] here?")
            found.append(Plan(f"{model}, {effort}", cpu, 0, bill, trace["model"]))
    return found


def cost(plan: Plan, numbers: dict[str, Any]) -> float:
    """Return US dollars for a thousand photos, machines idle at night included."""
    idle = numbers["load"]["peak"]
    cpu = plan.cpu * numbers["cpu"]["price"] / 3600 * idle / numbers["cpu"]["use"]
    gpu = plan.gpu * numbers["gpu"]["price"] / 3600 * idle / numbers["gpu"]["use"]
    kept = plan.trace / 1e9 * numbers["trace"]["price"] * numbers["trace"]["kept_days"] / 30
    return float(1000 * (cpu + gpu + plan.bill + kept))
