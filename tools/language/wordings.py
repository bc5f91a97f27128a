"""Wishes in other words than the frames have: a pattern, and the plain words put in its place."""

import re

HORIZONS = {"two thirds": "low", "a third": "high", "one third": "high", "half": "in the middle"}
"""Where the horizon lies under a sky of this share."""


def _listed(match: re.Match[str]) -> str:
    """Join a list behind a colon: "lose: chairs, exit sign" loses both."""
    wish = {
        "in": "keep",
        "include": "keep",
        "show": "keep",
        "keep": "keep",
        "want": "keep",
        "must have": "keep",
    }
    things = re.split(r" *(?:,|/|\+|&|\band\b) *", match[2].strip(" ,"))
    return f"{wish.get(match[1], 'leave out')} {' and '.join(filter(None, things))} "


THERE = r"\b(?:has|have|got|there's|there is|there are)\b"
OTHER_WISH = re.compile(r"\b(?:crop|cut|keep|make|want|need|show|just|only|but|must|should)\b")


def _gone(match: re.Match[str]) -> str:
    """Leave out what was listed before "trim both": a finger bottom left and a coat."""
    if OTHER_WISH.search(match[1]):
        return match[0]
    things = re.sub(r"\b(?:a |the )?(?:bits?|parts?|edge|corner|piece) of ", "", match[1])
    things = re.sub(
        r"(?<=[a-z]),? (?=(?:top|bottom|upper|lower) (?:left|right)\b)",
        " at the ",
        re.sub(r"\b(?:at|in|on) the (?=(?:top|bottom) (?:left|right))", "", things),
    )
    things = re.sub(r" *, *(?:and )?", " and ", things.strip(" ,"))
    return f" . leave out {things} "


WORDINGS = (
    (
        r"\b(?:on|at|in) the (left|right|top|bottom|foreground|background) (?:there's|there is"
        r"|theres) (an? [^.;,|]{2,40}?)(?= ?[,.;-])", r"there's \2 on the \1",
    ),
    (
        r"\b(?:there's|there is|theres|has|has got|it's got|its got|it has|i see|you see)"
        r" (an? [^.;,|]{2,30}?) (?:(?:that is |that's )?(?:grow|stick|com|pok|ris)ing (?:right "
        r"|straight )?(?:out of|from|behind)|(?:right|directly|straight) behind) "
        r"((?:his|her|my|their|the|our) (?:heads?|hair|hat|ears?|neck))\b", r"leave out \1 behind"
        r" \2",
    ),
    (
        rf"(?:^(?![^.;]*{THERE})|{THERE} )((?:an?|some|the|my|our|his|her|two|three|\d)"
        r" [^.;|]{3,90}?)[,.;]+ (?:so |and |please |can you |could you |just )*(?:(?:crop|cut|trim"
        r"|get rid of|remove|lose|take|leave) (?:both|(?:both|all) of (?:them|those|these|that)"
        r"|them both|those|these)(?: (?:off|out|away))?|(?:crop|cut|trim|take|leave) (?:them|it"
        r"|that) (?:off|out|away))(?=\s*(?:[.,;!]|$|\bplease\b|\band\b))", _gone,
    ),
    (
        r"\b(?:no|without|avoid)(?: any)? (?:half|halved|partial|(?:bits|parts|halves) of)"
        r" (?:an? )?(people|persons?|heads?|faces|figures?|bodies|guests|kids|children|players)"
        r"(?: (?:at|on|by|along|in) (?:it|the (?:edges?|sides?|borders?|frame|picture|shot)))?",
        r"no \1 cut off",
    ),
    (
        r"\bso (?:that )?(?:you|nobody|no one|people|they|one) (?:can't|cannot|can|won't)"
        r" (?:be able to )?(?:tell|see|know|guess|recogni[sz]e|work out|find out) (?:it|where|that"
        r"|who|what|whose)\b[^.,;]*[.,;] (?:and )?(?:there's|there is|you can see|you see)"
        r" ((?:the|an?|my|our) [^.,;]+)", r", leave out \1",
    ),
    (r"(?<!\w)(['\"])(\w+) & (\w+)\1(?!\w)", r"\2-and-\3"),
    (r"\bin between\b", "between"),
    (r"\b((?:my|our|the) [a-z]+) and i(?=\s*(?:[,.;]|$)| (?:in|on|at|with)\b)", r"\1 and me"),
    (
        r"\b(?:that's |that is |that |which is |which )?(?:grow|stick|com|pok|ris)(?:ing|s|es)"
        r" (?:right |straight )?(?:out of|from) (?=(?:[\w']+ ){1,2}(?:head|hair|hat|ear|shoulder"
        r"|back|neck)s?\b)", "behind ",
    ),
    (
        r"\b(?:is |are |be )?(?:look|walk|run|rid|fly|driv|mov|swim|sail|fac|head)ing in(?:to)?"
        r" (?:the |this )?(?:picture|frame|photo|image|shot)(?! of)(?:,? (?:and |rather than"
        r" |instead of )?(?:not )?out(?: of (?:it|the \w+))?)?", ", looking-room",
    ),
    (
        r"\bcrop (?:the|this|my|our) (?:map|plan|chart|scan|slide|page|poster|painting|drawing"
        r"|postcard|print|screenshot) (?:down )?to (?=(?:just )?(?:the|my|our|only)\b)", "crop to ",
    ),
    (
        r"(?<!what)(?<!ever)(?<!that)(?<!which)(?<!thing)(?<!all)"
        r"((?:'s| is| are| stands?| sits?) on the (?:left|right)) of (?:the|our) (?!picture"
        r"|photo|image|frame|shot|group|two|three|four)\w+", r"\1",
    ),
    (
        r"(^|[,.;] ?)((?:the|my|our) [a-z' ]{3,30}?) (?:at|on|in) the (top|bottom|left|right)"
        r"(?=,? so (?:that )?(?:the|my|there|there's|it|i|we|nothing|no)\b)",
        r"\1 put \2 on the \3",
    ),
    (
        r"\b((?:phone|mobile) wallpaper)(?: for)?,? (?:my |an? )?(?:iphone|android|galaxy)\b",
        r"\1",
    ),
    (
        r"\b(?:the )?rest(?: of (?:it|the (?:picture|photo)))? (?=(?:can |should |must |may |to )?"
        r"(?:stays?|remains?)\b)|(?<=leave )(?:all )?the rest(?= (?:alone|as|in)\b|\s*[.,;]|$)",
        "everything else ",
    ),
    (r"\bkeep the (?:whole|entire|full) thing\b", "keep everything"),
    (r"\b(the|a|our|my) (\w+) next door\b", r"\1 next-door \2"),
    (r"\b(?:it's|its) got (?=(?:the|an?|my|our|some)\b)", "it has "),
    (
        r"\bso(?: that)? ((?:the|my|his|her|our|their|that|those|these|all) [^.;,]{2,30}?) (?:is"
        r"|are|goes|go|gets|falls?|drops?|ends? up|lands?) (?:out|outside|off|gone)"
        r"(?: (?:of )?(?:it|(?:the )?(?:frame|picture|photo|shot|image|crop|view)))?"
        r"(?=\s*(?:[.,;]|$)| and\b| but\b)",
        r" , leave out \1",
    ),
    (
        r"\b((?:lose|cut|crop out|remove|leave out|get rid of|take out) [^.;]{3,60}?)"
        r"(?<!everything)(?<!all)(?<!anything)(?<!everyone)(?<!everybody)(?<!one)(?<!people),?"
        r" (?:except|apart from|other than)(?: for)? (?=(?:the|my|his|her|our|their|its)\b)",
        r"\1 . keep ",
    ),
    (
        r"(?:^|(?<=[.;,|] )|(?<=[.;]))(keep|include|show|in|want|must have|lose|out|remove"
        r"|without|avoid|don't want|dont want"
        r"|leave out|exclude|crop out|cut out) ?(?:[:]| [-–—]) ?(?!\d)"
        r"([^.;:]+)(?=[.;]|$)", _listed,
    ),
    (
        r"\b((?:looking|facing|heading|going|running|walking|moving|flying|gazing|pointing|driving"
        r"|looks|faces|heads)\b[^.;]{0,40}?)[, ]+(?:so |and |please )*(?:leave|give|keep|add|put"
        r"|have)(?: (?:it|him|her|them))?(?: (?:some|more|a bit of|a little|extra))* (?:room|space)"
        r" (?:there|that way|that side|on that side|in that direction|over there)\b",
        r"\1 , looking-room",
    ),
    (r"\b(?:i'm|i am) the one (?=on|in|with|at|wearing|holding|next|behind)", "i'm the person "),
    (r"\b1 ?x (?=square|story|stories|portrait|landscape|\d+ ?: ?\d|post|banner)", " "),
    (
        r"\b(\d{1,2}) ?(?:-|–|to) ?(\d{1,2}) ?%",
        lambda m: f"{(int(m[1]) + int(m[2])) / 2:g}%",
    ),
    (
        r"\b(?:in line|aligned|level|flush|lined up|along) (?:with |on |to )?the (top|upper|bottom"
        r"|lower|left|right) third(?: line)?\b", r"on the \1 third",
    ),
    (
        r"\b(?:(?:please|make|have|move|get|keep) ){0,2}(?:my|his|her|their|our|the) (?:heads?|hair"
        r"|hats?|faces?|ears)(?:(?: is| are| was| looks?)? (?:way |much |far |a bit )?(?:too"
        r"|so|very|really)| (?:is |are )?(?:not (?:so|too|that|as|quite)|less)) (?:close|near"
        r"|tight)"
        r" (?:to|up to|up against|against) the (?:very )?top(?: edge| of the [a-z]+| of it)?\b",
        "more headroom",
    ),
    (
        r"\b(is|are|was|sits|stands) (?:way |much |a bit )?(?:too|so) (?:close|near|tight)(?: up)?"
        r" (?:to |against )?the (?:very )?(?:left|right|top|bottom|edge|side)(?: edge| side)?\b",
        r"\1 too tight",
    ),
    (r"\b(?:end|stop|finish) (?:it |the crop |this )?(?=(?:just )?(?:above|below|at) )", "crop "),
    (r"\bwhoever(?:'s| is| are)?\b(?= [a-z]+ing\b)", "the person who is"),
    (
        r"\bcenter (it|him|her|them|everything)(?: (?:better|more|properly|again|nicely))?"
        r"(?=\s*(?:[.,;!]|$|\band\b|\bplease\b))", r"put \1 in the center",
    ),
    (
        r"\b(?:he|she|it|they)(?:'s|'re|s| is| are) (?:a bit |slightly |not |so )*off[- ]?cent"
        r"(?:er|re)[, ]*(?:so |and |please )*(?:fix|correct|change|sort) (?:that|it|this)\b",
        "put it in the center",
    ),
    (r"\bgreen ?card (?=photo|picture|pic)", "us passport "),
    (
        r"\b(?:photo|picture|pic) for (?:my |a |the |an )?(?:driv(?:ing|er'?s?) licen[cs]e"
        r"|identity card|residence permit|work permit)\b"
        r"|\b(?:driv(?:ing|er'?s?) licen[cs]e|identity card|id|residence permit|work permit|permit)"
        r" (?:photo|picture|pic)\b", "passport photo",
    ),
    (
        r"\b(?:instagram|insta|facebook|tiktok|snapchat|youtube|whatsapp|twitter|phone|app)"
        r" (ui|interface|bars?|buttons?|icons?|overlay|watermark|logo|handle|menu|controls)\b",
        r"\1",
    ),
    (
        r"\b(?:has|have|got|there's|there is|there are) (an?|some|the) ([^.,;]{3,40}?)[, ]+(?:so"
        r" |and |please |can you )*(?:cut|crop|get rid of|remove|lose|trim|take) (?:that|it|them"
        r"|those)(?: (?:off|out|away))?(?=\s*(?:[.,;!]|$|\bplease\b|\band\b))",
        r" . leave out \1 \2",
    ),
    (
        r"\b(?:(?:leave|keep|have) )?(?:about |roughly )?(?:the )?(?:same|equal|even) (?:amount"
        r" of )?(?:space|room|margins?|distance)(?: on"
        r"| to)?(?: the)? (?:left and right|both sides|either side|each side)\b", "centered",
    ),
    (
        r"\bmore (?:space|room) (?:on |to )?the (left|right) than (?:on |to )?(?:the )?"
        r"(?:left|right)\b",
        lambda m: f"put it on the {'left' if m[1] == 'right' else 'right'}",
    ),
    (r"\b(?:an?|one|two|three|four|\d) fingers? of (?=space|room|air)", "some "),
    (r"\bscan of (?:two|three|four|[2-4]) (?:photos|pictures|images)", "scan"),
    (
        r"\b(?:the )?sky (?:(?:to|should|must|has to|needs to) )?(?:tak(?:e|es|ing) up"
        r"|fill(?:s|ing)?|covers?"
        r"|occup(?:y|ies)) (?:about |around |roughly )?(?:the )?(?:top |upper )?(two thirds|a third"
        r"|one third|half)\b(?: of (?:it|the (?:picture|photo|image|frame)))?",
        lambda m: f"horizon {HORIZONS[m[1]]}",
    ),
    (
        r"^(?:hi,? |hello,? )?(?:an? |your )?(?:[a-z]+ )?(?:agent|editor|teacher|mum|mom|dad|parent"
        r"|seller|photographer|designer|student|manager|assistant|owner) here ?[.,!:;]+ ?", "",
    ),
    (
        r"\b(?:the |an? )?(?:largest|biggest) (?:crop |picture |photo |image |one |area )?"
        r"(?:possible|(?:that )?(?:you|it|we) (?:can|could)(?: (?:get|do|make|manage))?|that fits)"
        r"(?: (?:crop|picture|photo|image))?"
        r"(?=\s*(?:[.,;!|]|$)|( (?:square|portrait|landscape|with|without|in|for|and|but|\d)))",
        lambda m: "as big as possible" + (" ," if m[1] else ""),
    ),
    (r"\b(?:circle|circular|round|oval|heart) crop of ", "as a circle , "),
    (r"\bhero(?= (?:from|in|on|at|with|is|and|should|must)\b)", "the star"),
    (
        r"\b(portrait|head ?shot) for (?:my |a |the )?linkedin\b(?! (?:post|banner|cover|header))",
        r"linkedin profile picture , headshot",
    ),
    (
        r"\b(?:i'm|i am|he's|she's|he is|she is|it's) (?:the )?(second|third|fourth|fifth|sixth"
        r"|last)(?: one| person)? from (?:the )?(left|right)\b", r"the person \1 from the \2",
    ),
    # What a phone shows goes somewhere; a clock in the photo is there.
    (
        r"\bclock(?= (?:goes|will go|is going) (?:in|at|on|to) (?:the )?(?:top|upper|lower|bottom"
        r"|left|right|middle))", "overlay"),
)  # fmt: skip
