"""Where the named things, faces and text are."""

import asyncio
from dataclasses import dataclass
from typing import Any

import numpy as np
from langgraph.runtime import Runtime
from numpy.typing import NDArray

from cropsmith.agents.minds.base.mind import Locator, MindFailed
from cropsmith.agents.nodes.ask_mind import HASH, acting, open_named, view_of
from cropsmith.agents.nodes.state import CropState
from cropsmith.agents.parts.parts import Parts, RunContext
from cropsmith.errors import CropsmithError
from cropsmith.tools.grounding.detection import Detector
from cropsmith.tools.grounding.ground import Sources, ground
from cropsmith.tools.grounding.queries import asks_for_faces, names_people
from cropsmith.tools.grounding.telling import told
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, Grounding
from cropsmith.tools.schema.request import Intent, NeverCut
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


def without_words(view: View, intent: Intent) -> tuple[Evidence, ...]:
    """Return faces, text and saliency: what the built-in eyes find without being told."""
    sight = view.sight
    found: list[Evidence] = []
    named = (*intent.subjects, *intent.avoid)
    wants_faces = any(asks_for_faces(p) or names_people(p) for p in named)
    # Faces and text cost more than the rest of the eyes together: only where they decide.
    if wants_faces or intent.copy_space or {NeverCut.FACES, NeverCut.PEOPLE} & {*intent.never_cut}:
        found += sight.faces
    if intent.copy_space or NeverCut.TEXT in intent.never_cut:
        found += sight.text
    if sight.salient is not None:
        found.append(sight.salient)
    return tuple(found)


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
    mind = acting(parts.mind)
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
    evidence = await asyncio.to_thread(without_words, view, intent)
    named = bool(intent.subjects or intent.avoid or intent.subject_image)
    if not named and intent.subject_box is None:
        return {"grounding": Grounding(), "evidence": evidence, "failures": (), "notes": ()}
    able = await finders(parts, view, intent) if named else Finders(None)
    sources = Sources(
        detector=able.detector,
        others=able.told,
        looked=able.looked,
        evidence=evidence,
        reference=await reference_of(parts, intent),
    )
    found = await asyncio.to_thread(ground, view, intent, sources)
    can_look = able.detector is not None or bool(able.looked)
    return {
        "grounding": found,
        "evidence": evidence,
        "failures": able.failures,
        "notes": told(intent, found, can_look),
    }
