"""Where the named things, faces and text are."""

import asyncio
from dataclasses import dataclass
from typing import Any

import numpy as np
from langgraph.runtime import Runtime
from numpy.typing import NDArray

from cropsmith.agents.minds.base.mind import Locator, MindFailed
from cropsmith.agents.nodes.ask_mind import HASH, open_named, view_of
from cropsmith.agents.nodes.state import CropState
from cropsmith.agents.parts.parts import Parts, RunContext
from cropsmith.errors import CropsmithError
from cropsmith.tools.grounding.detection import Detector
from cropsmith.tools.grounding.faces_to_keep import faces_to_keep
from cropsmith.tools.grounding.ground import Sources, ground
from cropsmith.tools.grounding.offline import bystanders
from cropsmith.tools.grounding.own_subject import own_notes, with_own_subject
from cropsmith.tools.grounding.queries import names_people, seen_as
from cropsmith.tools.grounding.stand_ins import stand_ins
from cropsmith.tools.grounding.telling import told
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.request import Intent, NeverCut, Phrase, Tightness
from cropsmith.tools.schema.result import Failure

REFERENCE_SIDE = 960
"""Pixels of a reference picture that a detector looks at."""


@dataclass(frozen=True)
class Finders:
    """Who can look for words, what they said, and what kept others from it."""

    detector: Detector | None
    told: tuple[Evidence, ...] = ()
    looked: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


def without_words(view: View, intent: Intent, *, offline: bool = True) -> tuple[Evidence, ...]:
    """Return faces, text and saliency: what the built-in eyes find without being told."""
    sight = view.sight
    found: list[Evidence] = []
    named = (*intent.subjects, *intent.avoid)
    seen = {seen_as(phrase) for phrase in named}
    wants_faces = EvidenceKind.FACE in seen or any(names_people(p) for p in named)
    # Faces and text cost more than the rest of the eyes together: only where they decide.
    if NeverCut.FACES in intent.never_cut:
        found += faces_to_keep(view, offline=offline)
    elif wants_faces or about_people(intent) or intent.copy_space:
        found += sight.faces
    wants_text = EvidenceKind.TEXT in seen or NeverCut.TEXT in intent.never_cut
    if intent.copy_space or wants_text:
        found += sight.text
    if sight.salient is not None:
        found.append(sight.salient)
    return tuple(found)


def about_people(intent: Intent) -> bool:
    """Tell whether the request speaks of people without naming them: a genre, headroom."""
    wished = intent.placement
    return bool(
        intent.shot
        or wished.headroom
        or wished.looking_room
        or {NeverCut.FACES, NeverCut.PEOPLE} & {*intent.never_cut}
    )


def is_small(intent: Intent) -> bool:
    """Tell whether what the photo is about, unnamed, is to have much room round it."""
    return intent.tightness is Tightness.LOOSE


def landmarks(intent: Intent) -> tuple[Phrase, ...]:
    """Return what only marks an edge of the crop, and is neither subject nor to be left out."""
    named = {phrase.text for phrase in (*intent.subjects, *intent.avoid)}
    return tuple(phrase for phrase in intent.landmarks if phrase.text not in named)


async def finders(parts: Parts, view: View, intent: Intent) -> Finders:
    """Gather who can look: the detector, and a mind that can point. Failures are recorded."""
    failures: list[Failure] = []
    detector = None
    try:
        detector = await asyncio.to_thread(lambda: parts.detector)
    except CropsmithError as error:
        if parts.settings.strict:
            raise
        name = parts.settings.detector or "detector"
        failures.append(
            Failure(node="grounding", source=name, status="error", message=error.message)
        )
    mind = parts.mind
    if not isinstance(mind, Locator) or not (intent.subjects or intent.avoid):
        return Finders(detector, failures=tuple(failures))
    if parts.settings.effort == "quick":  # one call, which is the proposal
        return Finders(detector, failures=tuple(failures))
    try:
        boxes = await mind.locate(view, intent)
    except MindFailed as failed:
        if parts.settings.strict:
            raise
        failures.append(
            Failure(
                node="grounding", source=failed.source, status=failed.status, message=str(failed)
            )
        )
        return Finders(detector, failures=tuple(failures))
    return Finders(detector, tuple(boxes), (mind.name,), tuple(failures))


async def reference_of(parts: Parts, intent: Intent) -> NDArray[np.uint8] | None:
    """Return the reference picture of an image query."""
    if intent.subject_image is None:
        return None
    shown = await asyncio.to_thread(open_named, parts, f"{HASH}{intent.subject_image}")
    return await asyncio.to_thread(shown.pixels, REFERENCE_SIDE)


async def grounding(state: CropState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Find what the request names; say what was not found, and what could not be looked for."""
    parts, intent = runtime.context.parts, state["intent"]
    view = await view_of(state, parts)
    marks = landmarks(intent)
    named = bool(intent.subjects or intent.avoid or intent.subject_image or marks)
    offline = parts.finds_offline
    evidence = await asyncio.to_thread(without_words, view, intent, offline=offline)
    if not named and intent.subject_box is None:
        if offline and (about_people(intent) or intent.copy_space or is_small(intent)):
            evidence += await asyncio.to_thread(bystanders, view, ())
        own = await asyncio.to_thread(with_own_subject, Grounding(), view)
        notes = own_notes(view, own)
        return {"grounding": own, "evidence": evidence, "failures": (), "notes": notes}
    able = await finders(parts, view, intent) if named else Finders(None)
    sources = Sources(
        detector=able.detector,
        others=able.told,
        looked=able.looked,
        evidence=evidence,
        reference=await reference_of(parts, intent),
        offline=offline,
        landmarks=marks,
    )
    named_ones = await asyncio.to_thread(ground, view, intent, sources)
    found = await asyncio.to_thread(with_own_subject, named_ones, view)
    if offline:
        evidence += await asyncio.to_thread(bystanders, view, found.found)
    # What the file shows by itself stands in better than what stands out.
    standing = stand_ins(intent, found, evidence) if found is named_ones else ()
    can_look = able.detector is not None or bool(able.looked) or offline
    return {
        "grounding": found.model_copy(update={"found": (*found.found, *standing)}),
        "evidence": evidence,
        "failures": able.failures,
        "notes": (*told(intent, found, can_look, standing), *own_notes(view, found)),
    }
