"""Complaints and introductions: what there is in the photo and had better not be."""

import re

from cropsmith.tools.language.wordings import OTHER_WISH

END = r"(?=\s*(?:[.,;|]|$)| (?:please|and|but|otherwise|or|so|then)\b)"
UGLY = (
    r"(?:boring|ugly|dull|hideous|horrible|awful|annoying|distracting|messy|unsightly|dreary"
    r"|a mess|an? (?:total |real )?eyesore|a distraction|(?:just )?(?:clutter|junk|rubbish)"
    r"|in the way|unnecessary|superfluous|pointless|useless)"
)
VERY = r"(?:(?:just|so|really|very|all|a bit|rather|quite|pretty|super|way) ){0,3}"
WHOSE = r"(?:the|that|this|those|these|all the|my|our|his|her|their)"
SAYS = r"(?:says?|said|thinks?|finds?|complains?|reckons?|feels?|told me|tells me)"
THAT = r"(?:that|it|this|those|them|these|they|he|she|him|her)"
OUT = r"(?:off|out|away)"
GONE = r"(?:gone|cut|cropped|removed|out|left out|taken out|chopped|edited out)"
MAY = r"(?:can|could|should|must|may|has to|have to|needs to|need to|ought to|would)"
CUT = r"(?:crop|cut|trim|take|leave|chop)"
DROP = r"(?:get rid of|remove|lose|drop|ditch|delete)"
GO = (
    r"(?:(?:so|and|but|please|maybe|perhaps|just|can|could|would|you|we|i) ){0,5}(?:"
    rf"{DROP} (?:just |only )?{THAT}(?: (?:bit|part|thing|stuff))?(?: {OUT})?"
    rf"|{CUT} (?:just |only )?{THAT} (?:(?:bit|part|thing|stuff)(?: {OUT})?|{OUT})"
    rf"|{CUT} {OUT} (?:just )?{THAT}(?: (?:bit|part|thing|stuff))?"
    rf"|(?:{MAY} )?{THAT}(?: (?:bit|part|thing))? (?:{MAY} )?(?:please )?"
    rf"(?:go|come out|disappear|vanish|be {GONE}(?: {OUT})?))"
)
"""That something just spoken of is to go: "can that go", "cut just that bit", "lose it"."""
STAY = (
    rf"(?:(?:so|and|but|please|must|should|can|could|you|i|we|want|to) ){{0,4}}(?:(?:keep|leave"
    rf"|have"
    rf"|get|include|show) {THAT}(?: in(?: it)?)?|{THAT} (?:must|should|has to|have to|needs to"
    rf"|need to|is"
    r" to) (?:please )?(?:stay|be in(?: it)?|be kept|remain|show)(?: in(?: it)?)?|make sure (?:it"
    r"|that"
    r"|they) (?:shows?|stays?|is in(?: it)?|are in(?: it)?|is visible))"
)
"""That something just spoken of is to stay: "keep that"."""
NOBODY_CAN = r"(?:you|we|they|one|viewers) (?:can't|don't|won't)"
THERE_IS = (
    r"\b(?:there's|there is|there are|i see|you can see|you see|has|have|got|here's) (?:also )?"
)
SOME = r"(?:an?|some|the|two|three|\d|this|that|these|my|our|his|her|somebody's|someone's|one)"
AT_SIDE = (
    r"(?:on|at|in|from) the (?:(?:far|very|top|bottom|upper|lower) )?(?:left|right|top|bottom)"
)
TOLD = re.compile(
    r"^(?!.* (?:who|that|behind|next to|beside|near|with|in front of) ).* (?:us|me|it)$"
)
"""What somebody did and no thing alone: "the waiter photobombed us, crop him out"."""
OTHER_WORK = re.compile(r"\b(?:blur|darken|pixelat|cover|hid|mask|censor)\w*\b[^.;|]*$")


def _gone(match: re.Match[str]) -> str:
    """Leave out what was introduced, unless another wish stands between."""
    if OTHER_WISH.search(match["what"]) or TOLD.search(match["what"]):
        return match[0]
    parts = match.groupdict()
    at = parts.get("at") or (f" on the {parts['side']}" if parts.get("side") else "")
    what = re.sub(r"\bto the (?:left|right) of (?=the |my |our )", "next to ", match["what"])
    return f" . leave out {what}{at.replace(' from ', ' on ')} "


def _kept(match: re.Match[str]) -> str:
    """Keep what was introduced, unless another wish stands between."""
    if OTHER_WISH.search(match["what"]):
        return match[0]
    return f" . keep {match['what']} "


def _unseen(match: re.Match[str]) -> str:
    """Leave out what nobody is to see, unless that is why other work is asked for."""
    return match[0] if OTHER_WORK.search(match.string, 0, match.start()) else ", leave out "


def _dull(match: re.Match[str]) -> str:
    """Say of both what was said of one: "the sky is boring and so is the gravel"."""
    two = match["two"] or match["too"]
    return f"{match['one']} {match['is']} {match['ugly']} . {two} {match['is']} ugly "


COMPLAINTS = (
    (r"\s{2,}", " "),
    (
        r"\b(?:someone|somebody|they|he|she|i|we|people)(?:'s| has| have| had)? (?:left|parked"
        r"|forgot|dropped) (?=(?:an?|some|his|her|their) )", "there is ",
    ),
    (
        r"\b(?:my|a|his|her|someone's|somebody's) (finger|thumb|fingertip)(?:'s| is| has got| got"
        r"| gets| was) (on|in|at|over) (?=the\b)", r"leave out the \1 \2 ",
    ),
    (
        r"\b(?:has|has got|shows) (?:my|his|her|someone's|somebody's) (finger|thumb|fingertip) "
        r"(?:on|in) it\b", r", leave out the \1",
    ),
    (
        rf"\b((?:isn't|aren't) in(?: it| the (?:picture|photo|shot))?),? but ([^.;,|]{{2,30}}?)"
        rf" (?:is|are){END}", r"\1 . show \2",
    ),
    (
        r"\b(?:less|not so much|too much|as little) (?:of the )?background(?: as possible| please)?"
        rf"{END}", "tighter",
    ),
    (
        r"\b(?:more|lots of|plenty of|a lot of|a bit more) (?:of the |of )?background"
        rf"(?: please| in(?: it)?)?{END}", "more surroundings",
    ),
    (
        r"\bi (?:liked|preferred|like|prefer) the (wider|tighter|closer|looser) (?:one|version"
        rf"|crop)(?: better| more)?{END}", r"make it \1",
    ),
    (
        r"\bnot (?:only|just|merely) (the [^.;,|]{2,30}?),? but (?:also )?(the [^.;,|]{2,30}?)"
        rf"(?: too| as well| also)?{END}", r"\1 and \2",
    ),
    (
        r"\bnobody (?:[^.;,|]{3,30}? )?(?:may|must|can|should|is to|has to) be (?:cut|cropped"
        r"|chopped|left)(?: out| off)?\b", "nobody cut off",
    ),
    (r"\bget rid(?= please| now| thanks|,)(?! of)", "get rid of it"),
    (
        rf"\bi find ({WHOSE} [^.;,|]{{2,30}}?) (?=(?:{VERY}){UGLY}{END})", r"\1 is ",
    ),
    (
        rf"({WHOSE} [^.;,|]{{2,30}}?) (?:is|are) {VERY}{UGLY},? but (?:please )?(?:(?:keep|leave)"
        rf" (?:it|them)(?: in)?|(?:it|they) (?:must|should|has to|have to|needs to|can) stay){END}",
        r"keep \1",
    ),
    (
        r"\b(?:there's|there is|there are|it has|we have|i see) (?:a lot of|lots of|loads of|so"
        r" much"
        rf"|so many|tons of|all (?:this|that|these)) (?={UGLY} |empty (?!space|room)|wasted "
        rf"|blank )",
        "too much ",
    ),
    (
        r"(?<!not )\b(?:(?:there's|there is|it has|we have|i see) (?:just |way |much |far |a bit"
        r" )?(?:so|too)"
        r" much|(?:way |much |far |a bit )?too much) (?:(?:dead|empty|wasted|unused|blank|useless"
        r"|boring|white|free) )?(space|room|air|emptiness)\b", r"less \1",
    ),
    (
        rf"\b(has to go|have to go|must go|should go|can go|needs to go),? (?:and )?"
        rf"({WHOSE} [^.;,|]{{2,30}}?),? (?:too|as well|also){END}", r"\1 . leave out \2",
    ),
    (
        r"(\btoo (?:much|many) [^.;,|]{2,30}?) (?:to the |on the )?(?:left|right) of"
        r" (her|him|them|us|me|it)\b", r"\1 next to \2",
    ),
    (
        r"(?:^|(?<=[.;,] )|(?<=but )|(?<=and ))(?:(?:you|we|one|people|i) (?:can't|can hardly"
        r"|can barely|hardly|barely|can scarcely)|nobody can) (?:even |really |properly |hardly )?"
        r"(?:see|make out|recogni[sz]e) (?=(?:our|my|his|her|their|the)\b(?! whole| entire| full))",
        "closer on ",
    ),
    (r"\bselfie[- ]sticks?\b", "selfie-stick"),
    (r"\bbags under (?:my|his|her|the|their) eyes\b", "eye-bags"),
    (
        r"\b(?:com|pok|stick|reach|hang|lean|creep|peek|peep|jutt|intrud|sneak|leak|show)ing"
        r"(?: in| out| up| down| over| into (?:it|the (?:frame|picture|shot|photo|image)))?"
        r" (?:from|at|on) (?=the (?:far |very )?(?:left|right|top|bottom)\b)", "on ",
    ),
    (
        r"\b(?:on|at) the (?P<side>left|right|top|bottom) (?:there's |there is |is |stands |hangs"
        r" )?"
        rf"(?P<what>an? [^.;,|]{{2,40}}?)(?: in(?: it)?)? ?[,.;-]+ {GO}{END}", _gone,
    ),
    (rf"{THERE_IS}(?P<what>{SOME} [^.;|,]{{2,70}}?) ?[,.;-]+ {GO}{END}", _gone),
    (rf"{THERE_IS}(?P<what>{SOME} [^.;|,]{{2,70}}?) ?[,.;-]+ {STAY}{END}", _kept),
    (
        rf"(?:^|(?<=[.;] ))(?P<what>{SOME} [^.;|,]{{2,50}}?)(?: (?:is|are|comes?|sticks?|pokes?"
        r"|hangs?|reaches|leans?|shows?|gets?)(?: (?:in|into|out|over|up|in-it|there|visible)){0,3}"
        rf"(?: (?:it|the (?:picture|photo|frame|shot|way)))?(?P<at> {AT_SIDE})?)? ?[,.;-]+"
        rf" {GO}{END}",
        _gone,
    ),
    (
        rf"\b(?:(?:my|our|the|his|her) [a-z]+|he|she|they|i|we|everyone|people) {SAYS}(?: that)?"
        rf" (?={WHOSE} [^.;,|]{{2,40}}? (?:is|are|looks?) {VERY}(?:{UGLY}|important"
        r"|essential|too (?:big|small|far|tight|much))\b)", "",
    ),
    (
        rf"(?P<one>\b{WHOSE} [^.;,|]{{2,30}}?) (?P<is>is|are) (?P<ugly>{VERY}{UGLY}),? and (?:so"
        rf" (?:is|are) (?P<two>{WHOSE} [a-z]+)|(?P<too>{WHOSE} [a-z]+) (?:is|are) (?:too|as well))",
        _dull,
    ),
    (
        r"\b((?:every|any)thing (?:above|below|beneath|under|(?:to the )?(?:left|right) of|behind"
        rf"|beyond|past) [^.;,|]{{2,40}}?) (?:is|are|looks?) {VERY}{UGLY}(?:[,.;]+ (?:so |and"
        r" |please )*(?:crop|cut|trim) (?:it |off )?(?:up |down |back )?to (?:there|that|it))?"
        rf"{END}", r"\1 can go",
    ),
    (
        rf"(?<=[.;,|] )(?:(?:maybe|perhaps|just|please|so) )*(?:{CUT}|{DROP}) (?:just |only )?"
        rf"(?:that|this) (?:bit|part|thing)(?: {OUT})?{END}", "remove it",
    ),
    (
        r"\b(?:i|we)(?:'d)? (?:really )?(?:don't|wouldn't|rather not) want (?:people|anyone|anybody"
        r"|strangers|visitors|viewers|everyone|everybody|them|others|nobody) to (?:be able to )?"
        r"(?:see|notice|spot|look at|read|be distracted by|get distracted by)"
        rf" (?=(?:{WHOSE}|any|how messy) )(?!(?:that|this) (?:i|we|it|he|she|they)\b)",
        "leave out ",
    ),
    (
        r"\b(?:so (?:that )?)?(?:nobody|people (?:can't|don't|won't|shouldn't)) (?:can |could |will"
        r" |should |may |must |is |be |able |to ){0,4}(?:recogni[sz]es?|identif(?:y|ies)) ",
        "i don't want people to recognise ",
    ),
    (
        rf"\bso (?:that )?(?:nobody|people (?:can't|don't|won't)|{NOBODY_CAN}) (?:can |could "
        rf"|will )?"
        rf"(?:sees?|notices?|spots?) (?={WHOSE} )", _unseen,
    ),
    (
        r"\b(?:i|we) (?:really )?(?:don't|wouldn't) want (?:people|anyone|anybody|any of (?:us"
        r"|them)) (?:to (?:be|get) )?(?:cut|cropped|chopped)(?: off| out)?\b", "nobody cut off",
    ),
)  # fmt: skip
