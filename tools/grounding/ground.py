"""Find what a request names: by text, by picture, by the person's own box, by the VLM's boxes.

Nothing found is said, with the nearest guess beside it; it never becomes the whole photo.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.finder.answer import Answer
from cropsmith.tools.grounding.apart import apart_from_subject
from cropsmith.tools.grounding.detection import Confidences, Detector, suppress
from cropsmith.tools.grounding.matches import OVERLAP, Matches, matches_of
from cropsmith.tools.grounding.offline import NANODET, ask, cannot_tell, guess, usable
from cropsmith.tools.grounding.owned_faces import with_faces
from cropsmith.tools.grounding.queries import names_people, queries_of, seen_as
from cropsmith.tools.grounding.reconcile import reconcile
from cropsmith.tools.language.positions import resolve
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box, Boxes, Point
from cropsmith.tools.schema.request import Intent, Phrase

USER = "user"
REFERENCE = "the thing in the reference picture"
"""What an image query is called in evidence and notes."""

Resolve = Callable[[Phrase, Boxes, Confidences], Sequence[int]]
"""(phrase, boxes (N, 4), scores (N,)) -> the indices that the phrase means."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Everything beside words that grounding may draw on."""

    detector: Detector | None = None
    others: Sequence[Evidence] = ()
    """Boxes of other finders, with phrase and kind: the VLM's own."""
    looked: Sequence[str] = ()
    """Other finders that looked, also those that found nothing."""
    offline: bool = False
    """Whether the finder that ships looks, too."""
    landmarks: Sequence[Phrase] = ()
    """Things that only mark an edge of the crop."""
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
    wanted += [(EvidenceKind.THING, p) for p in sources.landmarks]
    matches = _detect(view, [phrase for _, phrase in wanted], sources.detector)
    found: list[Evidence] = []
    missing: list[str] = []
    beyond: list[str] = []
    unsure: list[str] = []
    guesses: list[Evidence] = []
    said: list[str] = []
    given = intent.subject_box
    for (kind, phrase), match in zip(wanted, matches, strict=True):
        by_source = dict(_by_source(kind, phrase, match, sources))
        looked = bool(by_source)
        offline = _offline(view, phrase, sources)
        if kind is EvidenceKind.AVOID and offline.people and offline.rivals:
            # Whoever is taken for somebody else is lost: nobody goes on a guess.
            offline = Answer(alike=offline.rivals)
        notes = offline.notes
        if boxes := usable(kind, phrase, offline, heard=looked):
            if offline.face_of:
                boxes, whole = with_faces(boxes, offline.face_of, sources.evidence)
                notes = (*notes, *whole)
            by_source[NANODET] = boxes
        if given is not None and kind is EvidenceKind.SUBJECT:
            by_source[USER] = [_pointed(given, phrase.text, intent.subject_centre)]
            believed = _agreeing(by_source)
            given = None
        else:
            believed = reconcile(by_source, trust=_trust(sources), last=NANODET)
        found += believed
        own = [one.box for one in by_source.get(NANODET, ())]
        if believed and believed[0].box in own:
            said += notes
        elif not believed:
            missing.append(phrase.text)
            if offline.alike:
                said.append(cannot_tell(phrase, offline.alike))
                unsure.append(phrase.text)
            elif not looked and not offline.reached:
                beyond.append(phrase.text)
            guesses += _guesses(kind, phrase, match, sources) or guess(kind, phrase, offline)
    if given is not None:
        found.insert(0, _pointed(given, "", intent.subject_centre))
    apart = apart_from_subject(found)
    found, missing, unsure = [*apart.found], [*missing, *apart.unsure], [*unsure, *apart.unsure]
    said += apart.told
    if sources.reference is not None:
        hits, near = _by_picture(view, sources)
        found, guesses = found + hits, guesses + near
        missing += [] if hits else [REFERENCE]
    return Grounding(
        found=tuple(found),
        missing=tuple(missing),
        guesses=tuple(guesses),
        told=tuple(dict.fromkeys(said)),
        beyond=tuple(beyond),
        unsure=tuple(unsure),
    )


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


def _offline(view: View, phrase: Phrase, sources: Sources) -> Answer:
    """Return what the finder that ships answers; faces and text are the eyes'."""
    seen = seen_as(phrase) is not None
    if not sources.offline or seen:
        return Answer(reached=seen)
    return ask(view, phrase)


def _pointed(box: Box, phrase: str, centre: Point | None) -> Evidence:
    return Evidence(
        kind=EvidenceKind.SUBJECT,
        box=box,
        source=USER,
        phrase=phrase,
        confidence=1.0,
        centre=centre,
    )


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
    if (seen := _seen(kind, phrase, sources)) is not None:
        yield seen


def _seen(
    kind: EvidenceKind, phrase: Phrase, sources: Sources
) -> tuple[str, Sequence[Evidence]] | None:
    """Return what the eyes found for "the face", "their faces", "the text"."""
    wanted = seen_as(phrase)
    found = [e for e in sources.evidence if e.kind is wanted]
    if not found:
        return None
    update = {"kind": kind, "phrase": phrase.text}
    picked: Sequence[int] = range(len(found))
    # A text is all its lines, unless one is told from the others.
    if wanted is EvidenceKind.FACE or phrase.position is not None:
        boxes = np.array([e.box.corners for e in found])
        scores = np.array([e.sure for e in found])
        picked = sources.resolve(phrase, boxes, scores)
    return found[0].source, [found[i].model_copy(update=update) for i in picked]


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


def _guesses(
    kind: EvidenceKind, phrase: Phrase, match: Matches | None, sources: Sources
) -> list[Evidence]:
    """Return the nearest guess: the detector's best below its threshold, else what stands out."""
    if match is not None and sources.detector is not None and len(match.boxes):
        return [_evidence(kind, phrase, match, 0, sources.detector.name)]
    if kind is not EvidenceKind.SUBJECT:
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
