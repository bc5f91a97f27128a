"""Train the reader on labelled requests: `python -m cropsmith.evals.training.reader FILE...`.

One file an author, `author_x.jsonl`. The model is written into this checkout, or where --out says;
the same files give the same weights: nothing is drawn by chance. With --check nothing is written,
and each author is read by a model of the others, which is what a stranger meets: how many requests
are right in every field / misread without a word / right with a word too many.
"""

import argparse
from collections.abc import Mapping, Sequence
from importlib.resources import files
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from cropsmith.evals.lab.language.labels import Outcome, outcome
from cropsmith.evals.training.reader.examples import Labelled, labelled
from cropsmith.evals.training.reader.logistic import Example, fitted
from cropsmith.tools.language.trained import (
    FILE,
    OUTCOMES,
    VERDICTS,
    Linear,
    Trained,
    reading_with,
)

PENALTY, RAREST = 4.0, 2
"""Of the squared weights, and how often a feature must occur; chosen with authors left out."""

STRANGERS = 0.4
"""Share of an author's requests that are misread at a first reading: of i, j, k and l 40 to 51 %.

The frames were tuned on the authors whom the model learns from, so that they are misread less.
"""


def main() -> None:
    """Train on all, or check with each author left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=None, help=f"instead of the reader's {FILE}")
    parser.add_argument("--check", action="store_true", help="each author by the others")
    given = parser.parse_args()
    authors = {path.stem: labelled(path) for path in given.files}
    if given.check:
        _check(authors)
        return
    model = trained_on([one for held in authors.values() for one in held])
    out = given.out or Path(str(files("cropsmith.tools.language"))) / FILE
    write(model, out)
    print(f"{out.name}: {len(model.roles.place)} features, {out.stat().st_size} bytes")


def _check(authors: Mapping[str, Sequence[Labelled]]) -> None:
    """Read each author by a model of the others."""
    for name, held in authors.items():
        model = trained_on([one for other in authors if other != name for one in authors[other]])
        print(f"{name}: frames {_shares(held, None)}; with a model of the others", end=" ")
        print(f"{_shares(held, model)}, of its things {_hit(held, model):.1%} in the right role")


def trained_on(requests: Sequence[Labelled]) -> Trained:
    """Return both models. Each author's doubts are learnt from roles that others taught."""
    roles = fitted([e for one in requests for e in one.roles()], len(VERDICTS), PENALTY, RAREST)
    blank = Linear({}, [], [0.0] * len(OUTCOMES))
    signs = []
    for author in sorted({one.author for one in requests}):
        others = [e for one in requests if one.author != author for e in one.roles()]
        taught = Trained(fitted(others, len(VERDICTS), PENALTY, RAREST), blank)
        signs += [one.whole(taught) for one in requests if one.author == author]
    return Trained(roles, _for_strangers(fitted(signs, len(OUTCOMES), PENALTY, RAREST), signs))


def _for_strangers(model: Linear, examples: Sequence[Example]) -> Linear:
    """Return a model of misreadings with its odds moved to how often strangers are misread."""
    weight = sum(one.weight for one in examples)
    share = sum(one.weight * one.answer for one in examples) / weight
    if not 0 < share < 1:
        return model
    moved = log(STRANGERS / (1 - STRANGERS)) - log(share / (1 - share))
    right, misread = model.bias
    return Linear(model.place, model.weights, [right, misread + moved])


def write(model: Trained, path: Path) -> None:
    """Write both models into one file: features as lines of text, weights as float16."""
    parts: dict[str, Any] = {}
    for name, part in (("roles", model.roles), ("whole", model.whole)):
        text = "\n".join(part.place).encode()
        parts[f"{name}_features"] = np.frombuffer(text, np.uint8)
        parts[f"{name}_weights"] = np.array(part.weights, np.float16)
        parts[f"{name}_bias"] = np.array(part.bias, np.float16)
    np.savez_compressed(path, **parts)


def _shares(held: Sequence[Labelled], model: Trained | None) -> str:
    """Say how many requests are right, misread without a word, and right with a word too many."""
    with reading_with(model):
        done = [outcome(one.row) for one in held]
    silent = sum(bool(one.wrong) and not one.told for one in done)
    share = 100 / len(done)
    right = sum(not one.wrong for one in done)
    return f"{share * right:.1f}/{share * silent:.1f}/{share * sum(map(_wordy, done)):.1f} %"


def _wordy(one: Outcome) -> bool:
    """Tell whether a right reading was told to be unclear or doubtful."""
    said = one.intent is not None and (one.intent.unclear or one.intent.doubtful)
    return bool(said) and not one.wrong and not one.means.get("told")


def _hit(held: Sequence[Labelled], model: Trained) -> float:
    """Return the share of things whose likeliest verdict is the one that was meant."""
    pairs = [
        (max(chance, key=lambda verdict: chance[verdict]), VERDICTS[answer])
        for one in held
        for chance, answer in zip(model.verdicts(one.things), one.meant, strict=True)
    ]
    return sum(a == b for a, b in pairs) / len(pairs)


if __name__ == "__main__":
    main()
