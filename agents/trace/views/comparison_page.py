"""A comparison of runs as one HTML file, made as the page of a trace is."""

from collections.abc import Mapping, Sequence
from typing import Any

from cropsmith.agents.trace.photo import small_jpeg
from cropsmith.agents.trace.values import Trace
from cropsmith.agents.trace.views.compared import calls_told, verdict_told
from cropsmith.agents.trace.views.comparison import Answer, Comparison, Shape, Side
from cropsmith.agents.trace.views.document import Sheet, Studio, document
from cropsmith.agents.trace.views.parting import Difference, Part, Parting
from cropsmith.agents.trace.views.steps import data_url
from cropsmith.agents.trace.views.story import price, took, when
from cropsmith.agents.trace.views.summary import counted
from cropsmith.agents.trace.views.words import changed_words
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.schema.plain_text import one_line

SHEET = Sheet(scripts=("dom.js", "picture.js", "compare.js"), styles=("page.css", "compare.css"))
PHOTO_SIDE = 1280
"""Long side of the photo in the page, in pixels."""

CANDIDATES = 60
"""Candidates that differ, of which a page shows so many."""


def comparison_page(
    comparison: Comparison,
    traces: Sequence[Trace],
    images: ImageStore,
    *,
    studio: Studio | None = None,
) -> str:
    """Return the HTML of a comparison of these traces."""
    source = traces[0].head.source
    data = contents(comparison, traces, images)
    return document(SHEET, f"{counted(len(traces), 'run')} of {source} · cropsmith", data, studio)


def contents(
    comparison: Comparison, traces: Sequence[Trace], images: ImageStore
) -> Mapping[str, Any]:
    """Return what the page's script draws, as JSON-ready data."""
    jpegs = (small_jpeg(trace, images, PHOTO_SIDE) for trace in traces)
    jpeg = next((one for one in jpegs if one), None)
    size = next((trace.head.size for trace in traces if trace.head.size), None)
    return {
        "width": size.width if size else 3,
        "height": size.height if size else 2,
        "alt": f"The photo {one_line(traces[0].head.source)}",
        "photo": data_url(jpeg) if jpeg else None,
        "source": traces[0].head.source or "a photo",
        "request": _shared([side.head.request for side in comparison.sides]),
        "sides": [_side(side) for side in comparison.sides],
        "shapes": [_shape(shape) for shape in comparison.shapes],
        "partings": [_parting(one) for one in comparison.partings],
    }


def _shared(texts: Sequence[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else ""


def _side(side: Side) -> Mapping[str, Any]:
    head = side.head
    return {
        "letter": side.letter,
        "id": head.id,
        "model": head.model,
        "request": head.request,
        "status": head.status.value,
        "error": head.error,
        "cost": price(head.cost) if head.calls else "–",
        "took": took(head.seconds),
        "calls": calls_told(head).replace("-", "–"),
        "tokens": f"{head.prompt_tokens:,} + {head.completion_tokens:,}" if head.calls else "–",
        "begun": when(head),
        "origin": side.origin,
        "settings": side.settings,
        "failures": side.failures,
        "notes": side.notes,
    }


def _shape(shape: Shape) -> Mapping[str, Any]:
    return {
        "name": shape.name,
        "answers": [_answer(answer) for answer in shape.answers],
        "overlap": shape.overlap,
    }


def _answer(answer: Answer | None) -> Mapping[str, Any]:
    if answer is None:
        return {"box": None}
    return {
        "box": answer.box.corners,
        "verdict": verdict_told(answer),
        "pixels": f"{answer.output.width} × {answer.output.height}",
        "sources": ", ".join(answer.sources),
        "reasons": answer.reasons,
    }


def _parting(found: Parting) -> Mapping[str, Any]:
    candidates = [one for one in found.differences if one.part is Part.CANDIDATE]
    # Crops are drawn, requests and models stand in the table.
    drawn = (Part.CANDIDATE, Part.CROP, Part.REQUEST, Part.MODEL)
    return {
        "at": found.at,
        "same": found.same,
        "differences": [_difference(one) for one in found.differences if one.part not in drawn],
        "candidates": len(candidates),
        "shown": [[one.place, one.before, one.after, one.iou] for one in candidates[:CANDIDATES]],
    }


def _difference(found: Difference) -> Mapping[str, Any]:
    texts = found.part in (Part.PROMPT, Part.REPLY)
    step, _, rest = found.place.partition(", ")
    return {
        "part": found.part.value,
        "step": step,
        "place": rest,
        "spans": [[span.kind.value, span.text] for span in changed_words(found.before, found.after)]
        if texts
        else [],
        "changes": [[one.path, one.before, one.after] for one in found.changes]
        or ([] if texts else [["", found.before, found.after]]),
    }
