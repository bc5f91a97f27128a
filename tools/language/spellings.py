"""One spelling for what is written in several ways: a pattern, and what is put in its place."""

import re

from cropsmith.tools.language.numerals import COUNTED, ORDINALS

SHAPED = (
    r"square|portrait|landscape|upright|vertical|horizontal|panorama"
    r"|\d+(?:\.\d+)? ?[:x] ?\d+(?:\.\d+)?"
)
COLOUR = "red|blue|green|yellow|black|white|brown|grey|gray|pink|purple|orange"


def _times(match: re.Match[str]) -> str:
    """Return a ratio said as a multiple: "twice as wide as high" is 2:1."""
    count = {"twice": "2"}.get(match[1], str(COUNTED.get(match[1], match[1])))
    return f"{count}:1" if match[2] in ("wide", "broad", "long") else f"1:{count}"


QUOTES = ((r"[‘’ʼ]", "'"),)
"""Before all others: they are written with plain ones."""
SPELLINGS = (
    # Who signs is nobody in the photo.
    (
        r"\b(thanks?(?: you)?(?: (?:so much|very much|a lot|again|in advance))?|cheers"
        r"|(?:kind |best |warm )?(?:regards|wishes)),? (?:from )?(?:your )?"
        r"(?:grand(?:ma|pa|mother|father)|gran(?:ny)?|nan(?:a|ny)?|aunt(?:ie)?|uncle|mum"
        r"|mom|dad|mrs|mr|ms|dr)\b[ .]*[a-z]*\s*\.?$", r"\1",
    ),
    (
        r"\b((?:(?:cut|crop|leave|take|edit) (?:out|off|away)|remove|lose|get rid of)"
        r" [^.;,]{2,50}?),? but (?:not|spare|leave) (?=(?:the|his|her|my|their|its|our)\b)",
        r"\1 but keep ",
    ),
    (
        r"\b(?:the |his |her )?head ?-?(?:room|space) (?:is|was|seems|looks) (?:a (?:bit|little) "
        r"|way |far |much )?too (?:much|big|large|high|generous)\b", "less headroom",
    ),
    (
        r"\b(?:(?:there is|there's) )?(?:way |far |a bit |much )?too much head ?-?(?:room|space)\b",
        "less headroom",
    ),
    (
        r"\b(?:the |my |our |an? )?(headline|title|text|copy|logo|caption|quote|lettering|slogan"
        r"|tagline) (?:goes|go|sits|sit|runs|run|comes|will (?:go|be|sit|run|come)|is (?:going"
        r"|to go|going to (?:be|go|sit|run)))(?: down)? (?:over|on|onto|down|across|along|at|in"
        r"|to) (?=the (?:left|right|top|bottom)\b)", r"room for the \1 on ",
    ),
    (
        r"\b((?:any|every)thing (?:above|below|beneath|under|left of|right of|beyond)"
        r" [^.;,]{2,40}?),? too(?=\s*(?:[.,;]|$))", r"\1 can go",
    ),
    (r"\b((?:the )?[a-z]+) out as far as (?:it goes|possible|you can)\b", r"leave out \1"),
    (r"\bremote[- ]control(?!led|-led)", "remote"),
    (
        r" (?:growing|sticking|coming|poking) (?:out of|from|behind)"
        r" (?:his|her|my|their|the) heads?\b",
        " behind the head",
    ),
    (
        r"\b(?:col(?:umn)?\.? )?width (?:of |is )?(\d+(?:\.\d+)?) ?(?:cm|mm|in(?:ch(?:es)?)?)?,?"
        r" (?:and )?height (?:of |is )?(\d+(?:\.\d+)?) ?(cm|mm|in(?:ch(?:es)?)?)\b",
        lambda m: f"{m[1]} x {m[2]} {'inch' if m[3].startswith('in') else m[3]}",
    ),
    (r"\bpassport (photo|picture)\b([^.;]*?),? us\b", r"us passport \1\2"),
    (r"\b(?:in|into|to) (?:a|any|one|either) corner\b(?! of)", " , a corner , "),
    (r"\bzoom(ed)?( in)?(?: by)? x ?([2-9])\b", r"zoom\1\2 \3x"),
    (r"(?:^|(?<=[\s,.;]))\(?[1-9]\)(?= )", " . "),
    (r"\b(?:teh|hte)\b", "the"), (r"\bths\b", "this"), (r"\bfoto(?=s?\b)", "photo"),
    (r"\b(for|saying|says|reads?|text|words|title) [\"“][^\"”]{2,60}[\"”]", r"\1 the text"),
    (
        r"\b(1st|2nd|3rd|[4-9]th)\b(?= (?:one |person |[a-z]+ )?(?:from|in|on|row)\b)",
        lambda m: ORDINALS[int(m[1][0]) - 1],
    ),
    (
        r"\b(\d|two|three|four|twice) ?(?:times |x )?as (wide|broad|long|tall"
        r"|high) as (?:it is |it's )?(?:high|tall|wide|broad)\b",
        _times,
    ),
    (
        rf"\bone ({SHAPED})\b([^.;,]*),? (?:and )?one ({SHAPED})\b", r"\1 and \3 \2",
    ),
    (r"\b(they|you|we)(?=re\b)(?!re-)", r"\1'"),
    (
        r"\b(no|not|never|(?:nobody|no one)'s)( [a-z]+)? (cut|chopped|sliced|cropped)(?: off)? in"
        r" (?:half|two|halves)\b", r"\1\2 \3",
    ),
    (
        r"\bnone of (?:the|their|our|my|his|her|its) ([a-z]+) (?:(?:may|must|can|should|is|are|to"
        r"|gets?|being|be|allowed) )+(?=(?:cut|cropped|chopped|sliced|clipped)\b)", r"no \1 ",
    ),
    (r"\b(?:instead of|rather than|not) what (?:you|it|we|i) (?:gave|did|made|had|got|sent)\b"
     r"[^.;,]*", ""),
    (
        r"(?<=[a-z]) on top of (?=(?:the|an?|his|her|my|our|its|their) "
        r"(?!picture|photo|image|frame))",
        " atop ",
    ),
    (r"\b(?:is it|would it be) possible (?:to|for you to)\b", "please"),
    (r"\bget rid(?: of (?:that|this|those))?(?=\s*(?:[.,;!]|$))", "get rid of it"),
    (
        r"\bthe (top|bottom|left|right) (two|three|four|[2-4])"
        r" (?!thirds|quarters|fifths)([a-z]+s)\b(?! of)",
        r"the \2 \3 at the \1",
    ),
    (
        r"\b(?:(?:the )?(?:crop|picture|image|photo|it) )?(?:should |must )?(?:start"
        r"|begin)(?:s|ing)?"
        r" (?:at|with|from|below|just below) ((?:the|his|her|my|an?) [^.;,]{2,40}?),? (?:and )?"
        r"(?:end|stop|finish)(?:s|ing)? (?:at|with|by|above|just above|after|behind) ",
        r"crop from \1 to ",
    ),
    (
        r"\b([1-9])/([2-9]|10) (?=of\b|off\b|from\b)",
        lambda m: f"{100 * int(m[1]) / int(m[2]):.1f}% " if int(m[1]) < int(m[2]) else m[0],
    ),
    (
        r"(?<=% of )(?:(?:the |its )?(?:picture|photo|image|frame)(?:'?s)? (?:height|width)\b"
        r"|the (?:height|width) of the (?:picture|photo|image|frame)\b)",
        "the picture",
    ),
    (r"\b(?:massive|enormous|gigantic)(?=\s*(?:[.,;!]|$| and\b| but\b| in (?:it|the)\b))", "big"),
    (
        r"\b(?:a bit|a little|some) of (?:the )?sky,? (?:but |and )?not (?:too |that |so )?much\b",
        "only a bit of sky",
    ),
    (r"\bcenter ([^.;,]{2,40}?) horizontally\b", r"center \1"),
    (
        r",? (?:and|n) (?=(?:nobody|no one|noone) (?:is |gets |to be |should be )?(?:cut"
        r"|cropped|chopped|left|missing)\b)",
        " , ",
    ),
    (r"\b(white|black|brown|wooden|gold(?:en)?|thick|thin) frame\b(?! of)", r"\1 border"),
    (r"\bway too\b", "much too"), (r"\bhand (?=(?:it|this|that|me)\b)", "give "),
    (r"\b(id|staff|student|bus|press) (badge|card|pass)\b", r"\1-\2"),
    (r"\b(?:just |only )?an? (?:wee |tiny )?(?:tad|smidge|smidgen|fraction|notch)\b(?!"
    r" (?:of|off|from|to)\b)", "a bit"),
    (
        r"(?<!\bthe )(?<!\bon )(?<!\bvery )\b(top|bottom|tip) of (?=(?:the|his|her|my"
        r"|its|their|our)\b|hair\b|head\b)",
        r"the \1 of ",
    ),
    (
        r"(\b(?:cut|crop|off|away|take|trim|remove|lose|shave)\b[^.;,]*)?\b(?:a|one) third"
        r" (?:of the way )?(?:up |down )?from the (top|bottom)\b",
        lambda m: m[0] if m[1] else f"on the {'upper' if m[2] == 'top' else 'lower'} third",
    ),
    (
        r"\ba (?:tad|touch|bit|little|smidge|hair) (?=(?:to the |more )?(?:left|right)\b)",
        "slightly ",
    ),
    (
        r"\b(?:(?:see|for|on|in) )?(?:page|slide|chapter|figure|fig|issue|volume|part|task|step"
        r"|item|room|spread|plate|photo|picture|version) \d+ ?:(?! ?\d)", " , ",
    ),
    (
        r"(?<=[a-z])( with (?:the|an?|its|his|her|their) (?!(?:text|title|headline|logo|words"
        r"|caption|name|clock|time|bit|little|strip|margin|room|space|gap|quote|slogan)\b)"
        r"[a-z]+(?: [a-z]+)?) on top\b(?! of)", r"\1",
    ),
    (
        r"\b(?:about |around |roughly )?(?:a|one) third (?:of the way )?(?:in )?from the"
        r" (left|right)\b", r"on the \1 third",
    ),
    (
        r"(?<!\bnot )\b(low|high)(?: down| up)?(?: and(?: to the| on the)?| on the| to"
        r" the)? (left|right)\b",
        lambda m: f"on the {'top' if m[1] == 'high' else 'bottom'} {m[2]}",
    ),
    (r"(?<!\bby)(?<!\bin) (?:themselves|itself)(?= (?:must|should|has|have|is|are|can)\b)", ""),
    (r"\balot\b", "a lot"), (r"\bthe (top|bottom|left|right) bit\b", r"the \1 part"),
    (r"(\d ?: ?\d+):(?= )", r"\1,"),
    (r"\b((?:aspect )?ratio)(?: of)? (\d?\.\d+|1\.\d+)\b(?! ?[:x/\d])", r"\1 \2:1"),
    (
        r"(?<=[a-z]) (?:is|are) (?:the )?(second|third|fourth|fifth|last)(?: one)?"
        r" from (?:the )?(left|right)\b", r" \1 from the \2",
    ),
    (r"\b(?:carousel|series|sequence) of (?:\d|two|three|four|five)(?= *[,:])", " "),
    (r"\bjus\b", "just"), (r"\bcrp\b", "crop"), (r"\bnt (?=the\b)", "not "),
    (r"(?<!\w)#(?=\d)", "number "),
    (r"\b(?:on )?either side of\b", "beside"),
    (r"\bthe hero\b(?! (?:image|banner|picture|photo|shot|section|slot|header))", "the star"),
    (r"\b(?:that's |it's |this is )?(?:the )?wrong ([a-z]+)[.!,]+", r"there's a \1 ."),
    (
        r"(?:^|(?<=[,.;] )|(?<=\bof )|(?<=\bto )|(?<=\bjust )|(?<=\bonly )|(?<=\bwith ))(her|him)"
        r" (?=(?:with|in) the\b(?! (?:middle|center|left|right|top|bottom|upper|lower)))",
        lambda m: f"the {'wo' * (m[1] == 'her')}man ",
    ),
    (r"\bthe (two|three|four|five) (?=(?:on|at|to) the\b)", r"the \1 people "),
    (r"\bphone lock ?screen\b", "phone wallpaper"),
    (r"\bfor sale (?=sign|board|banner)", "sale "),
    (r"\bmobile (?=(?:wallpaper|background|screen)(?! for))", "phone "),
    (r"\bmobile (?=wallpaper)", ""),
    (
        r"\bcover (?:photo |picture |pic |image )?(?:for|on|of) (?:my|our|the|a)(?: [\w']+)? "
        r"(facebook|fb|linkedin|youtube|twitter)\b(?: page| profile| channel| group)?", r"\1 cover",
    ),
    (
        r"'s (?=(?:wonky|crooked|tilted|slanted|ugly|boring|missing|dark|blurry|small|tiny"
        r"|huge)\b)",
        " is ",
    ),
    (
        r"\b(\d+) ?(?:px|pixels?)? wide,? (?:and |by |x )?(\d+) ?(?:px|pixels?)? (?:high|tall)\b",
        r"\1x\2 pixels",
    ),
    (
        r"\bone for (?:the )?(instagram|facebook|pinterest|linkedin|twitter|youtube)\b(?= and\b)",
        r"\1 post",
    ),
    (
        r"\b(?:the|my|our) (?:profile (?:picture|pic|photo)|avatar|pfp)"
        r" (?=(?:covers|sits|hides|goes|is|will|overlaps)\b)",
        "the badge ",
    ),
    (r"[:;]-?[)(]|:d\b", " "),
    (r"\b(?:n|nd)\b(?= [a-z]{2})", "and"),
    (r"(?<=text|word|sign|itle|abel|name|tter) \"[^\"]{1,40}\"", " "),
    (r"\b(says?|saying|reads?|reading) [\"'“][^\"”]{1,40}[\"'”]", r"\1 so"),
    (r"(?<!\w)'([^']{2,40})'(?!\w)", r"\1"),
    (r"[“”]", '"'), (r"[×✕]", "x"), (r"[–—]", " , "),
    (
        rf"(?<=[a-z]) \(((?:the|my|our|an?|his|her|in|with|{COLOUR}) [a-z ]+)\)",
        lambda m: f" {m[1]}" if m[1].startswith(("in ", "with ")) else f" who's {m[1]}",
    ),
    (
        r"\((?:(?:he|she|it|they)(?:'s|s| is| are|'re)? )?(?:on |at )?(?:the )?"
        r"((?:far |very )?(?:left|right))"
        r"[, ]+(?:and |with |in )?(?:an? |the )?([a-z ]+)\)", r" who's with the \2 on the \1",
    ),
    (
        rf"(?<=[a-z]), (?:on )?(?:the )?((?:far |very )?(?:left|right)),"
        rf" ((?:{COLOUR}) [a-z]+)(?=[,.;]|$)",
        r" who's with the \2 on the \1",
    ),
    (r"\b(?:wider|broader|longer) than (?:it is |it's )?(?:tall|high)\b", "landscape orientation"),
    (r"\b(?:taller|higher) than (?:it is |it's )?(?:wide|broad)\b", "portrait orientation"),
    (r"\b(?:squar|sqare|squre)\b", "square"),
    (r"(?:^|(?<=[.;] )|(?<=^ok )|(?<=^okay ))(?:first|second|third|fourth|fifth)(?:ly)?, ", ""),
    (r"[()\[\]]", " , "),
    (
        r"\b(a\d) ([a-z]+) (upright|landscape|portrait|sideways|lengthwise)\b", r"\1 \3 \2",
    ),
    (r"[!?…]+", ". "), (r"([a-z])\1{2,}", r"\1"), ("📱", "phone "),
    (r"\bno\.? (?=\d{1,2}\b(?! ?(?:%|px|x|:|mm|cm|pixels|percent|dpi)))", "number "),
    (r"(\d ?(?:%|percent|per cent)) (?:white )?borders?\b(?! off)", r"\1 margin"),
    (r"\bborders? of (?=(?:about |around )?\d)", "margin of "),
    (r"\bim (?=the one)", "i'm "), (r"\b(bus|tram|pit) stop\b", r"\1-stop"),
    (r"\b(he|she|they|who|we) left(?= (?:the|us|my|our|in|last|early|$))", r"\1 went from"),
    (r"\b(?:insta|ig)\b", "instagram"), (r"\bfb\b", "facebook"), (r"\byt\b", "youtube"),
    (r"\b(?:pls|plz)\b", "please"), (r"\bw/o\b", "without"), (r"\bw/", "with "),
    (r"\bdont\b", "don't"), (r"\bdoesnt\b", "doesn't"), (r"\bpics?\b", "picture"),
    (r"\bpfp\b|\bavatar\b", "profile picture"), (r"(?<!')\bli?'?l\b(?= [a-z])", "little"),
    (
        rf"\b(\d+|{'|'.join(COUNTED)}) wide (?:to|by|and|x)"
        rf" (\d+|{'|'.join(COUNTED)}) "
        r"(?:high|tall)\b",
        r"\1 by \2",
    ),
    (r"\b(?:no one|nobody)'s (?=[a-z]+ (?:cut|chopped|cropped|missing|off)\b)", "no "),
    (r"\bcentr(?=(?:ed|ing|ally|al)\b)", "center"), (r"\bcenteral", "central"),
    (r"\bcentre\b", "center"), (r"\bmin\.?(?=[ ,;]|$)", "minimum"), (r"\bpix\b", "pixels"),
    (r"[：﹕]", ":"), (r"(?<=\d),(?=\d{1,2} ?[:/])", "."), (r"(?<=[:/])(\d+),(\d+)", r"\1.\2"),
    (r"\b(?:u|ya)\b(?!\.\w)", "you"), (r"\bur\b", "your"),
    (r"\b(?:cant|can not)\b", "can't"), (r"\bwont\b", "won't"),
    (r"\b(theres|thats|whats|hes|shes|wheres)\b", lambda m: m[1][:-1] + "'s"),
    (
        r"\b(?:isnt|arent|wasnt|didnt|shouldnt|mustnt|couldnt|wouldnt|havent|hasnt"
        r"|neednt)\b", lambda m: m[0][:-2] + "n't"),
    (r"\bim\b(?= (?:not|the|a|so|on|in|just|after|\w+ing)\b)", "i'm"), (r"\bive\b", "i've"), (
        r"\bits (?=(?:cute|nice|ugly|lovely|ok|okay|"
        r"too|a|an|the|my|our|not|so|all|for|just|about|fine|perfect|good"
        r"|only|in|at|on|\w+ing)\b)", "it's "),
    (r"\banyones\b", "anyone's"), (r"\beveryones\b", "everyone's"), (r"\bno[ -]one\b", "nobody"),
    (r"\b(mr|mrs|ms|dr|prof|st|cllr|sgt|capt|jr|sr)\.", r"\1"),
    (r"\bincl\.?(?=[\s,])", "including"),
    (r"\b(trash|garbage|tin|beer|soda|watering|spray|rubbish) can\b", r"\1-can"), (r"\bcannot\b",
    "can't"),
    (r"\b(?:burnt|blown) out\b", "overexposed"), (r"\bw (?=[a-z]{2,})", "with "),
    (r"\bbg\b", "background"), (r"(?<=[a-z]) ?= ?(?=[a-z])", " is "),
    (r"\bwld\b", "would"), (r"\bcld\b", "could"), (r"\bno,? (?=not\b)", ""),
    (r"\b(?:has|'s) got to\b", " has to"), (r"\bhave got to\b|\bgotta\b", "have to"),
    (r"^one (?=(?:square|portrait|landscape|upright|\d+ ?[:x/] ?\d))", ""),
    (
        r"(?<=[\w:]),? (?:and )?one (?=(?:square|portrait|landscape|upright|\d+ ?[:x/] ?\d))",
        " and ",
    ),
    (r"\b(no|without)(?: any)? [a-z]+ (?:with|of|like|by) (?=(?:upscal|enlarg|stretch))", r"\1 "),
    (
        r"\b(\d+(?:\.\d+)?) ?(cm|mm|inch(?:es)?)? wide,?(?: and| by| x)? (\d+(?:\.\d+)?)"
        r" ?(cm|mm|inch(?:es)?) (?:high|tall)\b", r"\1 x \3 \4"),
    (r"\bcn\b", "can"), (r"\bth\b(?= [a-z])", "the"), (r"\bdoggo\b", "dog"),
    (r"\bpupper\b", "puppy"), (r"\bpls\.", "please"),
    (
        r"(?:^|(?<=[.,;] ))(?:the )?(second|third|fourth|fifth|sixth|last|first)(?: one"
        r"| person)? (from|on) (?:the )?(?=left|right)", r"the person \1 \2 the "),
    (r"\bdo not\b", "don't"), (r"\bmust not\b|\bmustn't\b|\bshould not\b", "shouldn't"),
    # "the picture's too small" has a verb, "the picture's corner" has none.
    (
        r"(?<!\bit)(?<!\bhe)(?<!\bshe)(?<!\bthat)(?<!\bthere)(?<!\bwho)(?<!\bwhat)(?<!\blet)"
        r"(?<=[a-z])'s(?= (?:an?|the|too|very|so|not|really|just|already|in|on|at|behind|next"
        r"|near|always|never|gone|been|being|my|our|fine|perfect)\b)",
        " is",
    ),
)  # fmt: skip
