"""Which pairs of crops a person is shown, in which order, and what was chosen: on disk at once."""

import hashlib
import itertools
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cropsmith.errors import OutputError, UsageError, why
from cropsmith.evals.report.samples import finished
from cropsmith.evals.statistics.duels import NEITHER, Duel
from cropsmith.evals.study.plan import Plan
from cropsmith.evals.trial import Mode
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.plain_text import visible_line

ORIGINAL = "the original"
"""The name of the whole photo among the systems."""
VOTES = "votes.jsonl"
NAME = 60
"""Characters that a person's name may have."""
ALIKE = 0.97
"""IoU from which two crops are the same to the eye: nobody is asked about them."""


@dataclass(frozen=True)
class Side:
    """One crop of a pair."""

    system: str
    box: Box


@dataclass(frozen=True)
class Pair:
    """Two crops of one photo."""

    id: str
    table: str
    photo: str
    path: str
    text: str
    """What was asked for, if anything was."""
    sides: tuple[Side, Side]

    def shown_to(self, person: str) -> tuple[Side, Side]:
        """Return the sides in this person's order, left or top first: by chance, but kept."""
        flip = hashlib.sha256(f"{self.id}\0{person}".encode()).digest()[0] % 2
        return (self.sides[1], self.sides[0]) if flip else self.sides


def pairs_of(plan: Plan, systems: Sequence[str] = (), *, original: bool = True) -> list[Pair]:
    """Return every pair of different crops that the study has, in an order by chance.

    Of all systems that are no baselines, or of the named ones. UsageError where there is no pair.
    """
    pairs = [pair for part in _cropped(plan, systems, original) for pair in part]
    if not pairs:
        raise UsageError(
            "There are no two crops to choose between.",
            hint="Run the study first, with two systems that crop, or name baselines too.",
        )
    return sorted(pairs, key=lambda pair: pair.id)


def _cropped(plan: Plan, systems: Sequence[str], original: bool) -> Iterator[list[Pair]]:
    known = {arm.name for arms in plan.arms_of.values() for arm in arms}
    if unknown := sorted(set(systems) - known):
        raise UsageError(f"The study has no system '{unknown[0]}'.")
    for part in plan.parts:
        if part.protocol.mode is not Mode.GENERATE:
            continue
        crops: dict[str, dict[str, Box]] = {}
        shown = {photo.name: photo for photo in part.photos}
        for planned, sample in finished(plan, part):
            arm = planned.arm
            wanted = arm.name in systems if systems else arm.baseline is None
            first_seed = planned.trial.seed == plan.study.seeds[0]
            if wanted and first_seed and sample is not None and sample.answer.box is not None:
                crops.setdefault(planned.photo.name, {})[arm.name] = sample.answer.box
        for name, boxes in crops.items():
            if original:
                boxes.setdefault(ORIGINAL, Box.whole())
            photo, found = shown[name], []
            for (a, first), (b, second) in itertools.combinations(boxes.items(), 2):
                if first.iou(second) < ALIKE:
                    told = f"{part.title}\0{name}\0{a}\0{b}\0{first.corners}\0{second.corners}"
                    id = hashlib.sha256(told.encode()).hexdigest()[:20]
                    sides = (Side(a, first), Side(b, second))
                    found.append(Pair(id, part.title, name, photo.path, photo.text, sides))
            yield found


class Ballots:
    """The pairs of a study and the choices so far. Safe to use from threads."""

    def __init__(self, pairs: Sequence[Pair], folder: Path) -> None:
        self.pairs = {pair.id: pair for pair in pairs}
        self._file = folder / VOTES
        self._lock = threading.Lock()
        self._done: dict[str, dict[str, None]] = {}
        """Person -> pairs chosen in, the latest last."""
        for person, id, _ in read_votes(folder):
            self._done.setdefault(person, {})[id] = None

    def next_for(self, person: str) -> Pair | None:
        """Return the pair that a person has not chosen in yet; None when there is none left.

        Everybody gets the pairs in one order, so that several people judge the same ones.
        """
        done = self._done.get(person, {})
        return next((pair for id, pair in self.pairs.items() if id not in done), None)

    def count(self, person: str) -> int:
        """Return how many pairs of these a person has chosen in."""
        return len(self._done.get(person, {}).keys() & self.pairs.keys())

    def undo(self, person: str) -> None:
        """Take back a person's latest choice, so that its pair comes again; nothing to, nothing."""
        done = self._done.get(person, {})
        with self._lock:
            latest = next((id for id in reversed(done) if id in self.pairs), None)
            if latest is not None:
                self._keep({"pair": latest, "person": person, "undone": True})
                del done[latest]

    def choose(self, person: str, id: str, choice: str) -> None:
        """Keep a choice: "first" or "second" as they were shown, or "bad" for both.

        A later choice of the same person in a pair counts. UsageError for what is none.
        """
        if (
            not visible_line(person).strip()
            or len(person) > NAME
            or id not in self.pairs
            or choice not in ("first", "second", "bad")
        ):
            raise UsageError("That is no choice in a pair of this study.")
        sides = self.pairs[id].shown_to(person)
        winner = NEITHER if choice == "bad" else sides[choice == "second"].system
        pair = self.pairs[id]
        first, second = (side.system for side in pair.sides)
        duel = Duel(person, f"{pair.table}: {pair.photo}", first, second, winner)
        row = {"pair": id, **asdict(duel)}
        with self._lock:
            self._keep(row)
            done = self._done.setdefault(person, {})
            done.pop(id, None)
            done[id] = None

    def _keep(self, row: Mapping[str, object]) -> None:
        try:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"The choice cannot be kept: {why(error)}.") from error


def read_votes(folder: Path) -> list[tuple[str, str, Duel]]:
    """Return person, pair and choice of every vote in a study's folder, the latest of each."""
    path = folder / VOTES
    latest: dict[tuple[str, str], Duel] = {}
    if not path.is_file():
        return []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            pair = str(row.pop("pair"))
            if row.get("undone"):
                latest.pop((str(row["person"]), pair), None)
                continue
            duel = Duel(**row)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UsageError(f"{path}:{number}: is no choice ({error}).") from error
        latest.pop((duel.person, pair), None)  # the latest choice stands last
        latest[duel.person, pair] = duel
    return [(person, pair, duel) for (person, pair), duel in latest.items()]
