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
from cropsmith.agents.parts.context import Context
from cropsmith.errors import CropsmithError
from cropsmith.tools.grounding.detection import Detector
from cropsmith.tools.grounding.ground import Sources, ground
from cropsmith.tools.grounding.queries import asks_for_faces, names_people
from cropsmith.tools.grounding.telling import told
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence
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


def detector_of(context: Context) -> Detector | None:
    """Return the detector that the settings name, or one whose weights are at hand.

    Raises MissingExtra or WeightsMissing for one that is named and cannot be had.
    """
    from cropsmith.settings import setting
    from cropsmith.tools.grounding.owl import detector_at_hand, load_owl

    name = setting("detector", context.detector or None, default="") or detector_at_hand()
    return load_owl(name) if name and name != "off" else None


async def finders(context: Context, view: View, intent: Intent) -> Finders:
    """Gather who can look: the detector, and a mind that can point. Failures are recorded."""
    failures: list[Failure] = []
    detector = None
    try:
        detector = await asyncio.to_thread(detector_of, context)
    except CropsmithError as error:
        if context.strict:
            raise
        name = context.detector or "detector"
        failures.append(
            Failure(node="grounding", source=name, status="error", message=error.message)
        )
    mind = acting(context.mind)
    if not isinstance(mind, Locator) or not (intent.subjects or intent.avoid):
        return Finders(detector, failures=tuple(failures))
    if context.effort == "quick":  # one call, which is the proposal
        return Finders(detector, failures=tuple(failures))
    try:
        boxes = await mind.locate(view, intent)
    except MindFailed as failed:
        if context.strict:
            raise
        failures.append(
            Failure(
                node="grounding", source=failed.source, status=failed.status, message=str(failed)
            )
        )
        return Finders(detector, failures=tuple(failures))
    return Finders(detector, tuple(boxes), (mind.name,), tuple(failures))


def reference_of(context: Context, intent: Intent) -> NDArray[np.uint8] | None:
    """Return the reference picture of an image query. Does file work."""
    if intent.subject_image is None:
        return None
    return open_named(context, f"{HASH}{intent.subject_image}").pixels(REFERENCE_SIDE)


async def grounding(state: CropState, runtime: Runtime[Context]) -> dict[str, Any]:
    """Find what the request names; say what was not found, and what could not be looked for."""
    context, intent = runtime.context, state["intent"]
    view = await asyncio.to_thread(view_of, state, context)
    evidence = await asyncio.to_thread(without_words, view, intent)
    named = bool(intent.subjects or intent.avoid or intent.subject_image)
    able = await finders(context, view, intent) if named else Finders(None)
    sources = Sources(
        detector=able.detector,
        others=able.told,
        looked=able.looked,
        evidence=evidence,
        reference=await asyncio.to_thread(reference_of, context, intent),
    )
    found = await asyncio.to_thread(ground, view, intent, sources)
    can_look = able.detector is not None or bool(able.looked)
    return {
        "grounding": found,
        "evidence": evidence,
        "failures": able.failures,
        "notes": told(intent, found, can_look),
    }
