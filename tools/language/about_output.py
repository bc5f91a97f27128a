"""Frames about what is cut away, how many answers there are, and how the file is written."""

import re

from cropsmith.tools.language.chunks import Tagged
from cropsmith.tools.language.frames import Match
from cropsmith.tools.language.naming import Names
from cropsmith.tools.language.numerals import number
from cropsmith.tools.language.parts import part, thing
from cropsmith.tools.language.sides import OPPOSITE, share_of, strip, where
from cropsmith.tools.language.wishes import Wishes
from cropsmith.tools.schema.request import Edge, Keep, Side, Tightness

MOST_ANSWERS = 20
GOES = re.compile(r"\b(?:go|goes|gone|cut|cropped|out|off|away|removed|must|should|can)\b")
HIGH_UP = re.compile(r"\b(?:forehead|hairline|eyebrows?|brow|hair)$")
"""Cut there, a face stays: what is above goes."""
ACROSS = (Side.LEFT, Side.RIGHT)
CORNER = 0.25
"""Of the photo: the share of a part that lies in a corner."""
A_BIT = 0.05
"""Of the photo: what "a bit off each side" takes."""
FEW = {"few": 3, "several": 3, "some": 3, "more": 3, "couple": 2, "multiple": 3, "different": 3}


def act_answers(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """How many answers."""
    words = request.words(part(match, "answer", "count")).split()
    said = [FEW.get(word) or number(word) for word in words]
    count = next((n for n in said if n is not None), None)
    if count is not None and not 1 <= count <= MOST_ANSWERS:
        wishes.unclear.append(f"{request.words(match[0])}: 1 to {MOST_ANSWERS} can be had")
    elif count:
        wishes.alternatives = count
        wishes.each = wishes.each or part(match, "count") != ""


def act_file_clean(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """What the file shall not tell."""
    words = request.words(match[0])
    place = re.search(r"\b(?:gps|location|geotags?|geodata|coordinates)\b", words)
    rest = re.search(r"\b(?:exif|metadata|meta|iptc)\b", words)
    everything = rest is not None and (place is None or re.search(r"\band\b|,", words) is not None)
    wishes.file = wishes.file.but(
        keep=Keep.NONE if everything else None, gps=False if place is not None else None
    )


def act_file_format(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """The format of the file."""
    name = {"jpg": "jpeg", "jpegs": "jpeg", "tif": "tiff"}.get(
        part(match, "format"), part(match, "format")
    )
    wishes.file = wishes.file.model_copy(update={"format": name})


def act_keep(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Leave the photo as it is."""
    wishes.keep = True


def act_else_keep(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """What is not in the way of another wish stays."""
    wishes.else_keep = True


def act_crop(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """The photo must be cropped."""
    wishes.keep = False
    if re.search(r"less wide|narrower", match[0]):
        wishes.unclear.append(f"{request.words(match[0])}: how much?")


def act_upscale(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Enlarging is allowed."""
    wishes.upscale = True


def act_no_upscale(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Enlarging is not allowed."""
    wishes.upscale = False


def act_edge(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Everything on one side of a thing goes."""
    beside = part(match, "beside", "side", "at_side")
    sides = where(request.words(beside)).sides
    if re.match(
        r"(?:just |only )?(?:everything|all|anything|what)\b", match[0]
    ) and not GOES.search(match[0]):
        sides = tuple(OPPOSITE[one] for one in sides)  # "everything above the waterline" stays
    for word in re.split(r"(?: ,)? (?:and|&) ", thing(match)):
        phrase = names.bare_words(word)
        if sides and phrase:
            wishes.edges.append(Edge(phrase=phrase, side=sides[0]))
            names.plain(phrase, "landmark")
        else:
            wishes.unclear.append(request.words(match[0]))


def act_edge_at(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """A person is cut at a part of the body: all below goes, or above where the rest is asked."""
    phrase = names.bare_words(part(match, "body", "static"))
    high = match[0].endswith((" down", " downwards")) or HIGH_UP.search(phrase)
    wishes.edges.append(Edge(phrase=phrase, side=Side.TOP if high else Side.BOTTOM))
    names.plain(phrase, "landmark")


def act_trim(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """A strip along a side goes."""
    said = part(match, "share")
    spoken = [part(match, name) for name in ("side", "side2", "cut_side") if part(match, name)]
    share = share_of(said) or wishes.trimmed if said or re.search(r"N\d|same", match[0]) else None
    for tagged_side in spoken:
        side = where(request.words(tagged_side))
        size = share or side.share
        both = request.words(tagged_side).endswith("sides")
        for one in ACROSS if both else side.sides[:1]:
            if size is None:
                wishes.unclear.append(f"{request.words(match[0])}: how much of it?")
            else:
                wishes.keep_out.append(strip(one, size))
                wishes.trimmed = size
        if not (side.sides or both):
            wishes.unclear.append(request.words(match[0]))
    if not spoken and not share and re.search(r"all-round|bit-each-side", match[0]):
        share = A_BIT
        wishes.unclear.append(f"{request.words(match[0])}: how much? {A_BIT:.0%} of each is taken")
    if not spoken and share:
        sides = (*where("left right").sides, *where("top bottom").sides)
        wishes.keep_out += [strip(s, share) for s in sides[: 4 if "all-round" in match[0] else 2]]


def act_only_part(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """One part of the photo stays."""
    side = where(request.words(part(match, "part")))
    bare = match[0] == part(match, "part")
    if bare and side.third and wishes.named("subject") and len(side.sides) == 1:
        # "the heron, left third": where it lies; nothing was said of cutting.
        wishes.across, wishes.down = side.across or wishes.across, side.down or wishes.down
        return
    close = any(d in (Tightness.TIGHT, Tightness.FILL) for d in wishes.distances)
    if bare and close and len(side.sides) > 1 and not side.share and wishes.named("subject"):
        names.refine(
            f"at the {' '.join(sorted(side.sides, key=ACROSS.__contains__))}"
        )  # "detail of the signature, lower right"
        return
    if side.share and len(side.sides) > 1:
        # A quarter of a photo in its corner is half of it either way.
        left = 0.5 if side.share == CORNER else side.share
        wishes.keep_out += [strip(OPPOSITE[one], 1 - left) for one in side.sides]
    elif side.share and side.sides:
        wishes.keep_out.append(strip(OPPOSITE[side.sides[0]], 1 - side.share))
    else:
        wishes.unclear.append(request.words(match[0]))


def act_share_only(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """How much of the picture the room just asked for is to take."""
    share = share_of(part(match, "share"))
    if wishes.spaces and share:
        wishes.spaces[-1] = wishes.spaces[-1].model_copy(update={"share": min(0.9, share)})
    else:
        wishes.unclear.append(request.words(match[0]))


def act_how_much(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Something along a side goes, but how much was not said."""
    wishes.unclear.append(f"{request.words(match[0])}: how much of it?")
