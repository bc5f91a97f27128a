"""The per-photo viewer's data: every system's crop on every photo, small enough for one page."""

import base64
import heapq
import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from cropsmith.errors import CropsmithError, UsageError
from cropsmith.evals.measures import label_kind, values_of
from cropsmith.evals.report.results import Table
from cropsmith.evals.report.samples import finished
from cropsmith.evals.study.plan import Part, Plan, Planned
from cropsmith.evals.study.store import Sample
from cropsmith.evals.trial import Answer, Mode
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

Photos = Literal["none", "link", "thumbnails"]
"""What the viewer shows under the crops: a bare frame, the file where it lies, a small copy."""

BYTES = 4_400_000
"""The data of all viewers together, so that a page of 1,000 photos stays under 5 MB."""
REASON = 160
"""Characters kept of what a system said."""
SIDES = (144, 112, 80, 56)
"""Long sides of thumbnails in pixels, the largest that fits is taken."""
GRID = 1000
"""Boxes are whole thousandths of the side: finer than a screen shows."""


@dataclass(frozen=True)
class View:
    """One part's viewer: JSON for the page, and what had to be left out to keep it small."""

    title: str
    data: str
    photos: int
    shown: int
    remark: str = ""


@dataclass(frozen=True)
class Look:
    """How the viewer shows photos and traces."""

    beside: Path
    """The folder that the page lies in; links to photos are relative to it."""
    photos: Photos = "none"
    traces: str = ""
    """Address of a trace with {} for its name; empty shows the command that opens it."""


def view_of(plan: Plan, table: Table, look: Look, budget: int = BYTES) -> View:
    """Return the viewer's data for a generate-mode table, at most `budget` bytes of it.

    UsageError for thumbnails of a dataset whose study file does not say that they are allowed.
    """
    part, photos = table.part, look.photos
    if photos == "thumbnails" and not part.spec.thumbnails:
        raise UsageError(
            f"Small copies of {part.spec.title} may not be shown in a report.",
            hint="If the photos' licence lets you, say thumbnails = true for the dataset.",
        )
    entries, count = _entries(plan, table, budget)
    head = {
        "systems": [row.name for row in table.rows],
        "shown": _first_shown(table),
        "traces": look.traces,
    }
    remark, pictures = "", {}
    if photos == "thumbnails":
        room = budget - len(_json(entries, head, {}))
        wanted = {entry["p"] for entry in entries}
        pictures = _thumbnails([p for p in part.photos if p.name in wanted], room)
        if len(pictures) < len(part.photos):
            remark = "Small copies of some photos were left out to keep the page small."
    elif photos == "link":
        pictures = {p.name: _link(p, look.beside) for p in part.photos}
    shown = len(entries)
    text = _json(entries, head, pictures)
    while len(text.encode()) > budget and shown > 1:
        shown = max(1, int(shown * 0.95 * budget / len(text.encode())))
        text = _json(entries[:shown], head, pictures)
    if shown < count:
        remark = f"{shown:,} of {count:,} photos are shown, to keep the page small."
    return View(part.title, text, count, shown, remark)


def _first_shown(table: Table) -> list[int]:
    """Return the systems that are shown at first: the real ones, and the best trivial row."""
    kinds = [row.kind for row in table.rows]
    systems = [index for index, kind in enumerate(kinds) if kind == "system"][:6]
    return [*systems, *([kinds.index("trivial")] if "trivial" in kinds else [])]


def _entries(plan: Plan, table: Table, budget: int) -> tuple[list[dict[str, Any]], int]:
    """Return one entry per photo (and seed), those first on which the systems differ most.

    Only so many as `budget` bytes of JSON may hold are kept while all are read; and how many there
    were.
    """
    kept: list[tuple[float, int, int, dict[str, Any]]] = []
    count = size = 0
    for count, (disagreement, entry) in enumerate(_read(plan, table), start=1):
        length = len(json.dumps(entry, separators=(",", ":"), ensure_ascii=False))
        heapq.heappush(kept, (disagreement, -count, length, entry))
        size += length
        while size > budget and len(kept) > 1:
            size -= heapq.heappop(kept)[2]
    return [entry for *_, entry in sorted(kept, key=lambda one: (-one[0], -one[1]))], count


def _read(plan: Plan, table: Table) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield each photo's entry with how much the systems differ on it, as samples come."""
    part = table.part
    kind = label_kind(part.photos, part.protocol)
    order = {row.name: index for index, row in enumerate(table.rows)}
    key = table.primary.key if table.primary else ""
    for _, samples in groupby(finished(plan, part), _photo_and_seed):
        entry: dict[str, Any] = {}
        values = []
        for planned, sample in samples:
            photo = planned.photo
            entry = entry or _about(planned, several=len(plan.study.seeds) > 1)
            if sample is not None:
                found = values_of(photo, part.protocol, sample.answer, kind)
                value = found[key].value if key in found else None
                entry["a"].append(_answer(order[planned.arm.name], sample, value))
                values += [] if value is None else [value]
        yield (max(values) - min(values) if values else 0.0), entry


def _photo_and_seed(pair: tuple[Planned, Sample | None]) -> tuple[str, int]:
    planned, _ = pair
    return planned.photo.name, planned.trial.seed


def _about(planned: Planned, *, several: bool) -> dict[str, Any]:
    photo = planned.photo
    return {
        "n": f"{photo.name}, seed {planned.trial.seed}" if several else photo.name,
        "p": photo.name,
        "s": [photo.size.width, photo.size.height] if photo.size else [3, 2],
        "t": _truth(photo),
        "x": photo.text,
        "r": str(planned.trial.ratio or ""),
        "a": [],
    }


def _answer(index: int, sample: Sample, value: float | None) -> list[Any]:
    """Return [system, value, box or status, reason, trace], without what is empty at the end."""
    answer = sample.answer
    told = " ".join(answer.reasons) or answer.message
    row: list[Any] = [
        index,
        None if value is None else round(value, 3),
        _corners(answer.box) if answer.box else _said(answer),
        told if len(told) <= REASON else told[: REASON - 1] + "…",
        answer.trace_id or "",
    ]
    while row[-1] in ("", None) and len(row) > 3:
        row.pop()
    return row


def _said(answer: Answer) -> str:
    return "rejected" if answer.rejected else answer.status.value


def _corners(box: Box) -> list[int]:
    return [round(GRID * v) for v in box.corners]


def _truth(photo: LabelledPhoto) -> list[list[int]]:
    """Return the people's crops: all where they only cropped, the best where they rated."""
    scored = photo.crops and photo.crops[0].score is not None
    return [_corners(crop.box) for crop in photo.crops[: 1 if scored else 12]]


def _json(entries: Sequence[dict[str, Any]], head: dict[str, Any], pictures: dict[str, str]) -> str:
    shown = [{**e, "i": pictures[e["p"]]} if e["p"] in pictures else e for e in entries]
    lean = [{k: v for k, v in entry.items() if v not in ("", [])} for entry in shown]
    text = json.dumps(
        {**head, "photos": lean},
        separators=(",", ":"),
        ensure_ascii=False,
    )
    # Text of models and study files stands in a script element.
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _thumbnails(photos: Sequence[LabelledPhoto], room: int) -> dict[str, str]:
    """Return photo -> data URL, at the largest size at which a sample says that all will fit."""
    present = [p for p in photos if Path(p.path).is_file()]
    if not present or room <= 0:
        return {}
    probe = present[:: max(1, len(present) // 12)][:12]
    for side in SIDES:
        mean = sum(len(_thumbnail(p, side)) for p in probe) / len(probe)
        if mean * len(present) <= 0.9 * room or side == SIDES[-1]:
            break
    found, used = {}, 0
    for photo in present:
        text = _thumbnail(photo, side)
        if used + len(text) > room:
            break
        found[photo.name] = text
        used += len(text)
    return found


def _thumbnail(photo: LabelledPhoto, side: int) -> str:
    from PIL import Image

    from cropsmith.tools.images.photo import open_photo

    try:
        pixels = open_photo(photo.path).pixels(side)
    except CropsmithError:
        # An unreadable photo is already an error of its samples; here it is a bare frame.
        return ""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=45, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


def _link(photo: LabelledPhoto, beside: Path) -> str:
    from urllib.parse import quote

    return quote(Path(os.path.relpath(photo.path, beside)).as_posix())


def viewable(table: Table) -> bool:
    """Tell whether a table's answers are crops."""
    return table.part.protocol.mode is Mode.GENERATE


def of_part(part: Part) -> str:
    """Return a name for links to a part."""
    return f"part-{part.index}"
