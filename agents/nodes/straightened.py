"""The photo turned as asked, and what the request says of places on the turned one."""

from dataclasses import dataclass

from cropsmith.agents.parts.parts import Parts
from cropsmith.errors import UsageError
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.level import Level, levels, said
from cropsmith.tools.schema.request import Intent
from cropsmith.tools.vision.tilt import SIDE, tilt_of


@dataclass(frozen=True)
class Straightened:
    """A level photo, and what is wanted of it."""

    view: View
    intent: Intent
    """Its boxes lie on the level photo."""
    notes: tuple[str, ...] = ()


def straightened(parts: Parts, view: View, intent: Intent) -> Straightened:
    """Turn a photo by what is asked, or by what its lines say. Does file work.

    UsageError where a box of the request lies in the corners that go.
    """
    if not intent.straighten:
        return Straightened(view, intent)
    if intent.straighten != "auto":
        return _turned(parts, view, intent, intent.straighten, "as asked")
    tilt = tilt_of(view.pixels(SIDE))
    if tilt is None or not tilt.sure:
        note = "Nothing was turned: no lines of the photo say for sure what is level in it."
        return Straightened(view, intent, (note,))
    why = f"as its {tilt.by} lines say (confidence {tilt.confidence:.2f})"
    if tilt.is_level:
        return Straightened(view, intent, (f"Nothing was turned: it is level, {why}.",))
    return _turned(parts, view, intent, tilt.correction, why)


def _turned(parts: Parts, view: View, intent: Intent, angle: float, why: str) -> Straightened:
    level = parts.views.add(view.photo.straightened(angle))
    how = level.photo.level
    assert how is not None
    kept = level.size.width * level.size.height / (view.size.width * view.size.height)
    note = f"Turned {said(angle)}, {why}; {kept:.0%} of its area is left."
    return Straightened(level, on_level(intent, how), (note,))


def on_level(intent: Intent, level: Level) -> Intent:
    """Return a request with its boxes, which are on the upright photo, on the level one."""
    subject = intent.subject_box
    if subject is not None and (subject := level.box(subject)) is None:
        raise UsageError(
            "The subject's box lies in a corner that is cut away when the photo is turned.",
            hint="Straighten less, or not.",
        )
    centre = intent.subject_centre
    return intent.model_copy(
        update={
            "keep_out": levels(intent.keep_out, level),
            "subject_box": subject,
            "subject_centre": None if centre is None else level.point(centre),
        }
    )
