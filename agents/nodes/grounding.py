"""Where the named things, faces and text are."""

import asyncio
from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.context import Context
from cropsmith.agents.nodes.asking import view_of
from cropsmith.agents.state import CropState
from cropsmith.tools.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.request import Intent, NeverCut
from cropsmith.tools.view import View


def without_words(view: View, intent: Intent) -> tuple[Evidence, ...]:
    """Return faces, text and saliency: what the built-in eyes find without being told."""
    sight = view.sight
    found: list[Evidence] = []
    # Faces and text cost more than the rest of the eyes together: only where they decide.
    if intent.copy_space or {NeverCut.FACES, NeverCut.PEOPLE} & set(intent.never_cut):
        found += sight.faces
    if intent.copy_space or NeverCut.TEXT in intent.never_cut:
        found += sight.text
    if sight.salient is not None:
        found.append(sight.salient)
    return tuple(found)


def given(intent: Intent) -> tuple[Evidence, ...]:
    """Return the subject that the person pointed to."""
    if intent.subject_box is None:
        return ()
    return (
        Evidence(kind=EvidenceKind.SUBJECT, box=intent.subject_box, source="user", confidence=1.0),
    )


async def grounding(state: CropState, runtime: Runtime[Context]) -> dict[str, Any]:
    """Find what the request names; say what could not be looked for."""
    context, intent = runtime.context, state["intent"]
    view = await asyncio.to_thread(view_of, state, context)
    evidence = await asyncio.to_thread(without_words, view, intent)
    phrases = tuple(phrase.text for phrase in (*intent.subjects, *intent.avoid))
    notes: tuple[str, ...] = ()
    if phrases:
        named = ", ".join(f"“{text}”" for text in phrases)
        notes = (f"Could not look for {named}: that needs an open-vocabulary detector.",)
    return {
        "grounding": Grounding(found=given(intent), missing=phrases),
        "evidence": evidence,
        "notes": notes,
    }
