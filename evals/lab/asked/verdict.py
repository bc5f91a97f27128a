"""The table of a blind comparison, from its key and what judges wrote.

    python -m cropsmith.evals.lab.asked.verdict KEY.json VERDICT.json [VERDICT.json ...]

A verdict is {"01": {"best": "B", "bad": ["C"]}, ...}: for every photo of the sheets the letter of
the best crop, empty for none, and the letters of those that are bad.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from cropsmith.errors import CropsmithError, UsageError
from cropsmith.evals.lab.asked.blind import LETTERS, Key
from cropsmith.evals.lab.asked.croppers import NAMES
from cropsmith.evals.statistics.clusters import Clustered
from cropsmith.evals.statistics.intervals import bootstrap
from cropsmith.tools.schema.values import Value


class Judged(Value):
    """What a judge says of one photo."""

    best: str
    """A letter, or empty."""
    bad: tuple[str, ...]


Verdict = Mapping[str, Judged]


def read_verdict(path: Path, key: Key) -> Verdict:
    """Read a judge's file; UsageError where it is not one, or blank, or not about these."""
    try:
        judged = TypeAdapter(dict[str, Judged]).validate_json(path.read_text("utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        where = " / ".join(map(str, first["loc"]))
        raise UsageError(f"{path} is not a verdict: {where}: {first['msg']}.") from error
    wanted = {photo.id for photo in key.photos}
    if missing := sorted(wanted ^ judged.keys()):
        raise UsageError(f"{path} and the key differ about photo {missing[0]}.")
    for photo, one in judged.items():
        for letter in (*([one.best] if one.best else []), *one.bad):
            if letter not in LETTERS or len(letter) != 1:
                raise UsageError(f"{path}, photo {photo}: '{letter}' is no letter of {LETTERS}.")
    if not any(one.best or one.bad for one in judged.values()):
        raise UsageError(f"{path} says nothing yet.")
    return judged


def table_of_verdicts(key: Key, verdicts: Sequence[Verdict], seed: int = 0) -> str:
    """Return the Markdown table: how often each was best and bad, photos resampled."""
    ids = [photo.id for photo in key.photos]
    judges = f", {len(verdicts)} judges" if len(verdicts) > 1 else ""
    lines = [f"| {len(ids)} photos{judges} | best | bad |", "|---|---|---|"]
    for name in NAMES:
        cells = []
        for marks in (_best(key, verdicts, name), _bad(key, verdicts, name)):
            values = list(marks)
            photos = [photo for _ in verdicts for photo in ids]
            share = bootstrap(Clustered.gather(photos, values), seed=seed)
            count = sum(values) / len(verdicts)
            cells.append(f"{count:.3g} ({share.value:.0%} [{share.low:.0%}, {share.high:.0%}])")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _best(key: Key, verdicts: Sequence[Verdict], name: str) -> Iterator[float]:
    for verdict in verdicts:
        for photo in key.photos:
            best = verdict[photo.id].best
            # Croppers whose crops are one share the honour.
            equal = [photo.croppers[x] for x in LETTERS if best and same(photo.boxes, x, best)]
            yield float(name in equal) / max(1, len(equal))


def _bad(key: Key, verdicts: Sequence[Verdict], name: str) -> Iterator[float]:
    for verdict in verdicts:
        for photo in key.photos:
            bad = verdict[photo.id].bad
            yield float(any(photo.croppers[letter] == name for letter in bad))


def same(boxes: Mapping[str, object], one: str, other: str) -> bool:
    """Tell whether two letters show the same crop."""
    return boxes[one] == boxes[other]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("key", type=Path)
    parser.add_argument("verdicts", type=Path, nargs="+")
    given = parser.parse_args()
    key = Key.model_validate_json(given.key.read_text("utf-8"))
    try:
        print(table_of_verdicts(key, [read_verdict(path, key) for path in given.verdicts]))
    except CropsmithError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
