"""Models beside each other on one photo: pairs to choose between, blind, and what was chosen."""

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from cropsmith.evals.statistics.duels import strengths
from cropsmith.evals.vote.ballots import ALIKE, Ballots, Pair, Side, read_votes
from cropsmith.studio.sittings.values import Sheet, Take
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.values import Value

FOLDER = "bench.study"
"""Below the home folder: its votes are kept as those of any study."""
PERSON = "studio"
"""Who chooses, as votes name people."""


class Ranked(Value):
    """How often a model's crops were chosen, over all choices made in this studio."""

    model: str
    share: float
    """Chance to be chosen against the average of all, 0 to 1, with its 95 % interval."""
    low: float
    high: float
    won: int
    lost: int


class Asked(Value):
    """The next pair, or what was chosen when there is none left."""

    done: int
    all: int
    pair: str = ""
    first: Box | None = None
    second: Box | None = None
    angle: float = 0.0
    """Degrees that the photo is turned by, clockwise, for both."""
    ranked: tuple[Ranked, ...] = ()


class Bench:
    """The choices between models. Methods work on files: call them off the event loop."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def asked(self, sheet: Sheet) -> Asked:
        """Return the next pair of a photo that nothing was chosen in yet."""
        ballots = Ballots(list(_pairs(sheet)), self._folder)
        told = {"done": ballots.count(PERSON), "all": len(ballots.pairs)}
        pair = ballots.next_for(PERSON)
        if pair is None:
            return Asked(**told, ranked=self._ranked({take.model for take in rivals(sheet)}))
        first, second = pair.shown_to(PERSON)
        # Which model made which crop is not among what the page is told.
        angle = next(take.report.angle for take in rivals(sheet) if take.report is not None)
        return Asked(**told, pair=pair.id, first=first.box, second=second.box, angle=angle)

    def choose(self, sheet: Sheet, pair: str, choice: str) -> Asked:
        """Keep a choice: "first", "second" or "bad" for both. UsageError for what is none."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        Ballots(list(_pairs(sheet)), self._folder).choose(PERSON, pair, choice)
        return self.asked(sheet)

    def _ranked(self, models: set[str]) -> tuple[Ranked, ...]:
        duels = [duel for _, _, duel in read_votes(self._folder)]
        met = [duel for duel in duels if {duel.first, duel.second} & models]
        return tuple(
            Ranked(
                model=one.name,
                share=one.value,
                low=one.low,
                high=one.high,
                won=one.won,
                lost=one.lost,
            )
            for one in (strengths(met) if met else ())
        )


def rivals(sheet: Sheet) -> Sequence[Take]:
    """Return the newest answer of each model to the latest order, where several were asked."""
    if not sheet.takes:
        return ()
    wanted = sheet.takes[-1].wanted
    found = {take.model: take for take in sheet.takes if take.wanted == wanted and take.report}
    return tuple(found.values()) if len(found) > 1 else ()


def _pairs(sheet: Sheet) -> Iterator[Pair]:
    for one, other in itertools.combinations(rivals(sheet), 2):
        assert one.report is not None and other.report is not None
        assert one.report.angle == other.report.angle  # the photo says it, not the model
        for index, (a, b) in enumerate(zip(one.report.crops, other.report.crops, strict=False)):
            if a.box.iou(b.box) >= ALIKE:
                continue  # the same to the eye
            sides = (Side(one.model, a.box), Side(other.model, b.box))
            told = f"{sheet.entry.sha256}\0{index}\0{one.model}\0{other.model}\0{a.box}\0{b.box}"
            id = hashlib.sha256(told.encode()).hexdigest()[:20]
            photo, text = sheet.entry.name, one.wanted.text
            yield Pair(id, f"bench, shape {index + 1}", photo, sheet.entry.path, text, sides)
