"""The table of requests: what people write, what it means, and how much of it is understood.

    python -m cropsmith.evals.lab.language.table [--half dev|test] [--wrong]

Half of the rows, by a hash of their words, are the test: the grammar is tuned on the others only.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from cropsmith.errors import UsageError
from cropsmith.tools.language.presets import presets
from cropsmith.tools.language.telling import HORIZON
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest, Intent, Phrase, Target

IMAGE = Size(width=6000, height=4000)
"""The photo that "same shape" refers to."""

FIELDS = (
    "error", "targets", "subjects", "avoid", "never_cut", "copy_space", "keep_out", "min_size",
    "tightness", "margin", "alternatives", "keep", "straighten", "upscale", "unclear",
    "contradictions", "place", "horizon",
    "looking_room", "shot", "edges", "language",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One request and what it means: only the fields that are not at their default."""

    text: str
    expect: Mapping[str, Any]

    @property
    def half(self) -> str:
        """The half it belongs to."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        return "test" if int(digest, 16) % 2 else "dev"


@dataclass(frozen=True)
class Outcome:
    """One request as understood, beside what it means."""

    row: Row
    expected: Mapping[str, Any]
    found: Mapping[str, Any]

    @property
    def wrong(self) -> tuple[str, ...]:
        """The fields that differ."""
        return tuple(name for name in FIELDS if self.expected[name] != self.found[name])


@dataclass(frozen=True)
class Accuracy:
    """Shares of requests understood."""

    rows: int
    whole: float
    """All fields right."""
    fields: Mapping[str, float]
    said: Mapping[str, float]
    """For each field, the share right among the rows that say something about it."""


def table(half: str | None = None) -> list[Row]:
    """Return the rows of a half, or all."""
    text = files("cropsmith.evals.lab.language").joinpath("requests.jsonl").read_text("utf-8")
    rows = [Row(**json.loads(line)) for line in text.splitlines()]
    return [row for row in rows if half in (None, row.half)]


def expected(row: Row) -> dict[str, Any]:
    """Return the meaning in full, in the form that `found` has."""
    given = row.expect
    space = given.get("copy_space")
    return {
        "error": given.get("error", False),
        "targets": [_target_of(name) for name in given.get("targets", [])],
        "subjects": [_thing(thing) for thing in given.get("subjects", [])],
        "avoid": [_thing(thing) for thing in given.get("avoid", [])],
        "never_cut": sorted(given.get("never_cut", [])),
        "copy_space": space and (space["side"], round(space.get("share", 1 / 3), 2)),
        "keep_out": given.get("keep_out", []),
        "min_size": given.get("min_size"),
        "tightness": given.get("tightness", "normal"),
        "margin": given.get("margin"),
        "alternatives": given.get("alternatives", 1),
        "keep": given.get("keep"),
        "straighten": given.get("straighten"),
        "upscale": given.get("upscale", False),
        "unclear": given.get("unclear", False),
        "contradictions": given.get("contradictions", False),
        "place": given.get("place", []),
        "horizon": given.get("horizon"),
        "looking_room": given.get("looking_room", False),
        "shot": given.get("shot"),
        "edges": given.get("edges", []),
        "language": given.get("language", "en"),
    } | ({name: None for name in FIELDS[1:]} if given.get("error") else {})


def _target_of(name: str) -> tuple[str, str, bool]:
    """Return what a target's name in the table stands for."""
    if name.startswith("preset:"):
        return _shape(presets()[name.removeprefix("preset:")].target)
    if name == "same":
        return ("3:2", "", False)
    if "x" in name:
        width, height = map(int, name.split("x"))
        return _shape(Target(size=Size(width=width, height=height)))
    return (_ratio(name), "", False)


def _ratio(name: str) -> str:
    """Return a ratio in lowest terms."""
    from cropsmith.tools.schema.ratio import Ratio

    return str(Ratio.parse(name))


def _shape(target: Target) -> tuple[str, str, bool]:
    """Return ratio, size, and whether the size is an upper bound."""
    size = f"{target.size.width}x{target.size.height}" if target.size else ""
    return (_ratio(size or str(target.ratio)), size, target.at_most)


def _thing(thing: str | Mapping[str, Any]) -> tuple[str, int | None, str | None]:
    """Return head, count and position."""
    if isinstance(thing, str):
        return (thing, None, None)
    return (thing["head"], thing.get("count"), thing.get("position"))


def found(text: str) -> dict[str, Any]:
    """Return what is understood of words."""
    try:
        intent = understand(CropRequest(text=text), IMAGE)
    except UsageError:
        return {"error": True} | {name: None for name in FIELDS[1:]}
    return {"error": False} | _plain(intent)


def _plain(intent: Intent) -> dict[str, Any]:
    """Return an intent in the table's form."""

    def things(phrases: Sequence[Phrase]) -> list[tuple[str, int | None, str | None]]:
        return [(p.head, p.count, p.position) for p in phrases]

    space, least, wanted = intent.copy_space, intent.min_size, intent.placement
    return {
        "targets": [_shape(t) for t in intent.targets if t.ratio],
        "subjects": things(intent.subjects),
        "avoid": things(intent.avoid),
        "never_cut": sorted(intent.never_cut),
        "copy_space": space and (str(space.side), round(space.share, 2)),
        "keep_out": [list(box.corners) for box in intent.keep_out],
        "min_size": least and [least.width, least.height],
        "tightness": str(intent.tightness),
        "margin": intent.margin,
        "alternatives": intent.alternatives,
        "keep": intent.keep,
        "straighten": intent.straighten,
        "upscale": intent.upscale,
        "unclear": bool(intent.unclear),
        "contradictions": bool(intent.contradictions),
        "place": [str(place) for place in (wanted.across, wanted.down) if place],
        "horizon": HORIZON.get(wanted.horizon) if wanted.horizon else None,
        "looking_room": wanted.looking_room,
        "shot": intent.shot and str(intent.shot),
        "edges": [[edge.phrase, str(edge.side)] for edge in intent.edges],
        "language": intent.language,
    }


def outcomes(rows: Sequence[Row]) -> list[Outcome]:
    """Understand every row."""
    return [Outcome(row, expected(row), found(row.text)) for row in rows]


def accuracy(done: Sequence[Outcome]) -> Accuracy:
    """Return the shares."""
    default = expected(Row("", {}))
    wrong = Counter(name for outcome in done for name in outcome.wrong)
    said = {}
    for name in FIELDS:
        rows = [one for one in done if one.expected[name] != default[name]]
        if rows:
            said[name] = sum(name not in one.wrong for one in rows) / len(rows)
    return Accuracy(
        rows=len(done),
        whole=sum(not one.wrong for one in done) / len(done),
        fields={name: 1 - wrong[name] / len(done) for name in FIELDS},
        said=said,
    )


def main() -> None:
    """Print the accuracy, and on demand the rows that are not understood."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("dev", "test"))
    parser.add_argument("--wrong", action="store_true", help="print what was misunderstood")
    arguments = parser.parse_args()
    for half in (arguments.half,) if arguments.half else ("dev", "test"):
        done = outcomes(table(half))
        result = accuracy(done)
        print(f"{half}: {result.rows} requests, {result.whole:.1%} understood in every field")
        for name in FIELDS:
            share = f"{result.said[name]:6.1%}" if name in result.said else "     -"
            print(f"  {name:15} {result.fields[name]:6.1%}   where it is said {share}")
        for one in done if arguments.wrong else ():
            for name in one.wrong:
                print(f"{one.row.text!r}: {name}: {one.found[name]}, not {one.expected[name]}")


if __name__ == "__main__":
    main()
