"""Similar photos with expert crops, as examples (Cropper, section 1.1)."""

import asyncio
from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.nodes.ask_mind import view_of
from cropsmith.agents.nodes.state import CropState
from cropsmith.agents.parts.parts import Parts, RunContext
from cropsmith.agents.settings.recipe import TaskRecipe
from cropsmith.agents.trace.record import current_step
from cropsmith.errors import CropsmithError, UsageError
from cropsmith.tools.examples.retriever import Retrieved, Selection
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Point
from cropsmith.tools.schema.request import Intent
from cropsmith.tools.schema.result import Failure

BUILTIN_PHOTOS = 30
"""Examples for the built-in photographer, who carries their crops over and pays for none."""


def selection_for(intent: Intent, view: View, recipe: TaskRecipe) -> Selection:
    """Return how examples are chosen.

    Grounding runs beside this, so where no subject was given its place is a guess. It decides only
    which crops of similar photos are shown; no model is told of it.
    """
    by = recipe.G
    centre = _given_centre(intent, view) or view.sight.focal_point if by == "centre" else None
    return Selection(
        photos=recipe.S,
        crops=recipe.T,
        which=recipe.Q,
        by=by,
        centre=centre,
        ratio=intent.targets[0].ratio,
    )


def _given_centre(intent: Intent, view: View) -> Point | None:
    if intent.subject_box is not None:
        return intent.subject_centre or intent.subject_box.centre
    cutout = view.photo.cutout
    return None if cutout is None else cutout.centre


async def retrieved(state: CropState, parts: Parts) -> Retrieved:
    """Search the indexes. UsageError when a named index cannot be used."""
    recipe = parts.recipe.of(state["intent"])
    # Opened at its first use.
    retriever = await asyncio.to_thread(lambda: parts.retriever)
    if retriever is None:
        if recipe.S and parts.recipe.style == "in-context":
            raise UsageError(
                f"The recipe {parts.recipe.name} needs an index of expert crops.",
                hint="Build one with: cropsmith index build FOLDER (or override S=0).",
            )
        return Retrieved(())
    if parts.settings.effort == "quick" and not parts.named_recipe:
        return Retrieved(())
    if parts.mind is parts.builtin:
        recipe = recipe.model_copy(update={"S": BUILTIN_PHOTOS})
    if not recipe.S:
        return Retrieved(())
    view = await view_of(state, parts)
    return await asyncio.to_thread(
        lambda: retriever.examples(view, selection_for(state["intent"], view, recipe))
    )


async def retrieval(state: CropState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Retrieve examples where there is an index; a broken default index is a failure, no end."""
    parts = runtime.context.parts
    try:
        found = await retrieved(state, parts)
    except CropsmithError as error:
        if parts.settings.strict or parts.settings.index or parts.recipe.style == "in-context":
            raise
        failure = Failure(node="retrieval", source="index", status="error", message=str(error))
        return {"examples": (), "failures": (failure,)}
    if (step := current_step.get()) is not None:
        if found.duplicates:
            step.notes.append(f"{found.duplicates} near-duplicates of the photo were left out.")
        if found.missing:
            names = ", ".join(found.missing[:3])
            step.notes.append(f"Files of {len(found.missing)} examples have gone: {names}.")
    return {"examples": found.examples}
