"""Requests in varied natural words, made by template and drawn by chance from a seed."""

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Worded:
    """A request, and the noun that it calls the thing by."""

    text: str
    noun: str


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("wording.toml").read_text("utf-8"))


def word(kind: str, ratio: str, seed: str, *, label: str = "", side: str = "") -> Worded:
    """Return a request of a kind: "named", "without" or "space".

    The same `seed` gives the same words, whatever else is asked. KeyError for another kind.
    """
    chance = random.Random(f"{kind}\0{ratio}\0{label}\0{side}\0{seed}")
    table = _table()
    shapes: Sequence[str] = table["shapes"][ratio]
    nouns: Sequence[str] = table["nouns"].get(label, [label])
    noun, shape = chance.choice(nouns), chance.choice(shapes)
    template: str = chance.choice(table[kind])
    return Worded(template.format(x=noun, r=shape, side=side), noun)
