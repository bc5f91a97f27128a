"""Find what a request names: by text, by picture, by the person's own box, by the VLM's boxes.

Nothing found is said, with the nearest guess beside it; it never becomes the whole photo.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.grounding.detection import Confidences, Detections, Detector, suppress
from cropsmith.tools.grounding.queries import (
    Queries,
    asks_for_faces,
    names_people,
    queries_of,
)
from cropsmith.tools.grounding.reconcile import reconcile
from cropsmith.tools.language.positions import resolve
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box, Boxes
from cropsmith.tools.schema.request import Intent, Phrase

USER = "user"
OVERLAP = 0.5
"""IoU above which two boxes are taken for the same thing."""

RELATIVE = 0.3
"""Share of the best match's score that others need to count as found."""

MOST = 30
"""Matches of one phrase that are looked at, best first."""

REFERENCE = "the thing in the reference picture"
"""What an image query is called in evidence and notes."""

Resolve = Callable[[Phrase, Boxes, Confidences], Sequence[int]]
"""(phrase, boxes (N, 4), scores (N,)) -> the indices that the phrase means."""


@dataclass(frozen=True)
class Matches:
    """What a detector has for one phrase, best first, without duplicates."""

    boxes: Boxes
    scores: Confidences
    """The better of full text and keyword: what is compared with the threshold."""
    ranks: Confidences
    """The mean of both: what chooses among several."""
    found: int
    """How many count as found: the first `found`."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Everything beside words that grounding may draw on."""

    detector: Detector | None = None
    others: Sequence[Evidence] = ()
    """Boxes of other finders, with phrase and kind: the VLM's own."""
    looked: Sequence[str] = ()
    """Other finders that looked, also those that found nothing."""
    evidence: Sequence[Evidence] = ()
    """Faces, text, saliency: found without words."""
    reference: NDArray[np.uint8] | None = None
    """The picture of an image query, upright RGB (H, W, 3)."""
    resolve: Resolve = resolve
    """Counts and positions: which of the boxes a phrase means."""


def ground(view: View, intent: Intent, sources: Sources) -> Grounding:
    """Return what was found for every subject and exclusion of the intent, and what was not."""
    wanted = [(EvidenceKind.SUBJECT, p) for p in intent.subjects]
    wanted += [(EvidenceKind.AVOID, p) for p in intent.avoid]
    matches = _detect(view, [phrase for _, phrase in wanted], sources.detector)
    found: list[Evidence] = []
    missing: list[str] = []
    guesses: list[Evidence] = []
    given = intent.subject_box
    for (kind, phrase), match in zip(wanted, matches, strict=True):
        by_source = dict(_by_source(kind, phrase, match, sources))
        if given is not None and kind is EvidenceKind.SUBJECT:
            by_source[USER] = [_pointed(given, phrase.text)]
            believed = _agreeing(by_source)
            given = None
        else:
            believed = reconcile(by_source, trust=_trust(sources))
        if believed:
            found += believed
        else:
            missing.append(phrase.text)
            guesses += _guesses(kind, phrase, match, sources)
    if given is not None:
        found.insert(0, _pointed(given, ""))
    if sources.reference is not None:
        hits, near = _by_picture(view, sources)
        found, guesses = found + hits, guesses + near
        missing += [] if hits else [REFERENCE]
    return Grounding(found=tuple(found), missing=tuple(missing), guesses=tuple(guesses))


def ground_batch(
    views: Sequence[View], intents: Sequence[Intent], sources: Sources
) -> list[Grounding]:
    """Ground many photos: the detector looks at all of them in one batch, then each is resolved."""
    queries = [
        [q for phrase in (*i.subjects, *i.avoid) for q in queries_of(phrase).all] for i in intents
    ]
    if sources.detector is not None:
        sources.detector.by_text(views, queries)  # its memory of the photos serves what follows
    return [ground(view, intent, sources) for view, intent in zip(views, intents, strict=True)]


def _pointed(box: Box, phrase: str) -> Evidence:
    return Evidence(kind=EvidenceKind.SUBJECT, box=box, source=USER, phrase=phrase, confidence=1.0)


def _agreeing(by_source: dict[str, Sequence[Evidence]]) -> tuple[Evidence, ...]:
    """Return the person's own box with its agreement: a person is believed, whoever disagrees."""
    own = {USER: by_source[USER]}
    rest = {name: found for name, found in by_source.items() if name != USER and found}
    scored = [reconcile({**own, name: found}, trust=[USER])[0] for name, found in rest.items()]
    if not scored:
        return tuple(own[USER])
    agreement = float(np.mean([e.agreement for e in scored]))
    return (by_source[USER][0].model_copy(update={"agreement": agreement}),)


def _trust(sources: Sources) -> Sequence[str]:
    return [sources.detector.name] if sources.detector is not None else []


def _by_source(
    kind: EvidenceKind, phrase: Phrase, match: Matches | None, sources: Sources
) -> Iterable[tuple[str, Sequence[Evidence]]]:
    """Yield each finder that looked for the phrase, with what it found."""
    if match is not None and sources.detector is not None:
        picked = sources.resolve(phrase, match.boxes[: match.found], match.ranks[: match.found])
        yield (
            sources.detector.name,
            [_evidence(kind, phrase, match, i, sources.detector.name) for i in picked],
        )
    looked = dict.fromkeys([*sources.looked, *(e.source for e in sources.others)])
    for name in looked:
        yield (
            name,
            [
                e
                for e in sources.others
                if e.source == name and e.kind is kind and e.phrase in (phrase.text, phrase.head)
            ],
        )
    if (faces := _faces(kind, phrase, sources)) is not None:
        yield faces


def _faces(
    kind: EvidenceKind, phrase: Phrase, sources: Sources
) -> tuple[str, Sequence[Evidence]] | None:
    """Return the face finder's boxes for "the face", "his face", "their faces"."""
    faces = [e for e in sources.evidence if e.kind is EvidenceKind.FACE]
    if not faces or not asks_for_faces(phrase):
        return None
    boxes = np.array([e.box.corners for e in faces])
    scores = np.array([1.0 if e.confidence is None else e.confidence for e in faces])
    picked = sources.resolve(phrase, boxes, scores)
    update = {"kind": kind, "phrase": phrase.text}
    return faces[0].source, [faces[i].model_copy(update=update) for i in picked]


def _evidence(
    kind: EvidenceKind, phrase: Phrase, match: Matches, index: int, source: str
) -> Evidence:
    return Evidence(
        kind=kind,
        box=Box.of(match.boxes[index]),
        source=source,
        phrase=phrase.text,
        confidence=float(match.scores[index]),
    )


def _detect(
    view: View, phrases: Sequence[Phrase], detector: Detector | None
) -> list[Matches | None]:
    """Look for all phrases at once: every query of every phrase in one pass over the photo."""
    if detector is None or not phrases:
        return [None] * len(phrases)
    queries = [queries_of(phrase) for phrase in phrases]
    texts = list(dict.fromkeys(text for q in queries for text in q.all))
    detections = detector.by_text([view], [texts])[0]
    column = {text: i for i, text in enumerate(texts)}
    return [matches_of(q, detections, column, detector.threshold) for q in queries]


def matches_of(
    queries: Queries, detections: Detections, column: dict[str, int], threshold: float
) -> Matches:
    """Return the things that answer a phrase, each united with what it carries (ClipCrop).

    Full text and head keyword are held against the same boxes; a box counts with the better of
    the two, is ranked by their mean, and is united with the best box of each carried attribute
    ("woman with the red umbrella") that touches it.
    """
    full, head = (detections.scores[:, column[text]] for text in (queries.full, queries.head))
    strength, rank = np.maximum(full, head), (full + head) / 2
    # A weak match beside a strong one is rarely a second thing, and could be the leftmost.
    enough = strength >= max(threshold, RELATIVE * float(strength.max(initial=0.0)))
    # What was found comes first, then the guesses; each by its mean score.
    order = suppress(detections.boxes, rank + enough, OVERLAP)[:MOST]
    boxes = detections.boxes[order].copy()
    for text in queries.carried:
        scores = detections.scores[:, column[text]]
        strong = np.flatnonzero(scores >= threshold)
        parts = detections.boxes[strong[np.argsort(-scores[strong], kind="stable")]]
        for i, box in enumerate(boxes):
            touching = np.flatnonzero(
                (np.minimum(parts[:, 2:], box[2:]) > np.maximum(parts[:, :2], box[:2])).all(axis=1)
            )
            if len(touching):
                part = parts[touching[0]]
                boxes[i, :2] = np.minimum(box[:2], part[:2])
                boxes[i, 2:] = np.maximum(box[2:], part[2:])
    return Matches(boxes, strength[order], rank[order], found=int(enough[order].sum()))


def _guesses(
    kind: EvidenceKind, phrase: Phrase, match: Matches | None, sources: Sources
) -> list[Evidence]:
    """Return the nearest guess: the detector's best below its threshold, else what stands out."""
    if match is not None and sources.detector is not None and len(match.boxes):
        return [_evidence(kind, phrase, match, 0, sources.detector.name)]
    if kind is EvidenceKind.AVOID:
        return []
    near = [EvidenceKind.FACE] if names_people(phrase) else []
    for wanted in (*near, EvidenceKind.SALIENT):
        if found := [e for e in sources.evidence if e.kind is wanted][:1]:
            # The finder was sure of a face, not of this being the thing that was named.
            update = {"kind": kind, "phrase": phrase.text, "confidence": None}
            return [found[0].model_copy(update=update)]
    return []


def _by_picture(view: View, sources: Sources) -> tuple[list[Evidence], list[Evidence]]:
    """Return what looks like the reference picture, or else the nearest guess."""
    if sources.detector is None or sources.reference is None:
        return [], []
    detections = sources.detector.by_picture(view, sources.reference)
    scores = detections.scores[:, 0]
    kept = suppress(detections.boxes, scores, OVERLAP)[:1]
    hits = [
        Evidence(
            kind=EvidenceKind.SUBJECT,
            box=Box.of(detections.boxes[i]),
            source=sources.detector.name,
            phrase=REFERENCE,
            confidence=float(scores[i]),
        )
        for i in kept
    ]
    sure = bool(len(kept)) and scores[kept[0]] >= sources.detector.threshold
    return (hits, []) if sure else ([], hits)
