"""A trace as one HTML file: everything of a run, to look at and to go on from."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cropsmith.agents.settings.rows import rows
from cropsmith.agents.trace.conversation import Texts
from cropsmith.agents.trace.photo import small_jpeg
from cropsmith.agents.trace.values import Trace, TraceHead
from cropsmith.agents.trace.views.account import Account, account_of
from cropsmith.agents.trace.views.document import Sheet, Studio, document
from cropsmith.agents.trace.views.steps import data_url, pictures_of, steps_of
from cropsmith.agents.trace.views.story import origin_told, price, took, when
from cropsmith.agents.trace.views.summary import finder, verdict_of
from cropsmith.agents.trace.views.why import why
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Point
from cropsmith.tools.schema.plain_text import one_line

PHOTO_SIDE = 1280
"""Long side of the photo in the page, in pixels."""

KEPT = ("trace", "approve", "taste")
"""Settings that a run which goes on has as its origin had them."""

FAINT = 0.01
"""Strength of a composition element below which it is not there."""

SHEET = Sheet(
    scripts=(
        "dom.js",
        "picture.js",
        "stage.js",
        "sections.js",
        "why.js",
        "call.js",
        "onward.js",
        "tree.js",
    ),
    styles=("page.css",),
)


def page(
    trace: Trace,
    images: ImageStore,
    *,
    children: Sequence[TraceHead] = (),
    studio: Studio | None = None,
) -> str:
    """Return the HTML of a trace; `children` are the runs that went on from it."""
    data = {**contents(trace, images), **_kin(trace, children)}
    return document(SHEET, f"{trace.head.source} · cropsmith trace", data, studio)


def contents(trace: Trace, images: ImageStore) -> Mapping[str, Any]:
    """Return what the page's script draws, as JSON-ready data."""
    account = account_of(trace)
    jpeg = small_jpeg(trace, images, PHOTO_SIDE)
    size = trace.head.size
    report = account.report
    texts = Texts()
    drawn = steps_of(trace, texts)
    return {
        "width": size.width if size else 3,
        "height": size.height if size else 2,
        "alt": f"The photo {one_line(trace.head.source)}",
        "photo": data_url(jpeg) if jpeg else None,
        "facts": _facts(trace),
        "candidates": [_candidate(candidate) for candidate in account.candidates],
        "chosen": sorted(account.chosen),
        "scorers": _scorers(account.candidates),
        "rounds": list(_rounds(account.candidates)),
        "crops": [_crop(crop.model_dump(mode="json")) for crop in (report.crops if report else ())],
        **_composition(account),
        "failures": [failure.model_dump(mode="json") for failure in account.failures],
        "notes": list(report.notes if report else account.notes),
        "why": why(trace.steps, account),
        "steps": drawn,
        "pictures": pictures_of(trace, images),
        "texts": texts.all,
    }


def _kin(trace: Trace, children: Sequence[TraceHead]) -> Mapping[str, Any]:
    """Return where the run came from, what went on from it, and how it can be gone on from."""
    kept = trace.facts.settings
    return {
        "origin": origin_told(trace.facts.origin),
        "parent": trace.head.parent,
        "children": [
            {"id": one.id, "model": one.model, "status": one.status.value} for one in children
        ],
        "settings": [
            {
                "name": row.name,
                "option": row.option.split("/")[0],
                "kind": row.kind,
                "choices": row.choices,
                "help": row.help,
                "value": trace.head.model if row.name == "model" else _shown(kept.get(row.name)),
            }
            for row in rows()
            if row.name not in KEPT
        ],
    }


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else " ".join(map(str, value)) if _listed(value) else str(value)


def _listed(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _facts(trace: Trace) -> Mapping[str, Any]:
    head = trace.head
    lines = [("begun", when(head)), ("took", took(head.seconds)), ("model", head.model)]
    if head.size:
        lines.insert(0, ("size", f"{head.size.width} × {head.size.height}"))
    if head.calls:
        failed = f", {head.failed_calls} failed" if head.failed_calls else ""
        lines.append(("calls", f"{head.calls}{failed}"))
        lines.append(("tokens", f"{head.prompt_tokens:,} + {head.completion_tokens:,}"))
        lines.append(("cost", "unknown" if head.cost is None else price(head.cost)))
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
        "verdict": verdict_of(crop),
        "role": crop.get("role", ""),
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
            {
                "box": e.box.corners,
                "label": f"{e.phrase or e.label or e.kind.value} "
                f"({finder(e.source, e.confidence)})",
            }
            for e in found
        ],
    }
