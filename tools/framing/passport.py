"""Passport photos: the head by a country's rule, or why the photo has no such crop."""

import math
from collections.abc import Sequence
from dataclasses import replace

from cropsmith.errors import Infeasible
from cropsmith.tools.constraints.kinds import Axis
from cropsmith.tools.constraints.placed import Placed
from cropsmith.tools.constraints.shots import EdgeWithin, Range, SidesWithin
from cropsmith.tools.framing.heads import Head
from cropsmith.tools.framing.people import Person
from cropsmith.tools.framing.wish import Draft, Wish, Yielding
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import PassportRule, Side, Target

AIMED = (0.1, 0.5)
"""Part of each of the rule's ranges that is aimed at where the photo has room: crown and eyes are
estimates, which should not come to lie on the rule's edge, and hair rises above the crown."""
CENTRED = 0.03
"""How far the head's middle may lie from the crop's, as a share of its width."""
INSTEAD = (
    "The nearest thing is a headshot. For a passport take a photo from further away, the face"
    " straight on, with room round the head."
)
OVER = 0.06
"""Of the head's height that may seem to lie beyond the photo before it counts as cut, since the
crown is an estimate."""


def passport_shot(
    rule: PassportRule, people: Sequence[Person], target: Target, image: Size
) -> tuple[list[Wish], list[Draft]]:
    """Return the ranges that the rule asks, all firm, those aimed at, and the crop in their middle.

    Raises Infeasible with the reason where the photo cannot give it: nobody's face, several faces,
    a head cut by the photo's edge, too little room around it, too few pixels.
    """
    head = _only_head(people, rule)
    ratio = target.ratio or (Ratio.of_size(target.size) if target.size else Ratio.of(7, 9))
    low = math.ceil(head.height / rule.most_head)
    high = math.floor(head.height / rule.least_head)
    _reject_cut(head, rule, image)
    _reject_tight(head, rule, ratio, low, image)
    if target.size is not None and not target.at_most and high < target.size.height:
        raise _refused(
            rule,
            f"the head is only {head.height:.0f} pixels high, which fills a picture of at most"
            f" {high} pixels, and {target.size.height} were asked",
        )
    any_width = Range(1, image.width)
    size = SidesWithin(any_width, Range(low, max(low, high)), image, "the head's size by the rule")
    eyes = Placed(
        Axis.Y, round(head.eyes), 1 - rule.highest_eyes, 1 - rule.lowest_eyes, "eyes by the rule"
    )
    middle = Placed(
        Axis.X, round(head.middle), 0.5 - CENTRED, 0.5 + CENTRED, "the head in the middle"
    )
    crown, chin = max(0, math.floor(head.crown)), min(image.height, math.ceil(head.chin))
    above = EdgeWithin(Side.TOP, Range(0, crown), image, "the crown inside")
    below = EdgeWithin(Side.BOTTOM, Range(chin, image.height), image, "the chin inside")
    why: dict[Yielding, str] = {
        size: f"no crop of this shape has the head ({head.height:.0f} pixels high) at"
        f" {rule.least_head:.0%} to {rule.most_head:.0%} of its height",
        eyes: "no crop of this shape and size has the eyes"
        f" {rule.lowest_eyes:.0%} to {rule.highest_eyes:.0%} above its lower edge",
        middle: "the photo ends too near the head for a crop with the head in its middle",
        above: "no crop of this shape has the whole head",
        below: "no crop of this shape has the whole head",
    }
    wishes = [
        Wish(one, _sentence(rule, told), firm=True, instead=INSTEAD) for one, told in why.items()
    ]
    small, large = _aimed(rule.least_head, rule.most_head)
    low_eyes, high_eyes = _aimed(rule.lowest_eyes, rule.highest_eyes)
    shortest, tallest = math.ceil(head.height / large), math.floor(head.height / small)
    aims: list[Yielding] = [
        replace(size, height=Range(shortest, max(shortest, tallest))),
        replace(eyes, low=1 - high_eyes, high=1 - low_eyes),
    ]
    wishes += [Wish(one, "") for one in aims]
    line = (low_eyes + high_eyes) / 2
    return wishes, [_draft(head, rule, line, ratio, (shortest + tallest) / 2, image)]


def _aimed(least: float, most: float) -> tuple[float, float]:
    """Return the part of a range that is aimed at."""
    low, high = (least + share * (most - least) for share in AIMED)
    return low, high


def _only_head(people: Sequence[Person], rule: PassportRule) -> Head:
    """Return the head of the one face."""
    faces = [person for person in people if person.face is not None]
    if not faces:
        raise _refused(rule, "no face was found in it")
    if len(faces) > 1:
        raise _refused(rule, f"it shows {len(faces)} faces, and one person must be alone in it")
    return faces[0].head


def _reject_cut(head: Head, rule: PassportRule, image: Size) -> None:
    """Refuse a head that the photo's own edge cuts."""
    over = OVER * head.height
    cut = {
        "top": -head.crown, "left": -head.left,
        "right": head.right - image.width, "bottom": head.chin - image.height,
    }  # fmt: skip
    for side, beyond in cut.items():
        if beyond > over:
            raise _refused(rule, f"the photo's {side} edge cuts the head")


def _reject_tight(head: Head, rule: PassportRule, ratio: Ratio, least: int, image: Size) -> None:
    """Refuse a photo that ends too near the head for the smallest picture of the rule."""
    short = {
        "above": (1 - rule.highest_eyes) * least - head.eyes,
        "below": rule.lowest_eyes * least - (image.height - head.eyes),
        "to the left of": (0.5 - CENTRED) * least * ratio.value - head.middle,
        "to the right of": (0.5 - CENTRED) * least * ratio.value - (image.width - head.middle),
    }
    for side, missing in short.items():
        if missing > 1:
            raise _refused(
                rule, f"there is too little room {side} the head: {math.ceil(missing)} pixels more"
                " would be needed",
            )  # fmt: skip


def _draft(
    head: Head, rule: PassportRule, line: float, ratio: Ratio, tall: float, image: Size
) -> Draft:
    """Return the crop of a height with the eyes on a line above its edge, held to the photo."""
    bottom = head.eyes + line * tall
    half = tall * ratio.value / 2
    box = Box.of(
        (
            (head.middle - half) / image.width,
            (bottom - tall) / image.height,
            (head.middle + half) / image.width,
            bottom / image.height,
        )
    )
    return Draft(box, f"passport photo, {rule.country}")


def _refused(rule: PassportRule, why: str) -> Infeasible:
    """Return the error of a photo that cannot become a passport photo."""
    return Infeasible(_sentence(rule, why), hint=INSTEAD)


def _sentence(rule: PassportRule, why: str) -> str:
    return f"This photo cannot become a passport photo ({rule.country}): {why}."
