"""Contact sheets of requests: the crop on the photo, the words, and the notes beneath."""

import json
import random
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from cropsmith.errors import CropsmithError, UsageError
from cropsmith.evals.lab.asked.measuring import Outcome
from cropsmith.tools.drawing.overlay import draw_crop
from cropsmith.tools.images.photo import Photo, open_photo
from cropsmith.tools.schema.geometry import Box

SIDE = 380
"""Pixels of a photo on the sheet."""
LINES = 9
"""Lines of words and notes beneath it."""
LINE = 17
LETTERS = 58
"""Of a line."""
COLUMNS, ROWS = 4, 3
GAP = 10
INK, NOTE = "black", "#a02000"


@dataclass(frozen=True)
class Shown:
    """One request on a sheet."""

    path: Path
    words: str
    box: Box | None
    notes: Sequence[str]


def sample_of(outcomes: Sequence[Outcome], count: int, seed: int) -> list[Shown]:
    """Return so many of the answers, as many of each group as there are, drawn by chance."""
    chance = random.Random(seed)
    groups = {one.question.group: [o for o in outcomes if o.question.group == one.question.group]
              for one in outcomes}  # fmt: skip
    drawn: list[Outcome] = []
    pools = [chance.sample(some, len(some)) for some in groups.values()]
    while len(drawn) < count and any(pools):
        drawn += [pool.pop() for pool in pools if pool]
    return [_shown(one) for one in drawn[:count]]


def _shown(outcome: Outcome) -> Shown:
    question, answer = outcome.question, outcome.answer
    unsaid = [f"never cut {kind}" for kind in question.never_cut]
    words = question.text or ", ".join([str(question.ratio), *unsaid])
    notes = [answer.error] if answer.error else answer.notes
    return Shown(question.picture.path, words, answer.box, notes)


def asked_in(file: Path, root: Path) -> list[Shown]:
    """Ask the requests of a file: a line {"photo": path below `root`, "text": words} each.

    Every shape, and every answer where several were asked for, is shown by itself.
    """
    from cropsmith import crop

    shown = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            path, text = root / row["photo"], row["text"]
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{file}, line {number}: not a photo and a text.") from error
        try:
            result = crop(path, text, trace=False)
        except CropsmithError as error:
            shown.append(Shown(path, text, None, (str(error),)))
            continue
        for framed in result.crops:
            name = f" [{framed.target.name}]" if len(result.crops) > 1 else ""
            shown.append(Shown(path, text + name, framed.box, result.notes))
            for other in framed.alternatives[: result.report.intent.alternatives - 1]:
                role = f" [{other.role or 'another'}]"
                shown.append(Shown(path, text + name + role, other.box, ()))
    return shown


def write_sheets(shown: Sequence[Shown], out: Path, name: str = "sheet") -> list[Path]:
    """Write the sheets, a dozen requests each; return their paths."""
    out.mkdir(parents=True, exist_ok=True)
    each = COLUMNS * ROWS
    written = []
    for number, start in enumerate(range(0, len(shown), each), start=1):
        written.append(out / f"{name}-{number:02}.png")
        sheet_of(shown[start : start + each], start).save(written[-1])
    return written


def sheet_of(shown: Sequence[Shown], start: int = 0) -> Image.Image:
    """Return one sheet; the requests are numbered from `start` + 1."""
    step = (SIDE + GAP, SIDE + LINES * LINE + GAP)
    rows = -(-len(shown) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * step[0] + GAP, rows * step[1] + GAP), "white")
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(13)
    for index, one in enumerate(shown):
        x = GAP + index % COLUMNS * step[0]
        y = GAP + index // COLUMNS * step[1]
        drawn = _drawn(open_photo(one.path), one.box)
        sheet.paste(drawn, (x, y))
        for line, (words, ink) in enumerate(_lines(f"{start + index + 1}. {one.words}", one.notes)):
            pen.text((x, y + drawn.height + 2 + line * LINE), words, fill=ink, font=font)
    return sheet


def _drawn(photo: Photo, box: Box | None) -> Image.Image:
    picture = Image.fromarray(photo.pixels(SIDE))
    return picture if box is None else draw_crop(picture, box)


def _lines(words: str, notes: Sequence[str]) -> Iterator[tuple[str, str]]:
    lines = [(line, INK) for line in textwrap.wrap(words, LETTERS)]
    for note in notes:
        lines += [(line, NOTE) for line in textwrap.wrap(f"- {note}", LETTERS)]
    if len(lines) > LINES:
        lines[LINES - 1] = ("...", NOTE)
    yield from lines[:LINES]
