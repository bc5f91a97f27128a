"""What is said beside a wish and is none: who writes, why, what the photo holds."""

import re

from cropsmith.tools.language.numerals import COUNTED

HOLDS = r"(?:there are|there're|has|it has|contains|holds|shows|consists of|made up of)"
MANY = rf"(?:{'|'.join(COUNTED)}|\d+|several|some|many)"
TOLD = r"(?:know|find out|guess|reali[sz]e|think|tell|work out|figure out)"


def _not_those(match: re.Match[str]) -> str:
    """Name what "those" are: "the people on the balcony, not those in the street"."""
    noun = match[2] if match[2].endswith("s") or match[2] == "people" else f"{match[2]}s"
    return f"{match[1]}{match[2]}{match[3]} , {match[4]} the {noun} "


ASIDES = (
    # Announcements.
    (
        r"(?:^|(?<=[.;] ))(?:just |only )?(?:an?|(?:a )?couple of|two|three|four|\d|a few|several"
        r"|one(?: more| last)?) (?:quick |small |little |other |more ){0,2}(?:things|requests"
        r"|points|changes|asks|wishes|tweaks|favou?rs|(?<=one )thing|(?<=more )thing"
        r"|(?<=last )thing)(?: please)? ?[.:,;-]+", " ",
    ),
    (r"\b(?:a|the|our|my|this) (?:news )?story (?=about|on (?!instagram|facebook|the (?:left"
    r"|right))|in the (?:paper"
     r"|newsletter|magazine|local))", "an article "),
    (
        r"^((?:two|three|four|five|six|\d|several|many|a few) [a-z]+s?(?: [a-z' ]{2,30}?)?)[,.;]+ "
        r"(?=(?:but )?i (?:only |just )?(?:want|need) (?:only |just )?the [a-z]+ (?:one|two"
        r"|ones)\b)",
        r"there are \1 , ",
    ),
    (
        r"\b(keep|show|include|want|need|lose|remove|leave out) (?:just |only |these |the )?"
        r"(?:two|three|four|\d|following|few) things ?[:,] ?", r"\1 ",
    ),
    (r"^(?:no[, ]+)?not (?:that|this) (?:one|dog|cat|guy|man|woman)[,.;]+ (?=[a-z])", ""),
    (
        r"\b(?:but |and )?(?:i'm |i am |we're )?(?:not (?:so |really |quite )?sure|unsure"
        r"|undecided)"
        r"(?: about)? (?:which|what|how|where|if|whether)\b[^.;,|]*", " , ",
    ),
    (r"(?<=[.,;] )(?:you|u) choose(?=\s*(?:[.,;!]|$))", ""),
    (r"\b(?:i'd|i would|i'll|let's|shall we) say(?=,? (?:lose|cut|crop|take|about|make|go"
    r"|\d))", ""),
    (r",? say,? (?=(?:\d|a |about |knees|waist|chest|half|from |head))(?!a (?:word|thing))", ", "),
    # Why.
    (
        r"\b(?:i|we)(?:'d)? (?:really )?(?:don't|wouldn't|rather not) want (?:people|anyone|anybody"
        rf"|strangers|everyone|everybody|them|him|her|others|my [a-z]+|the [a-z]+) to {TOLD}"
        r" (?:where|what|who|whose|how|when|that|if|whether|which|about|it|my|our|the|we|i)\b"
        r"[^.;,|]*", " , ",
    ),
    (
        rf"\b(?:so )?(?:nobody|people (?:can't|don't|shouldn't)|(?:i|we)(?:'d)? (?:really"
        rf" )?(?:don't"
        rf"|wouldn't) want (?:people|anyone|anybody|strangers)) (?:(?:should|may|can|could|must"
        rf"|will"
        rf"|is|be|able|to) ){{0,4}}(?:{TOLD}s?|knowing|guessing|finding out) (?:where|what|who"
        rf"|whose|how"
        r"|when|that|if|whether|which)\b[^.;,|]*", " , ",
    ),
    # What the photo is like.
    (
        r"\b(?:the (?:guy|man|woman|girl|person|friend) who took (?:it|this)|whoever took (?:it"
        r"|this)"
        r"|(?:my|our) [a-z]+(?: [a-z]+)?|he|she|they|i|we|you) (?:took (?:it|this|the (?:photo"
        r"|picture))"
        r"(?: from)?|stood|was|were|shot (?:it|this)(?: from)?) (?:(?:way|much|far|a bit)"
        r" )?(?:too far"
        r"|so far|miles|very far|really far)(?: (?:away|back|off))?(?: from (?:us|me|them|it|her"
        r"|him))?(?=\s*(?:[.,;]|$| so\b| and\b))", "it is too far away",
    ),
    (
        r"\b(?:took|shot|made|snapped) (?:it|this|the (?:photo|picture)) and (?:has |have )?(?:cut"
        r"|chopped|lost|missed) (?:off )?(?=(?:my|our|his|her|their|the|half)\b)",
        "took it . you cut off ",
    ),
    (
        r"\b((?:my|our|the) [a-z]+)(?: is| are| has| just)* (?:turning|turned) \d{1,2}"
        r"\b(?! ?(?:°|deg))", r"there is \1",
    ),
    (
        rf"\b(?:(?:(?:the|this|that|my|our) [a-z]+ )?{HOLDS}|(?:it's |this is )?(?:an?|the|this|my)"
        r" (?:[a-z]+ )?(?:sheet|page|scan|strip|spread|collage|album page) (?:with|of))"
        rf" ({MANY} )((?:small |little |old |other )?)(?:pictures|photos|images|photographs)\b"
        r"(?! of)(?: (?:side by side|next to each other|in a row|above each other))?"
        r"(?: (?:on|in) (?:it|(?:the|this|my|one) (?:page|sheet|scan|album|print)|here|there))?",
        r"there are \1\2snapshots",
    ),
    (
        r"\b(?:(?:it's|it is|this is|photo is|picture is|image is) (?:\d+ years old and )?"
        r"|(?<=years old )and )only (?:about )?\d+ ?(?:px|pixels?)(?: (?:wide|high|tall|across))?"
        r"(?! or\b)", " , ",
    ),
    (r"\bthis is (?=\d+ years old\b)", ""),
    (
        r"\bthis is ((?:my|our|his|her) [a-z]+)'s (?:(?:last|first|favou?rite|only|best|old|new"
        r"|school|wedding) ){0,2}(?:photo|picture|portrait|pic|shot|photograph)\b(?! with \d)",
        r"this is \1",
    ),
    (
        r"\b(?:(?:the|our|my|his|her) [a-z]+|he|she|they|you|it) (?:has |had )?(?:put|placed|left"
        r"|stood"
        r"|took|shot|framed|got|made|had) (us|me|him|her|them|everyone|the [a-z]+|my [a-z]+)"
        r" (?:all |both )?(?:miles|(?:way |much |far )?too far|so far|very far|really far|far)"
        r" (?:away|back|off)\b", r"\1 are too far away",
    ),
    (
        r"\b(is|are|look|looks|'re|'s|stands?|was|were) (?:about )?(?:miles|a mile|such a long way"
        r"|so far|way off|too far) away\b", r"\1 too far away",
    ),
    (r" in the (?:preview|last preview|draft)(?= last time|,? so\b|\s*[.,;]|$)", ""),
    # Words that stand for others.
    (
        r"\b((?:the|my|our|that) (?:[a-z0-9]+ ){0,2}?)([a-z]+)((?: (?:on|in|at|with|by"
        r"|behind"
        r"|under) [^.;,|]{3,30}?)?),? ((?:and |but )?not) those"
        r" (?=(?:in|on|at|behind|with|next|near|by|from|under)\b)", _not_those,
    ),
    (
        r"\b(be|been|got|was|were|why (?:is|are|was|were) [^.;,|]{2,30}?) left out\b(?! of)",
        r"\1 cropped out",
    ),
    (
        r"\b((?:cut|cropp?|chopp?|miss)[a-z]*(?: off| out)?),? (?:and )?(?:especially|particularly"
        r"|certainly|above all|least of all|most of all) not (?=(?:the|my|our|his|her|their)\b)",
        r"\1 , don't cut ",
    ),
    (
        r"\b((?:my|our|his|her|the|their) (?:[a-z']+ )?)([a-z]+)( in it)?,? ((?:and |but )?(?:not"
        r"|without|instead of|rather than|never)) (?:mine|hers|his|theirs|ours|yours)"
        r"(?=\s*(?:[.,;]|$| please\b))", r"\1\2\3 \4 the other \2",
    ),
    (
        r"\b(?:please )?(?:don't|do not|not|never|without|no need to) (?:change|alter|touch|modify"
        r"|mess with|changing|altering) (?:the|its|my) (?:format|shape|(?:aspect )?ratio|aspect"
        r"|proportions?|dimensions)\b"
        r"|\b(?:keep|leave|retain|preserve|maintain) (?:the|its) (?:format|shape|proportions"
        r"|dimensions)(?: (?:as it is|as is|the same|unchanged|alone|as they are))?(?! of| as)"
        r"|\b(?:the )?(?:format|shape|aspect ratio|proportions) (?:must|should|has to|needs to|can)"
        r" (?:not change|stay(?: as (?:it is|is)| the same)?|remain(?: the same)?)\b",
        "same shape",
    ),
    (r"(\d ?: ?\d+) wide\b(?! enough)", r"\1"),
    (
        r"\b(?:as )?(?:an? )?(\w+)[- ]col(?:umn)?s? (?=upright|landscape|portrait|square|pic\b"
        r"|picture|photo|image)",
        r"\1 columns , ",
    ),
    (
        r"(?<=[a-z]) 4 (?=(?:my|the|our|insta\w*|tiktok|facebook|print|youtube|linkedin|pinterest"
        r"|me|us|work|school|christmas|a|whatsapp|twitter)\b)", " for ",
    ),
    (r"\b(sitting|changing|meeting|dressing|fitting|operating|storage|utility) room", r"\1-room"),
    (r"\bsave the dates?\b", "save-the-date"),
    (
        r"\b(battery|signal|wi-?fi|date|network|notch|status bar)(?: icons?| level| symbol)?"
        r"(,? and|,|,? &) (?:the )?time\b", r"\1\2 the clock",
    ),
    (r"\b(?:the )?time(?=,? (?:and|&) (?:the )?(?:date|battery|signal)\b)", "the clock"),
)  # fmt: skip
"""A pattern, and what is put in its place."""

SHARED_UNIT = re.compile(
    r"\b\d+(?:\.\d+)? ?(?P<unit>%|percent|per cent|px|pixels?) (?:off|from|of|at|on)"
    r" (?:the )?(?:left|right|top|bottom)(?: (?:side|edge|hand side))?"
    r"(?:(?:,| and|, and| &) (?:another )?\d+(?:\.\d+)?(?: ?(?:%|percent|per cent|px|pixels?))?"
    r" (?:off|from|of|at|on) (?:the )?(?:left|right|top|bottom)(?: (?:side|edge|hand side))?)+"
)
"""Strips in a row, of which the first has a unit: "10 percent off the top, 20 off the bottom"."""
UNITLESS = re.compile(r"(?<=[ ,])(\d+(?:\.\d+)?)(?= (?:off|from|of|at|on)\b)")


def with_units(text: str) -> str:
    """Return the text with the unit that is said once put to every number it is meant for."""
    return SHARED_UNIT.sub(
        lambda row: UNITLESS.sub(
            lambda one: f"{one[1]} {row['unit']}", row[0].replace("another ", "")
        ),
        text,
    )
