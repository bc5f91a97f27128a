"""Reasons in words, each from a contribution that was measured; at most three."""

from collections.abc import Sequence

from cropsmith.tools.explain.contributions import Choice, Contribution, contributions
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.vision.faces import is_certain

MOST = 3
LEAST_GAIN = 0.1
"""Log odds below which a choice made no difference worth a word."""
PLAIN, BUSY = 0.6, 1.25
"""Detail of what was cut, against the photo's mean, from which it is called empty or cluttered."""
QUIET = 0.8
"""Saliency of what was cut, against its share of the area, up to which little is lost."""
NEAR = 0.07
"""Share of the frame within which the eye takes a point to lie on a third or in the middle."""

SIDES = {
    Choice.LEFT: "on the left",
    Choice.RIGHT: "on the right",
    Choice.TOP: "at the top",
    Choice.BOTTOM: "at the bottom",
}


def reasons_for(
    sight: Sight, box: Box, *, kept: bool = False, preference: Preference | None = None
) -> Sequence[str]:
    """Return up to three sentences on why this crop, the weightiest first."""
    preference = preference or Preference.load()
    if kept or box == Box.whole():
        return ["The photo is kept: no crop is likely enough to be preferred to it."]
    said: list[str] = []
    for contribution in contributions(sight, box, preference):
        sentence = _sentence(sight, box, contribution)
        if contribution.gain >= LEAST_GAIN and sentence and sentence not in said:
            said.append(sentence)
    return said[:MOST] or ["It is the framing an expert would most likely choose at this shape."]


def _sentence(sight: Sight, box: Box, contribution: Contribution) -> str:
    choice = contribution.choice
    if choice in SIDES:
        return _cut(contribution, SIDES[choice])
    if choice is Choice.FACES:
        count = sum(box.contains(face.box) for face in sight.faces if is_certain(face))
        return "Keeps the face whole." if count == 1 else f"Keeps {count} faces whole."
    if choice is Choice.CLOSER:
        return f"Comes {contribution.amount:.1f} times closer to the subject."
    focus = sight.focal_point
    if not (box.x1 <= focus.x <= box.x2 and box.y1 <= focus.y <= box.y2):
        return ""
    if choice is Choice.ACROSS:
        return _place((focus.x - box.x1) / box.width, "left", "right")
    if sight.horizon is not None:
        level = (sight.horizon.start.y + sight.horizon.end.y) / 2
        return _horizon((level - box.y1) / box.height)
    return _place((focus.y - box.y1) / box.height, "upper", "lower")


def _cut(contribution: Contribution, where: str) -> str:
    amount = f"{contribution.amount:.0%}"
    if contribution.interest <= QUIET and contribution.detail <= PLAIN:
        return f"Removes empty space {where} ({amount})."
    if contribution.interest <= QUIET and contribution.detail >= BUSY:
        return f"Removes clutter {where} that holds little of interest ({amount})."
    if contribution.interest <= QUIET:
        return f"Removes {amount} {where}, where little stands out."
    return f"Removes {amount} {where} that would draw the eye away."


def _place(at: float, low: str, high: str) -> str:
    if abs(at - 0.5) <= NEAR:
        return "Centres the point of interest " + ("across." if low == "left" else "in height.")
    for third, name in ((1 / 3, low), (2 / 3, high)):
        if abs(at - third) <= NEAR:
            return f"Puts the point of interest on the {name} third."
    return ""


def _horizon(at: float) -> str:
    for third, name in ((1 / 3, "upper"), (2 / 3, "lower")):
        if abs(at - third) <= NEAR:
            return f"Sets the horizon on the {name} third."
    return ""
