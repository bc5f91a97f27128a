"""Wishes that bear on each other, settled once all are read."""

import re
from collections.abc import Sequence

from cropsmith.tools.language.exact import Exact
from cropsmith.tools.language.naming import Names
from cropsmith.tools.language.placing import settle_unsided
from cropsmith.tools.language.roles import without_article
from cropsmith.tools.language.wishes import Wishes
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Across, NeverCut, Phrase, Shot, Side, Target, Tightness

LOW_DOWN = re.compile(
    r"\b(?:with|and) (?:his|her|my|their|the|its) (?:\w+ )?(?P<what>feet|shoes|boots"
    r"|knees|legs|toes|sneakers)\b"
)
CLOSE = (Tightness.FILL, Tightness.TIGHT)
FAR = (Tightness.LOOSE, Tightness.WIDEST)


def settle(wishes: Wishes, exact: Exact, names: Names, image: Size) -> None:
    """Give wishes that depend on others their meaning, and note which exclude each other."""
    targets = [*exact.shapes.targets, *wishes.targets]
    _settle_shot(wishes, exact, targets)
    _settle_keep(wishes)
    spoken_of = [m for m in wishes.mentions if m.letter in "HY" and m.words not in wishes.spared]
    if spoken_of and not any(m.role for m in wishes.mentions) and nothing_else(wishes):
        spoken_of[-1].role = "subject"  # "my son is the goalie in green", and no more is said
    _settle_topics(wishes, names)
    if wishes.less_sky and any(box.y1 == 0 and box.y2 < 1 for box in wishes.keep_out):
        wishes.horizon = None  # "sky is boring, cut away the top third": so much, and no more
    _settle_nothing_cut(wishes, targets, image)
    _settle_purposes(wishes, names)
    if wishes.distances and not targets and COMPARED.fullmatch(exact.plain):
        said = exact.plain.strip(" .,")
        wishes.unclear.append(f'{said}: the shape may change, "same shape" keeps it')
    if BIGGER.fullmatch(exact.plain):
        said = exact.plain.strip(" .,")
        wishes.unclear.append(f"{said}: closer is read; more pixels are another wish")
    _settle_parts(wishes)
    _settle_faces(wishes, exact)
    _settle_close(wishes, exact)
    _settle_alone(wishes, exact)
    _settle_shapes(exact)
    _settle_if_possible(wishes, exact)
    shown = " ".join(m.words for m in wishes.mentions if m.role == "subject")
    if low := LOW_DOWN.search(shown):
        wishes.low = wishes.low or low["what"]
    if wishes.low and wishes.shot in (Shot.HEADSHOT, Shot.PORTRAIT, Shot.HALF_BODY):
        wishes.contradictions.append(f"With the {wishes.low} in it, it is no such portrait.")
    _settle_sides(wishes)
    _settle_placed(wishes)
    settle_unsided(wishes)
    sides = list(dict.fromkeys(space.side for space in wishes.spaces))
    if len(sides) > 1:
        named = " and ".join(sides)
        wishes.contradictions.append(f"Room can be kept on one side only, not {named}.")


def _settle_placed(wishes: Wishes) -> None:
    """Tell that a place meant for one of several things is given to all of them together."""
    shown = wishes.named("subject")
    placed = wishes.placed and any(words.endswith(wishes.placed) for words in shown)
    if placed and len(shown) > 1 and (wishes.across or wishes.down):
        wishes.unclear.append(f"{wishes.placed} there: placed together with all that is shown")


def tightness(wishes: Wishes) -> Tightness | None:
    """Return how close to go; a contradiction is noted, and nothing chosen."""
    said = list(dict.fromkeys(wishes.distances))
    close, far = [d for d in said if d in CLOSE], [d for d in said if d in FAR]
    if close and far and len(wishes.far_and_near) > 1:
        wishes.unclear.append("one thing large and another small: the photo says how they compare")
        return None
    if close and far:
        wishes.contradictions.append("It cannot be both close and far.")
        return None
    for how in (Tightness.FILL, Tightness.TIGHT, Tightness.WIDEST, Tightness.LOOSE):
        if how in said:
            return how
    return None


def _settle_shot(wishes: Wishes, exact: Exact, targets: Sequence[Target]) -> None:
    """A genre from the shape's name: passport, profile picture, a portrait beside a ratio."""
    people = [m for m in wishes.mentions if m.role == "subject"]
    person = not people or any(m.letter in "HEJ" for m in people)
    if any(t.name.startswith("passport") for t in targets):
        for mention in people:  # "the head in the middle" is of the person
            mention.role = "" if re.search(r"\bheads?$", mention.words) else mention.role
    names = " ".join(t.name for t in targets)
    if "passport" in names:
        wishes.shot = Shot.PASSPORT
    elif wishes.shot is None and exact.shapes.genre:
        wishes.shot = Shot.PORTRAIT
    elif wishes.shot is None and "profile" in names and person:
        wishes.shot = Shot.HEADSHOT


def _settle_keep(wishes: Wishes) -> None:
    """Beside something that is to go, as it is means as wide as it can be; alone, uncut."""
    cut = bool(wishes.named("avoid") or wishes.edges or wishes.keep_out)
    if wishes.else_keep and not cut:
        wishes.keep = True
    elif cut and (wishes.else_keep or wishes.keep):
        wishes.keep = None
        wishes.distances.append(Tightness.WIDEST)


def _settle_nothing_cut(wishes: Wishes, targets: Sequence[Target], image: Size) -> None:
    """Nothing cut of a named thing keeps it whole; of nothing named, the photo stays wide."""
    if not wishes.nothing_cut:
        return
    if wishes.named("subject"):
        wishes.protect(NeverCut.SUBJECT)
        return
    wishes.distances.append(Tightness.WIDEST)
    own = Ratio.of_size(image)
    if any(t.ratio is not None and t.ratio != own for t in targets):
        wishes.contradictions.append(
            "Another shape than the photo's cannot be had without cutting something off."
        )


def _settle_topics(wishes: Wishes, names: Names) -> None:
    """What an article is about is shown where nothing else is named to be."""
    if not wishes.named("subject"):
        for tagged in wishes.topics:
            names.add(tagged, "subject")


def _settle_purposes(wishes: Wishes, names: Names) -> None:
    """A passport photo or a headshot for a person shows that person."""
    alone = (Shot.PASSPORT, Shot.HEADSHOT, Shot.PORTRAIT)
    if wishes.shot in alone and not wishes.named("subject"):
        for tagged in wishes.purposes:
            if tagged.startswith(("H", "Y")):
                names.add(tagged, "subject")
    if wishes.shot in alone and not wishes.named("subject"):
        person = next((m for m in wishes.mentions if m.letter == "H" and not m.role), None)
        if person is not None:
            person.role = "subject"


OF_FACE = re.compile(r"\b(?:beak|mouth|nose|ears?|hair|eyes?|whiskers|teeth|beard|chin|lips)$")
FACE = re.compile(r"\b(?:face|eyes|head|smile|mouth)$")


def _settle_parts(wishes: Wishes) -> None:
    """Close on a face there is no room for what lies elsewhere."""
    close = wishes.shot is Shot.HEADSHOT or any(d in CLOSE for d in wishes.distances)
    named = [m for m in wishes.mentions if m.role == "subject"]
    faces = [m for m in named if FACE.search(m.words)]
    others = [
        m for m in named if m not in faces and m.letter != "H" and not OF_FACE.search(m.words)
    ]
    if close and faces and named[0] in faces and others and wishes.alternatives == 1:
        wishes.contradictions.append(
            f"Close on {faces[0].words}, {others[0].words} cannot be in it as well."
        )


def nothing_else(wishes: Wishes) -> bool:
    """Tell whether no wish but for a shape was read."""
    return wishes == Wishes(
        mentions=wishes.mentions, targets=wishes.targets, file=wishes.file,
        alternatives=wishes.alternatives, each=wishes.each, purposes=wishes.purposes,
    )  # fmt: skip


SCENE = re.compile(
    r"\b(?:scene|room|stadium|audience|crowd|landscape|background|view|surroundings|picture)$"
)


KEPT_TOO = re.compile(
    r"\bbut (?:don't|without) (?:los|cut|crop)\w*[^.;|]*? (?P<what>background|surroundings|scene)"
)


def _settle_close(wishes: Wishes, exact: Exact) -> None:
    """Close on one thing, the whole of another cannot be in it as well."""
    if not any(d in CLOSE for d in wishes.distances):
        return
    whole = re.search(
        r"\bbut\b(?:(?! not | no )[^.;|])*? (?:whole|entire|full|complete|all of the)"
        r" (?P<what>\w+(?: \w+)?)",
        exact.plain,
    )
    named = [m.words for m in wishes.mentions if m.role == "subject"]
    if lost := KEPT_TOO.search(exact.plain):
        wishes.contradictions.append(f"It cannot be both close and lose no {lost['what']}.")
    elif whole is not None and (len(named) > 1 or SCENE.search(" ".join(named))):
        wishes.contradictions.append(f"It cannot be both close and show the whole {whole['what']}.")


def _settle_faces(wishes: Wishes, exact: Exact) -> None:
    """Of people of whom "just the faces" are asked for, these are whole."""
    only = re.search(r"\b(?:just|only) (?:the |their |our )?(?:faces|heads)\b", exact.plain)
    if only and NeverCut.PEOPLE in wishes.never_cut and wishes.shot is None:
        wishes.never_cut.remove(NeverCut.PEOPLE)
        wishes.protect(NeverCut.FACES)


COMPARED = re.compile(
    r"(?=.*\b(?:tighter|closer|wider|looser|zoom (?:in|out))\b)"
    r"(?:\b(?:please|just|but|can you|make it|crop it|it|a|bit|little|touch|tad|slightly|much|even"
    r"|go|come|zoom|in|out|tighter|closer|wider|looser|more)\b[ .,]*)+"
)
"""Nearer or farther than now, and no more."""


BIGGER = re.compile(
    r"(?:\b(?:please|just|can you|make it|make this|it|a|bit|little|much|even|way)\b[ .,]*)*"
    r"(?:bigger|larger)[ .,]*(?:please[ .,]*)?"
)
"""Larger, of nothing named: in the picture, or the file."""
ELSE = (
    r"\bnothing else\b|\bonly that\b|\b(?:leave|keep) (?:everything else|all else|the rest)\b"
    r"|\b(?:everything else|the rest) (?:can |should |must |is to )?(?:stays?|remains?)\b"
)


def _settle_alone(wishes: Wishes, exact: Exact) -> None:
    """What is taken away and nothing else leaves all the rest."""
    gone = wishes.named("avoid") or wishes.keep_out
    alone = gone and not wishes.named("subject")
    if alone and re.search(ELSE, exact.gloss.text):
        wishes.distances.append(Tightness.WIDEST)


IF_POSSIBLE = re.compile(
    r"(?P<what>[^.;,|]+?)(?<!\band)(?<!\bbut) (?:in it |in-it |too |as well )?if "
    r"(?:at all possible|possible|poss|you can|it fits|there(?:'s| is) (?:enough |still )?room)\b"
    r"|\bif (?:at all )?possible,? (?:also |with |show |keep |include )*(?P<then>[^.;,|]+)"
)


def _settle_if_possible(wishes: Wishes, exact: Exact) -> None:
    """Tell of a thing that may be missed that it is sought like the others."""
    for match in IF_POSSIBLE.finditer(exact.gloss.text):
        said = match["what"] or match["then"]
        last = re.split(r"\b(?:and|including|plus|with|also)\b", said)[-1]
        shown = wishes.named("subject")
        may = [one for one in shown if re.search(rf"\b{re.escape(without_article(one))}\b", last)]
        if len(may) < len(shown):
            wishes.unclear += [f"{one} if possible: sought like the rest" for one in may]


def _settle_shapes(exact: Exact) -> None:
    """Two shapes cannot be had in one picture."""
    shapes = [t for t in exact.shapes.targets if t.ratio is not None]
    one = re.search(
        r"\b(?:in|as) (?:one|a single|the same) (?:picture|photo|image|crop|shot)\b"
        r"|\bone (?:picture|photo|image|crop) only\b|\bat the same time\b",
        exact.plain,
    )
    if one is not None and len({t.ratio for t in shapes}) > 1:
        exact.shapes.contradictions.append(f"{one[0].strip()}: one picture has one shape.")


def _settle_sides(wishes: Wishes) -> None:
    """A thing said to be on the side opposite to the room for words is to lie there."""
    for space in wishes.spaces:
        side = {Side.LEFT: "right", Side.RIGHT: "left"}.get(space.side, "")
        if side and wishes.across is None and any(
            re.search(rf"\bon (?:the )?{side}$", m.words)
            for m in wishes.mentions if m.role == "subject"
        ):  # fmt: skip
            wishes.across = Across(side)


def _ends(words: str, noun: str) -> bool:
    """Tell whether a thing with its first words left out is meant: "the plate", a number plate."""
    hangs = re.search(r" (?:to|of|by|in|on|with|behind|near) ", words)
    return hangs is None and words.endswith(f" {noun}")


def between(
    subjects: Sequence[Phrase],
    avoid: Sequence[Phrase],
    targets: Sequence[Target],
    keep: bool | None,
) -> list[str]:
    """Return wishes of different kinds that exclude each other."""
    wanted = {(p.head, p.position) for p in subjects}
    said = [f"The {p.text} cannot be both shown and left out." for p in avoid
            if (p.head, p.position) in wanted
            or any(_ends(head, p.text) for head, _ in wanted)]  # fmt: skip
    shaped = [t for t in targets if t.ratio is not None and t.name != "same shape"]
    if keep and shaped:
        said.append(f"Kept as it is, the photo cannot become {shaped[0].name}.")
    return said
