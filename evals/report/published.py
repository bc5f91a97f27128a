"""Published figures, for orientation: a block of its own, each with the protocol it was made by."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cropsmith.evals.trial import Protocol


@dataclass(frozen=True)
class Published:
    """One published figure."""

    dataset: str
    """What the names of the formats begin with that it belongs to."""
    protocols: frozenset[Protocol]
    measure: str
    value: str
    holder: str
    protocol: str
    """How it was made, in words."""


@cache
def published() -> Sequence[Published]:
    """Return every figure of `published.toml`."""
    text = files("cropsmith.evals.report").joinpath("published.toml").read_text("utf-8")
    return [
        Published(
            dataset=block["dataset"],
            protocols=frozenset(map(Protocol, block["protocols"])),
            measure=block["measure"],
            value=value,
            holder=holder,
            protocol=block["how"],
        )
        for block in tomllib.loads(text)["figure"]
        for holder, value in block["rows"]
    ]


def published_for(dataset: str, protocol: Protocol) -> list[Published]:
    """Return the figures of a dataset's format that were made by the same protocol."""
    return [
        one for one in published() if dataset.startswith(one.dataset) and protocol in one.protocols
    ]
