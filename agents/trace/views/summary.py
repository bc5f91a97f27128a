"""One step in a few plain sentences: for the terminal, the page and the studio alike.

Reads the JSON of outputs as it was kept, so that a trace of another version still has a story.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cropsmith.agents.trace.record import Step
from cropsmith.tools.schema.level import said

Sentences = Sequence[str]


def summary(step: Step) -> Sentences:
    """Return what the step did, as the trace holds it (outputs as JSON); unescaped."""
    outputs = step.outputs if isinstance(step.outputs, Mapping) else {}
    told: list[str] = []
    for key, tell in _TELLERS.items():
        if outputs.get(key):
            told += tell(outputs[key])
    told += step.notes
    return told


def _image(value: Any) -> Sentences:
    size = value["size"]
    turned = f", turned {said(value['angle'])}" if value.get("angle") else ""
    return [f"Opened the photo{turned}, {size['width']} x {size['height']} pixels."]


def _intent(value: Any) -> Sentences:
    return [value.get("read_back") or f"Understood the task: {value['task']}."]


def _analysis(value: Any) -> Sentences:
    found = sorted(value.get("elements", ()), key=lambda e: -e["strength"])
    words = ", ".join(f"{e['element']} {e['strength']:.2f}" for e in found[:4])
    told = [f"{text}" for text in (value.get("scene"), value.get("remark")) if text]
    return [*told, *([f"Composition: {words}."] if words else [])]


def _grounding(value: Any) -> Sentences:
    # A box that was given with the request has no phrase.
    told = [
        f"Found “{e.get('phrase') or e['kind']}” ({finder(e['source'], e.get('confidence'))})."
        for e in value.get("found", ())
    ]
    return [*told, *(f"Did not find “{phrase}”." for phrase in value.get("missing", ()))]


def finder(source: str, chance: float | None) -> str:
    """Return who found something, and how likely it is there, where that is known."""
    return source if chance is None else f"{source}, {chance:.0%}"


def _evidence(value: Any) -> Sentences:
    kinds = Counter(e["kind"] for e in value)
    return ["Noticed " + ", ".join(f"{n} x {kind}" for kind, n in kinds.items()) + "."]


def _examples(value: Any) -> Sentences:
    nearest = max(e["similarity"] for e in value)
    many = counted(len(value), "expert-cropped photo")
    return [f"Retrieved {many}, the nearest at {nearest:.2f}."]


def _candidates(value: Any) -> Sentences:
    scored = [c for c in value if c.get("total") is not None]
    if not scored:
        sources = Counter(p["source"] for c in value for p in (c["provenance"], *c.get("also", ())))
        words = ", ".join(f"{n} from {source}" for source, n in sources.most_common())
        return [f"{counted(len(value), 'candidate')}: {words}."]
    best = max(scored, key=lambda c: c["total"])
    illegal = sum(not all(k["ok"] for k in c.get("checks", ())) for c in scored)
    many = counted(len(scored), "candidate")
    told = [f"Scored {many}; the best is {best['id']} at {best['total']:.3f}."]
    broken = "It breaks" if len(scored) == 1 else f"{illegal} of them break"
    return told + ([f"{broken} a hard constraint."] if illegal else [])


def counted(number: int, thing: str) -> str:
    """Return a number of things: "1 candidate", "12 candidates"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _round(value: Any) -> Sentences:
    return [f"Another round: number {value}."]


def _decisions(value: Any) -> Sentences:
    told = []
    for decision in value:
        sure = decision.get("confidence")
        chosen = _VERDICTS[verdict_of(decision)].format(decision["chosen"])
        told.append(chosen + ".")
        told += decision["reasons"]
        if sure is not None:
            told.append(ODDS.format(sure))
    return told


def verdict_of(answer: Mapping[str, Any]) -> str:
    """Return the verdict of a decision or an answer; version 0.1 told only whether it kept."""
    return str(answer.get("verdict") or ("keep" if answer.get("kept") else "crop"))


ODDS = "{:.0%} that an expert's crop lies nearer to the crop that was proposed than to the photo."

_VERDICTS = {
    "crop": "Chose {}",
    "keep": "Kept the original",
    "reject": "No crop answers the request; {} is nearest",
}


def _report(value: Any) -> Sentences:
    told = []
    for crop in value["crops"]:
        p, out = crop["pixels"], crop["output"]
        place = f"left {p['left']}, top {p['top']}, right {p['right']}, bottom {p['bottom']}"
        told.append(f"{out['width']} x {out['height']} pixels: {place}.")
    return told


def _failures(value: Any) -> Sentences:
    return [f"{f['source']} failed ({f['status']}): {f['message']}" for f in value]


_TELLERS: Mapping[str, Callable[[Any], Sentences]] = {
    "image": _image,
    "intent": _intent,
    "analysis": _analysis,
    "grounding": _grounding,
    "evidence": _evidence,
    "examples": _examples,
    "candidates": _candidates,
    "round": _round,
    "decisions": _decisions,
    "notes": list,
    "report": _report,
    "failures": _failures,
}
