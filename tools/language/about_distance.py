"""Frames about people and distance: genres, tight and loose, margins, room above and ahead."""

import re

from cropsmith.tools.language.chunks import Tagged
from cropsmith.tools.language.frames import Match
from cropsmith.tools.language.naming import Names
from cropsmith.tools.language.parts import part, thing
from cropsmith.tools.language.sides import share_of
from cropsmith.tools.language.wishes import Wishes
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import NeverCut, Shot, Target, Tightness

SHOTS = {
    "headshot": Shot.HEADSHOT, "shoulders": Shot.PORTRAIT, "half": Shot.HALF_BODY,
    "knees": Shot.HALF_BODY, "full": Shot.FULL_BODY, "group": Shot.GROUP, "passport": Shot.PASSPORT,
}  # fmt: skip
SHORTER = {
    Shot.HEADSHOT: "a headshot", Shot.PORTRAIT: "head and shoulders",
    Shot.HALF_BODY: "from the waist up",
}  # fmt: skip
"""Genres that show less of a person than all."""
MARGINS = {
    "no": 0.0, "tiny": 0.05, "small": 0.05, "slim": 0.05, "thin": 0.05, "narrow": 0.05,
    "little": 0.05, "good": 0.2, "decent": 0.2, "big": 0.3, "large": 0.3, "wide": 0.3,
    "generous": 0.3,
}  # fmt: skip
LEAST_FILLED, MOST_FILLED = 0.4, 0.98
"""Shares of the frame that a margin round the subject can say."""
PLAIN_MARGIN = 0.1
"""What "with a margin" asks for, as a share of the subject's larger side."""


def act_shot(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """How much of a person is shown."""
    named = part(match, "shot").removeprefix("genre:")
    shot = SHOTS[named]
    if named == "knees":
        wishes.unclear.append("from the knees up: read as from the waist up")
    others = {shot, wishes.shot} - {Shot.FULL_BODY}
    if Shot.FULL_BODY in (shot, wishes.shot) and others & SHORTER.keys():
        name = SHORTER[next(one for one in others if one in SHORTER)]
        wishes.contradictions.append(f"It cannot be both {name} and from head to toe.")
    wishes.shot = shot
    if shot in (Shot.FULL_BODY, Shot.GROUP):
        wishes.protect(NeverCut.PEOPLE)


def act_portrait_of(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """A portrait of a person is the genre."""
    wishes.shot = Shot.PORTRAIT
    names.add(thing(match), "subject")


def act_portrait(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """A portrait of a thing is upright."""
    wishes.targets.append(Target(name="portrait", ratio=Ratio.of(4, 5)))
    if part(match, "thing"):
        names.add(thing(match), "subject")


def act_fill(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """The subject fills the frame, or so much of it that a margin is left."""
    share = share_of(part(match, "share"))
    if re.match(r"as (?:big|large) as-possible", match[0]) and not wishes.named("subject"):
        wishes.distances.append(Tightness.WIDEST)  # the crop, not what it shows
        return
    if share is None or share < LEAST_FILLED or share > MOST_FILLED:
        _distance(match, wishes, names, Tightness.FILL)
        return
    wishes.margin = round((1 / share - 1) / 2, 3)
    if thing(match):
        names.add(thing(match), "subject")


def act_tight(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Close in."""
    _distance(match, wishes, names, Tightness.TIGHT)


def act_loose(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Far away."""
    _distance(match, wishes, names, Tightness.LOOSE)
    if part(match, "scene"):
        names.plain(request.words(part(match, "scene")), "")


def _distance(match: Match, wishes: Wishes, names: Names, how: Tightness) -> None:
    wishes.distances.append(how)
    if thing(match):
        wishes.far_and_near.add(thing(match))
        names.add(thing(match), "" if part(match, "mention") else "subject")


def act_margin(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Free room around the subject."""
    if share := part(match, "share"):
        wishes.margin = round(share_of(share) or 0, 3)
    else:
        words = request.words(match[0]).split()
        wishes.margin = next((MARGINS[word] for word in words if word in MARGINS), PLAIN_MARGIN)
    if part(match, "thing", "thing1"):
        names.add(thing(match), "subject")


def act_too_tight(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """A complaint asks for the opposite."""
    _distance(match, wishes, names, Tightness.LOOSE)


def act_too_loose(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """A complaint asks for the opposite."""
    _distance(match, wishes, names, Tightness.TIGHT)


def act_headroom(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Room above the head."""
    wishes.headroom = True


def act_looking_room(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Room where the subject looks or moves."""
    wishes.looking_room = True
    said = thing(match)
    if said and not (said[0] == "B" and wishes.named("subject")):
        names.add(said, "subject")


def act_empty_round(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Empty space round the subject; of other room it is unclear where."""
    if re.search(
        r"\b(?:negative|empty|white|blank|dead|more|lots|plenty|much|some)\b",
        request.words(match[0]),
    ):
        wishes.distances.append(Tightness.LOOSE)
    else:
        wishes.unclear.append(f"{request.words(match[0])}: where?")
