"""A trace as one HTML file that needs nothing else: no network, no server, no fonts.

All data goes in as JSON, and the page's own script makes elements of it, so that no text of others
is ever parsed as markup. A policy in the file allows exactly its own script and styles.
"""

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from cropsmith.agents.trace.photo import small_jpeg
from cropsmith.agents.trace.record import Step, StepMark
from cropsmith.agents.trace.values import Trace
from cropsmith.agents.trace.views.account import Account, account_of
from cropsmith.agents.trace.views.story import price, took, when
from cropsmith.agents.trace.views.summary import summary
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Point
from cropsmith.tools.schema.plain_text import one_line

PHOTO_SIDE = 1280
"""Long side of the photo in the page, in pixels."""

SHOWN_SIDE = 240
"""Long side of the pictures that models were shown."""

SHOWN_LIMIT = 40
"""Pictures embedded at most; the others are named by their hash."""

FAINT = 0.01
"""Strength of a composition element below which it is not there."""

_SCRIPTS = ("dom.js", "stage.js", "sections.js")


def page(trace: Trace, images: ImageStore, *, back: str = "") -> str:
    """Return the HTML of a trace; `back` is an address to go back to, in the studio."""
    style, script = _style(), _script()
    parts = {
        "policy": policy(),
        "title": html.escape(one_line(f"{trace.head.source} · cropsmith trace", 120)),
        "style": style,
        "script": script,
        "data": _embeddable({**contents(trace, images), "back": back}),
    }
    text = (_folder() / "page.html").read_text("utf-8")
    head, *rest = text.split("{{")
    # One pass over the template: what is filled in is never searched for marks again.
    return head + "".join(
        parts[name] + tail for name, _, tail in (piece.partition("}}") for piece in rest)
    )


def policy(ancestors: str = "") -> str:
    """Return the page's Content-Security-Policy: its own script and styles, data: pictures."""
    rules = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
    rules += f"style-src '{_hash(_style())}'; script-src '{_hash(_script())}'"
    # What may frame a page can only be said in a header.
    return rules + (f"; frame-ancestors {ancestors}" if ancestors else "")


def _folder() -> Traversable:
    return files("cropsmith.agents.trace.views") / "page_files"


@cache
def _style() -> str:
    return (_folder() / "page.css").read_text("utf-8")


@cache
def _script() -> str:
    return "\n".join((_folder() / name).read_text("utf-8") for name in _SCRIPTS)


def contents(trace: Trace, images: ImageStore) -> Mapping[str, Any]:
    """Return what the page's script draws, as JSON-ready data."""
    account = account_of(trace)
    jpeg = small_jpeg(trace, images, PHOTO_SIDE)
    size = trace.head.size
    report = account.report
    return {
        "width": size.width if size else 3,
        "height": size.height if size else 2,
        "alt": f"The photo {one_line(trace.head.source)}",
        "photo": _data_url(jpeg) if jpeg else None,
        "facts": _facts(trace),
        "candidates": [_candidate(candidate) for candidate in account.candidates],
        "chosen": sorted(account.chosen),
        "scorers": _scorers(account.candidates),
        "rounds": list(_rounds(account.candidates)),
        "crops": [_crop(crop.model_dump(mode="json")) for crop in (report.crops if report else ())],
        **_composition(account),
        "failures": [failure.model_dump(mode="json") for failure in account.failures],
        "notes": list(report.notes if report else account.notes),
        "steps": _steps(trace),
        "pictures": _pictures(trace, images),
    }


def _embeddable(value: Any) -> str:
    r"""Return JSON that cannot end its script element: `<` and `&` only as \u003c, \u0026."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _data_url(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def _facts(trace: Trace) -> Mapping[str, Any]:
    head = trace.head
    lines = [("begun", when(head)), ("took", took(head.seconds)), ("model", head.model)]
    if head.size:
        lines.insert(0, ("size", f"{head.size.width} × {head.size.height}"))
    if head.calls:
        failed = f", {head.failed_calls} failed" if head.failed_calls else ""
        lines.append(("calls", f"{head.calls}{failed}"))
        lines.append(("tokens", f"{head.prompt_tokens:,} + {head.completion_tokens:,}"))
    if head.cost is not None:
        lines.append(("cost", price(head.cost)))
    if head.parent:
        lines.append(("replays", head.parent))
    lines.append(("trace", head.id))
    return {
        "id": head.id,
        "source": head.source or "a photo",
        "status": head.status.value,
        "request": head.request,
        "error": head.error,
        "lines": lines,
    }


def _candidate(candidate: Candidate) -> Mapping[str, Any]:
    return {
        "id": candidate.id,
        "box": candidate.box.corners,
        "source": candidate.provenance.source,
        "sources": candidate.sources,
        "round": candidate.provenance.round,
        "detail": candidate.provenance.detail,
        "reason": candidate.reason,
        "scores": dict(candidate.scores),
        "total": candidate.total,
        "legal": candidate.legal,
        "checks": [check.model_dump() for check in candidate.checks],
    }


def _scorers(candidates: Iterable[Candidate]) -> Mapping[str, Any]:
    """Return each scorer's range over the candidates that it scored."""
    values: dict[str, list[float]] = {}
    for candidate in candidates:
        for name, value in candidate.scores.items():
            values.setdefault(name, []).append(value)
    return {name: {"low": min(v), "high": max(v)} for name, v in sorted(values.items())}


def _rounds(candidates: Sequence[Candidate]) -> Iterable[Mapping[str, Any]]:
    """Yield what each round brought: its best, and how that compares with the best before."""
    former: Candidate | None = None
    for number in sorted({candidate.provenance.round for candidate in candidates}):
        fresh = [c for c in candidates if c.provenance.round == number]
        scored = [c for c in fresh if c.total is not None and c.legal]
        best = max(scored, key=lambda c: c.total or 0.0, default=None)
        yield {
            "number": number,
            "candidates": len(fresh),
            "best": best and best.id,
            "total": best and best.total,
            "gain": (best.total or 0.0) - (former.total or 0.0) if best and former else None,
            "iou": best.box.iou(former.box) if best and former else None,
        }
        if best and (former is None or (best.total or 0.0) > (former.total or 0.0)):
            former = best


def _crop(crop: dict[str, Any]) -> Mapping[str, Any]:
    pixels, output, target = crop["pixels"], crop["output"], crop["target"]
    ratio = target["ratio"] and f"{target['ratio']['width']}:{target['ratio']['height']}"
    return {
        "name": target["name"] or ratio or "Any shape",
        "place": f"{output['width']} × {output['height']} pixels, from {pixels['left']}, "
        f"{pixels['top']} to {pixels['right']}, {pixels['bottom']}",
        "source": ", ".join((crop["source"], *crop.get("also", ()))),
        "kept": crop["kept"],
        "confidence": crop["confidence"],
        "reasons": crop["reasons"],
        # Elements that are in neither say nothing.
        "changes": [c for c in crop["changes"] if max(c["before"], c["after"]) >= FAINT],
    }


def _point(point: Point) -> Sequence[float]:
    return (point.x, point.y)


def _composition(account: Account) -> Mapping[str, Any]:
    analysis = account.analysis
    found = [*account.evidence, *(account.grounding.found if account.grounding else ())]
    if analysis:
        found += [*analysis.subjects, *analysis.distractions]
    return {
        "scene": " ".join(filter(None, (analysis.scene, analysis.remark))) if analysis else "",
        "elements": [
            {"element": e.element.value, "strength": e.strength, "remark": e.remark}
            for e in sorted(analysis.elements if analysis else (), key=lambda e: -e.strength)
        ],
        "lines": [
            {"start": _point(line.start), "end": _point(line.end), "kind": line.kind}
            for line in (analysis.lines if analysis else ())
        ],
        "found": [
            {"box": e.box.corners, "label": f"{e.phrase or e.kind.value} ({e.source})"}
            for e in found
        ],
    }


def _steps(trace: Trace) -> Sequence[Mapping[str, Any]]:
    """Return the steps with their place on the common time axis, in shares of the whole run."""
    marks: list[StepMark] = [*trace.steps, *trace.unfinished]
    if not marks:
        return []
    begin = min(mark.started for mark in marks)
    end = max(m.started + (m.seconds if isinstance(m, Step) else 0.0) for m in marks)
    span = max(end - begin, 1e-6)
    return [_step(mark, begin, span) for mark in marks]


def _step(mark: StepMark, begin: float, span: float) -> Mapping[str, Any]:
    place = {
        "node": mark.node,
        "at": mark.name.removeprefix(mark.node),
        "from": (mark.started - begin) / span,
    }
    if not isinstance(mark, Step):
        at = datetime.fromtimestamp(mark.started).strftime("%H:%M:%S")
        told = [f"Began at {at} and never ended."]
        extra: dict[str, Any] = {
            "seconds": None,
            "calls": [],
            "tools": [],
            "error": "",
            "unfinished": True,
        }
        return {**place, **extra, "share": 1 - (mark.started - begin) / span, "told": told}
    return {
        **place,
        "seconds": mark.seconds,
        "share": mark.seconds / span,
        "told": list(summary(mark)),
        "error": mark.error,
        "unfinished": False,
        "calls": [call.model_dump(mode="json") for call in mark.calls],
        "tools": [tool.model_dump(mode="json") for tool in mark.tools],
    }


def _pictures(trace: Trace, images: ImageStore) -> Mapping[str, str]:
    names = dict.fromkeys(p for step in trace.steps for call in step.calls for p in call.pictures)
    found: dict[str, str] = {}
    for name in list(names)[:SHOWN_LIMIT]:
        if (jpeg := images.thumbnail(name, SHOWN_SIDE)) is not None:
            found[name] = _data_url(jpeg)
    return found
