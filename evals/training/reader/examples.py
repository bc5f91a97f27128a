"""Labelled requests as the frames read them: what each thing was meant to be."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cropsmith.errors import UsageError
from cropsmith.evals.lab.language.labels import IMAGE, outcome
from cropsmith.evals.lab.language.likeness import same_thing
from cropsmith.evals.training.reader.logistic import Example
from cropsmith.tools.language.exact import read_exact
from cropsmith.tools.language.parse import Reading
from cropsmith.tools.language.phrases import phrase_of
from cropsmith.tools.language.roles import Thing, things_of
from cropsmith.tools.language.trained import VERDICTS, Trained, reading_with, signs_of
from cropsmith.tools.language.understanding import spoken

TRUST: Mapping[str, float] = {
    "a": 0.2,
    "b": 0.2,
    "c": 0.3,
    "d": 0.6,
    "f": 0.8,
    "g": 0.8,
    "h": 0.8,
    "o": 0.8,
    "p": 0.6,
    "r": 0.8,
}
"""What an author counts for on whom the frames were tuned so long that they read them too well."""


@dataclass(frozen=True)
class Labelled:
    """One request, read by the frames alone."""

    author: str
    row: Mapping[str, Any]
    things: Sequence[Thing]
    meant: Sequence[int]
    """For each thing the index of its verdict."""
    words: int
    """Of the tagged line."""
    readings: Sequence[Reading]
    misread: bool
    """Some field is not what was meant."""

    @property
    def trust(self) -> float:
        """The weight of the request."""
        return TRUST.get(self.author, 1.0)

    def roles(self) -> list[Example]:
        """Return its things as examples."""
        return [
            Example(thing.seen, answer, self.trust)
            for thing, answer in zip(self.things, self.meant, strict=True)
        ]

    def whole(self, model: Trained) -> Example:
        """Return it as an example of being misread, with the roles' chances by a model."""
        chances = model.verdicts(self.things)
        signs = signs_of(self.things, chances, self.words, model.roles.place, self.readings)
        return Example(signs, int(self.misread), self.trust)


def labelled(path: Path) -> list[Labelled]:
    """Read the file of one author, `author_x.jsonl`; requests that are refused are left out."""
    author = path.stem.rpartition("_")[2]
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    with reading_with(None):
        found = [_labelled(author, row) for row in rows]
    return [one for one in found if one is not None]


def _labelled(author: str, row: Mapping[str, Any]) -> Labelled | None:
    try:
        names, readings = spoken(read_exact(row["text"], IMAGE))
    except UsageError:
        return None
    request = names.request
    things = things_of(request, readings, names.wishes)
    meant = [VERDICTS.index(_verdict(row["means"], one.chunk.words)) for one in things]
    wrong = bool(outcome(row).wrong)
    return Labelled(author, row, things, meant, len(request.line.split()), readings, wrong)


def _verdict(means: Mapping[str, Any], words: str) -> str:
    """Return what a label says of a thing: what is to be whole is to be shown."""
    phrase = phrase_of(words)
    for key, verdict in (("subject", "shown"), ("avoid", "out"), ("whole", "shown")):
        if any(same_thing(meant, phrase) for meant in means.get(key, [])):
            return verdict
    return "neither"
