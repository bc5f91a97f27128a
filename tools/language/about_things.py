"""Frames about things: shown, left out, whole, only spoken of."""

import re

from cropsmith.tools.language.chunks import Tagged
from cropsmith.tools.language.frames import Match
from cropsmith.tools.language.lexicon import lexicon
from cropsmith.tools.language.naming import Names
from cropsmith.tools.language.parts import part, thing
from cropsmith.tools.language.wishes import Wishes
from cropsmith.tools.schema.request import Down, NeverCut, Tightness

EDGING = re.compile(
    r"\b(?:borders?|edges?|margins?|bars|white ?space|watermark|(?:time|date) ?stamp)$"
    r"|^(?:the |that |this |all |my |our )*(?:empty|blank|ugly|boring|messy|dead|unused|excess"
    r"|superfluous|cluttered|useless) "
)


def act_subject(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """The crop is about this; all of several are to be in it whole."""
    said = thing(match)
    if re.fullmatch(r"(?:keep|keeping|leave|leaving) W\d+(?: in-it| in)?", match[0]):
        names.keep_text(said)
        return
    if match[0].startswith("crop ") and EDGING.search(request.words(said)):
        names.leave_out(said, request.words(match[0]))  # "crop the border": nobody wants one
        return
    bare = match[0] == said
    if bare and wishes.purposes and lexicon().classes.get(request.words(said).split()[-1]) == "Q":
        wishes.purposes.append(said)  # "for the poster, the leaflet and the website"
        return
    if re.fullmatch(r"crop (?:the|my|our|that|those) (?!ones?\b).+", request.words(match[0])):
        beside = wishes.named("subject") and names.bare_words(said) not in _spoken(wishes)
        if beside or said[0] == "K":
            # "The five of them. Crop the car park", "crop the sky": more likely off than to it.
            names.leave_out(said, request.words(match[0]))
            wishes.doubtful.append(request.words(match[0]))
            return
    names.add(said, "subject")
    if second := part(match, "thing2"):
        names.add(second, "subject")
    if said[0] == "B" and re.match(r"(?:both|all) ", request.words(said)):
        names.protect(said, request.words(match[0]))
    if re.match(
        r"(?:keep|include|show|get|fit|and include|do include)\b", match[0]
    ) and request.words(said).startswith("all "):
        names.protect(said, request.words(match[0]))


def _spoken(wishes: Wishes) -> set[str]:
    """Return the nouns that were named so far, without what goes before them."""
    return {re.sub(r"^(?:the|my|our|a|an|that|those) ", "", m.words) for m in wishes.mentions}


def act_avoid(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """This is to be left out; of the sky too much means a higher horizon."""
    if thing(match)[:1] == "K" and re.search(
        r"too much|so much|how much|lot of|boring|dull|ugly|unnecessary", match[0]
    ):
        wishes.horizon = Down.UPPER_THIRD
        wishes.less_sky = True
        return
    if listed := THEN_PEOPLE.fullmatch(thing(match)):
        wishes.doubtful.append(request.words(listed[1]))
    side = part(match, "side")
    names.leave_out(f"{thing(match)} on {side}" if side else thing(match), request.words(match[0]))


THEN_PEOPLE = re.compile(r"[^H]\d+[^,]*, ?(H.* and H[^,]*)")
"""A thing, and behind a comma people, who may go too or be whom the picture is of: "without the
pizza, the child and the woman"."""


def act_all_but(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Everything may stay but this."""
    act_avoid(match, request, wishes, names)
    wishes.distances.append(Tightness.WIDEST)


def act_nobody_else(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Only who is named may be in it."""
    names.plain("everybody else", "avoid")


def act_only_them(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Nobody but her is only her; everybody but her is without her."""
    words = request.words(match[0])
    if re.match(
        r"(?:crop|cut|leave|get|take|remove|lose|no|nobody|nothing|without|not|don't|never)\b",
        words,
    ):
        names.add(thing(match), "subject")
    else:
        names.leave_out(thing(match), words)
        names.plain("everyone", "subject", "E")


def act_whole(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """This must be in the crop, uncut."""
    words = thing(match)
    if (
        re.search(r"(?<!fully )(?<!clearly )(?<!completely )\bvisible$", match[0])
        and words[:1] == "N"
        and not re.match(r"all |the whole|.*\bwhole\b", request.words(words))
    ):
        names.add(words, "subject")
        return
    if not words:
        if (
            re.match(r"(?:it|that|this|they|so|,|must|has|have|should|needs?|J\d+) ", match[0])
            and names.protect_meant()
        ):
            return
        everybody = re.match(r"E\d|nobody|no one|no-one|noone|none", match[0])
        wishes.protect(NeverCut.PEOPLE if everybody else NeverCut.SUBJECT)
        return
    names.protect(words, request.words(match[0]))
    if second := part(match, "thing2"):
        names.protect(second, request.words(match[0]))


def act_nothing_cut(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """As little as possible may go; the named things stay whole."""
    says = match[0]
    strict = re.search(r"\bnothing\b|\beverything\b|\banything\b", says) is not None
    wishes.nothing_cut = wishes.nothing_cut or strict
    if much := re.search(r"\bmuch of ([NHBKGEWYV]\d+)", says):
        names.add(much[1], "subject")
    elif (room := re.search(r"\bmuch of (R\d+)", says)) and (
        names.definite(room[1]) and not wishes.named("subject")
    ):
        names.plain(request.words(room[1]), "subject")  # "as much of the room as possible"
    if not strict:
        wishes.distances.append(Tightness.WIDEST)


def act_mention(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Something is there; what "is me" is shown."""
    said = request.words(match[0])
    if re.match(r"(?:the )?rest (?!is |can |should |may |being )", said):
        wishes.unclear.append(f"{said}: what else is in it is not chosen")
    names.add(part(match, "mention"), "subject" if said.endswith((" is me", " are us")) else "")


def act_optional(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """What may be in it or not: never the one whom the picture is of."""
    act_mention(match, request, wishes, names)
    wishes.spared.update(m.words for m in wishes.mentions[-1:])


def act_state(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """What is so: things that later words may speak of."""
    for person in re.findall(r"(?<!\bfor )\b[HYN]\d+", match[0]):
        names.add(person, "")


def act_differing(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """One version so and another otherwise: every version has the same wishes."""
    for named in re.findall(r"[NHBKGWVYEJ]\d+", match[0]):
        names.add(named, "subject")
    wishes.unclear.append(f"{request.words(match[0])}: every version is of the same wishes")


TAIL = re.compile(
    r"\b(?:in|on|at|with|by|near|next|behind|wearing|holding|from|who|that|[a-z]{2,}ing)\b.*"
)
"""What tells one of several: "the guy on the far right"."""


def act_the_one(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Which one is meant of those just named."""
    if not part(match, "ones"):
        said = re.sub(r"^\S+(?: (?:is|are|am)\b)? ?", "", request.words(match[0]))
        if re.match(r"(?:i'm|i am) (?!H)", match[0]) and TAIL.match(said):
            names.plain(f"the person {said}", "subject", "H")
            return
        if not any(m.role != "landmark" for m in wishes.mentions):
            who = part(match, "who")
            if not who and match[0].startswith(("i'm ", "i am ")):
                names.plain(f"the person {said}", "subject", "H")
            elif not who:
                wishes.unclear.append(request.words(match[0]))
            elif who[0] in "HU" and TAIL.search(said) and not match[0].startswith("it"):
                which = request.words(match[0][match[0].index(who) :])
                names.plain(re.sub(r"^the ones?\b", "the person", which), "subject", "H")
            else:
                names.add(who, "")
            return
        who = part(match, "who")
        if who and re.match(r"(?:that's|that is) (?:my|our|his|her) ", request.words(match[0])):
            names.add(who, "")  # another one
        elif tail := TAIL.search(said):
            names.refine(tail[0])
        return
    names.refine(re.sub(r"^(?:the )?ones? ?", "", request.words(part(match, "ones"))))


def act_purpose(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """What it is for; a passport photo or headshot is for the person it shows."""
    said = thing(match)
    if re.match(r"fit (?:the |all |my |our |both )", request.words(match[0])) and re.match(
        r"(?:the |my |our )?(?:whole|entire|full)\b|all |both ", request.words(said)
    ):
        names.protect(said, request.words(match[0]))  # "fit the whole bus into 4:5"
        return
    wishes.purposes.append(said)
    act_topic(match, request, wishes, names)


def act_topic(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """What the article or the talk is about: shown where nothing else is named."""
    if said := part(match, "topic"):
        wishes.topics.append(said)


def act_unserved(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Nothing that a crop can do."""
    wishes.unclear.append(request.words(match[0]))
    if thing(match):
        names.add(thing(match), "subject")


def ignore(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """A remark; who says it may be spoken of later."""
    if re.search(r"\b(?:says|said|wants|thinks|asked|needs)\b", match[0]):
        for person in re.findall(r"[HY]\d+", match[0]):
            names.add(person, "")
