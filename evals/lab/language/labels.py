"""How many of a file of labelled requests are read as they are meant.

    python -m cropsmith.evals.lab.language.labels FILE... [--wrong]

Each line has `text`, `photo` and `means`; the keys of a meaning are in docs/requests.md. Things
named in plain words are the same when their nouns are and what is said of them does not differ.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from cropsmith.errors import UsageError
from cropsmith.evals.lab.language.likeness import named_in
from cropsmith.evals.lab.language.meaning import CHECKS
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest, Intent

IMAGE = Size(width=6000, height=4000)
"""The photo that a request is read for."""


@dataclass(frozen=True)
class Outcome:
    """One request as read, beside what it means."""

    text: str
    means: Mapping[str, Any]
    intent: Intent | None
    """None when it was refused in a sentence."""
    wrong: Sequence[str]
    """The keys of the meaning that were read otherwise, or that nobody meant."""
    told: bool
    """Something was said to be unclear, contradictory or refused."""


def outcome(row: Mapping[str, Any]) -> Outcome:
    """Read one request."""
    means = row["means"]
    try:
        intent = understand(CropRequest(text=row["text"]), IMAGE)
    except UsageError:
        return Outcome(row["text"], means, None, [k for k in means if k != "told"], True)
    fair = means_in_words(means, row["text"])
    wrong = [key for key, check in CHECKS.items() if not check(fair, intent)]
    said = intent.unclear or intent.doubtful or intent.contradictions
    told = bool(said or intent.language != "en")
    return Outcome(row["text"], means, intent, wrong, told)


def means_in_words(means: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    """Return a meaning without the subjects that only the photo shows, for an English request."""
    subjects = means.get("subject", [])
    if "language" in means or not subjects:
        return means
    named = [one for one in subjects if named_in(one, text)]
    return {**means, "subject": named, "subject_in_photo": subjects}


def timed(text: str) -> float:
    """Return the milliseconds of CPU that reading takes once its patterns are compiled."""
    start = time.process_time()
    outcome({"text": text, "means": {}})
    return 1000 * (time.process_time() - start)


def main() -> None:
    """Print the shares of each file, and on demand what was read otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--wrong", action="store_true", help="print what was misread")
    arguments = parser.parse_args()
    for path in arguments.files:
        done = [outcome(json.loads(line)) for line in path.read_text("utf-8").splitlines()]
        wrong = Counter(key for one in done for key in one.wrong)
        silent = [one for one in done if one.wrong and not one.told]
        more = [
            one
            for one in done
            if not one.wrong
            and one.intent
            and (one.intent.unclear or one.intent.doubtful)
            and not one.means.get("told")
        ]
        whole = sum(not one.wrong for one in done)
        print(
            f"{path.name}: {len(done)} requests, {whole / len(done):.1%} read as"
            f" meant in every field,"
        )
        print(
            f"  {len(silent) / len(done):.1%} misread without a word,"
            f" {len(more) / len(done):.1%} right with words said to be unclear or doubtful"
        )
        print(f"  {median(timed(one.text) for one in done):.1f} ms of CPU a request in the median")
        print("  " + ", ".join(f"{key} {1 - wrong[key] / len(done):.1%}" for key in CHECKS))
        for one in done if arguments.wrong else ():
            if one.wrong:
                _print(one)
        for one in more if arguments.wrong else ():
            assert one.intent is not None
            also = [*one.intent.unclear, *(f"perhaps {words}" for words in one.intent.doubtful)]
            print(f"  also said: {one.text!r}: {also}")


def _print(one: Outcome) -> None:
    mark = "" if one.told else "without a word: "
    print(f"- {mark}{one.text!r}: {', '.join(one.wrong)}")
    print(f"    means {json.dumps(dict(one.means), ensure_ascii=False)}")
    if one.intent is not None:
        doubts = [f"perhaps {words}" for words in one.intent.doubtful]
        said = [*one.intent.unclear, *doubts, *one.intent.contradictions]
        print(f"    read: {one.intent.read_back}", *said, sep=" | ")


if __name__ == "__main__":
    main()
