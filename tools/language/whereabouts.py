"""Where things lie and how much there is to be of them, in other words than the frames have."""

import re

NOT_IN = re.compile(r"\b(?:cut|crop|trim|everything|anything|remove|lose)\b[^.;,|]*$")


def _near_middle(match: re.Match[str]) -> str:
    """Take "a little above the middle" for the upper third, unless something is cut there."""
    if NOT_IN.search(match.string[: match.start()]):
        return match[0]
    third = "upper" if match["where"] in ("above", "over", "higher than") else "lower"
    return f"{match['lead'] or ''}on the {third} third"


WHEREABOUTS = (
    (
        # "with a bit of grass round it": what is round it is no thing of its own.
        r"(?:,? (?:and |but )?(?:with )?|,? (?:and )?leave )(?:just |only |maybe )?"
        r"(?:an? (?:(?:little|tiny|small|wee) )?(?:bit|touch|strip|hint|piece|lot)(?: of)?"
        r"|a (?:little|tiny)|some|plenty of|lots of|loads of) (?:of )?(?:the |his |her |its )?"
        r"(?!room|space|air|margin|breathing|more|head)[a-z]+(?<![^s]s) (?:all |showing )?a?round"
        r" (it|him|her|them|us|me)\b", r", with some space around \1",
    ),
    (
        r", (?:and )?(?:whole|entire(?:ly)?|in (?:its|their|his|her) entirety|not (?:cut|cropped"
        r"|chopped)(?: off)?)(?=\s*(?:[.,;]|$))", ", uncut",
    ),
    (
        r"\b(?:give|show|send|make|offer) (?:me |us )?(?:options|alternatives|choices|variants"
        r"|variations)\b(?! (?:for|of) )", "a few options",
    ),
    (r" please, (?=(?:in|on|at|with|without|as)\b)", " "),
    (
        r"\b(portrait|landscape|square|upright|vertical|horizontal)-(?:format|style|shaped?"
        r"|orientation|oriented|orientated|sized?)\b", r"\1 format",
    ),
    (
        r"\b(?:take|get|crop|cut) ((?:the|that|this|my|his|her|those|these) [a-z]+(?: [a-z]+)?)"
        r" out of (?=the (?:(?:top|bottom|upper|lower|left|right)[- ])+(?:hand )?(?:corner|side"
        r"|edge|part))", r"remove \1 in ",
    ),
    (
        r"(?:^|(?<=[.;,] ))(?:start|begin)(?: it| the crop)? (?:just |right |directly )?(?:below"
        r"|under"
        r"|beneath) (?=(?:the|my|our|his|her)\b)", "cut off everything above ",
    ),
    (
        r"\b(the (?:left|right|top|bottom|upper|lower) (?:half|third|part|side|bit)) where"
        r" (the|my|our|his|her) ([^.;,|]{2,40}?) (?:is|are|stands?|sits?|lies?|hangs?)(?: standing"
        r"| sitting)?(?=\s*(?:[.,;|]|$)| please\b| and\b)", r"\1 , showing \2 \3",
    ),
    (
        r"\bthe (?:part|bit|area|section|spot|half|corner|side|region)(?: (?:of|in) (?:it|the"
        r" (?:photo|picture|image)))? (?:where|in which) (the|my|our|his|her) ([^.;,|]{2,40}?)"
        r" (?:is|are|stands?|sits?|lies?|hangs?)(?: standing| sitting)?"
        r"(?=\s*(?:[.,;|]|$)| please\b| and\b)", r"\1 \2",
    ),
    (r"\bthe (?:half|part|side|end|area|section) with (?=(?:the|my|our|his|her)\b)", ""),
    (r"(?<=[a-z]) (?:across|along) (?=the (?:top|bottom)\b(?! of))", " at "),
    (
        r"\bit (?:should|must|has to|needs to) (?:be |sit |stand |go |lie |be placed )?(?:right "
        r"|exactly )?in the (?:middle|center)\b", "put it in the center",
    ),
    (
        r"\bthe (two|three|four|five) (?=(?:in front|in the (?:front|middle|foreground)|at the"
        r" (?:front|back)|standing|sitting)\b)", r"the \1 people ",
    ),
    (
        r"\b(?:draw|drawing|pull|put) (?:the |all |more )?(?:attention|focus|eyes?|emphasis)"
        r" (?:to|on|onto) ", "focus on ",
    ),
    (r"\bwhat (?:you|people|one|they) (?:notice|see)s? first\b", "the focal point"),
    (
        r"\b(?:who cares|(?:i'm |we're )?not (?:really )?bothered|(?:i |we )?couldn't care less)"
        r" about ", "i don't care about ",
    ),
    (
        r"\b(?:i'm |we're )?not (?:a (?:big |huge )?fan of|keen on|fond of|mad about|happy with)"
        r" (?=(?:the|that|this|those|his|her|how)\b)", "i don't like ",
    ),
    (r"\b(?:i'm|i am) not (?:in it|visible|in the (?:picture|photo|shot|frame))", ", leave out me"),
    (r"^(?:it's|its) (?=(?:two|three|four|five|six|\d) [a-z]{3,})", "there are "),
    (
        r"\bthe (left|right|middle) one is ((?:my|our|the|his|her) [a-z]+)(?=\s*(?:[.,;|]|$))",
        lambda m: f"{m[2]} is {'in' if m[1] == 'middle' else 'on'} the {m[1]}",
    ),
    (
        r"\b((?:my|our|his|her) [a-z]+ (?:is|are)) the ones? (?=(?:on|in|at|with|wearing|holding"
        r"|behind"
        r"|next to) )", r"\1 ",
    ),
    (
        r"\b(?:it's|it is) ((?:the|my|our|his|her) [^.;,|]{2,30}?) that (?:counts?|matters?"
        r"|is important|are important|i'm after)\b", r"focus on \1",
    ),
    (
        r"\bthe (?:most )?(?:important|main|key) (?:things|bits|parts|ones) (?:here )?are"
        r"(?= (?:the|my|our|his|her|a)\b)", "focus on",
    ),
    # How much.
    (
        r"\b(?:crop|cut|trim|take|lose|shave)(?: off| away)? (?:some|a bit|a little|a slice|a strip"
        r"|part|a piece)(?: of| off)?(?: the)? sky\b(?: off| away)?|\b(?:crop|cut|trim) (?:the"
        r" )?sky"
        r" (?:a bit|a little|slightly|down)\b", "less sky",
    ),
    (r"\b(?:could|can) do with (?=less|more|some|a bit)", "want "),
    (
        r"(?<!if )(?<!too )\b(?:not (?:so|as|that) (?:much|many)(?: of (?:the|that))?|less of"
        r" (?:the|that|this|my)"
        r"|fewer of the) (?=[a-z])(?!zoom|space|room|air|as\b|that\b|on\b|in\b|to\b|for\b|cropp"
        r"|of\b)", "less ",
    ),
    (
        r"\b(?:there's |there is )?not (?:nearly |quite )?enough (?=[a-z])(?!space|room|air|of\b"
        r"|to\b|for\b|light)", "more of the ",
    ),
    (
        r"\b(the [a-z' ]{2,25}?) yes,? (?:and |but )?(the [a-z' ]{2,25}?) no(?=\s*(?:[.,;]|$))",
        r"\1 . without \2",
    ),
    (
        r"\b(?:with )?(?:a )?(?:small|tiny|little|slight|narrow) (?:gap|bit of (?:space|room|air)"
        r"|space) (?:under|below|beneath|above|over|beside|next to) (?:the|his|her|my|their|our)"
        r" (?!text|title"
        r"|head|logo|headline)[a-z]+", "small margin",
    ),
    (
        r"\b(?:an?|one|two|three|\d) (?:fingers?'?s?(?: width)?|thumb'?s?(?: width)?|inch(?:es)?"
        r"|cm) (?:of (?:space|room|air) )?(?:above|over) (?:my|his|her|their|the) (?:heads?|hair"
        r"|hat)",
        "some headroom",
    ),
    (r"\ban? upright(?= (?:of|with|without|for|please)\b|\s*(?:[.,;]|$))", "upright"),
    (r"(?:^|(?<=[.,;] ))upright (?=with (?:the|my|our|his|her|no|room|space)\b)", "upright , "),
    (r"\b(?:way |right )?up high\b(?! (?:street|school))|\bway high up\b", "high up"),
    (r"\b(?<=lie )down low\b|(?<=sit )down low\b|(?<=stay )down low\b", "low down"),
    (
        r"\b(left|right|top|bottom|middle|center|corner|corners|edge|edges|side|background"
        r"|foreground) of (?:this|the|my|our) (?:photo|picture|image|pic|frame|shot|photograph|scan"
        r"|proof|screenshot|selfie|snap)\b(?! (?:frame|album|booth|wall)| ?:)", r"\1",
    ),
    (
        r"(?P<lead>\b(?:is|be|are|sits?|lies?|lie|placed|put it|goes|comes) )?(?:(?P<near>(?:well"
        r" )?a little"
        r"|a bit|a tad|a touch|slightly|just|somewhat|well|quite|far) )?(?P<where>above|over"
        r"|below|under|beneath"
        r"|higher than|lower than) (?:the )?(?:middle|center)(?! of (?!the (?:picture|photo|frame"
        r"|image|shot)))(?: of the \w+)?", _near_middle,
    ),
    (
        r"\b(?:something |maybe |perhaps )?(?:like|as in|i\.e\.|ie) (?=(?:on|in|at|along) the"
        r" (?:left|right|top|bottom|upper|lower)(?: hand)? third\b)", "",
    ),
)  # fmt: skip
"""A pattern, and what is put in its place."""
