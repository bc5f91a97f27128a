"""What is to happen only if something else does not: told, and never taken for a wish of its own.

A reader of words does not know whether two people fit into a square: that the photo shows. So the
first wish is acted on, and what should come in its place is said not to be weighed.
"""

import re

FAILS = (
    r"\b(?:\w+n't|not|no|impossible|too|only|less|never|fails?|fits?|touch(?:es)?|cuts?|cutting|lose[sn]?"
    r"|losing|cropp?(?:s|ed|ing)|chops?|hides?|gets?|ends? up|leaves?|needs?"
    r"|small(?:er)?|unclear|blurry)\b"
)
"""In a condition: that something does not work out."""
POLITE = (
    r"(?:you|u|i|we|possible|poss|needed|necessary|need|at all|it's (?:ok|okay|fine"
    r"|alright|possible)"
    r"|it (?:helps|works|is possible)|that(?:'s| is) (?:ok|okay|fine|possible)|anything)\b"
)
"""What begins a condition that only asks kindly."""
ENLARGED = r"(?:enlarg|upscal|blow|scale|upsiz|tell|say|let me know|stretch|bigger)"
"""These follow a photo that is too small: wishes with a frame of their own."""
INSTEAD = (
    r"(?:otherwise|if not|or else|else|failing that|if that(?:'s| is)? ?(?:n't"
    r"|not)? ?(?:im)?possible"
    r"|if that (?:does|wo)n't work|worst case|at worst|plan b)"
)
BEFORE = (
    r"(?:^|(?<=[.;,]) |(?<=[.;,|])|\b(?=(?:and|but) if ))(?:and |but |so |or )*"
    rf"if (?!{POLITE}|its? too)"
    rf"(?![^.;,|]*\b{ENLARGED})"
    rf"(?P<when>[^.;,|]*{FAILS}[^.;,|]*?)(?:,| then\b| use\b| go\b| make\b| crop\b| give\b| do\b)"
    rf"(?![^.;|]*\b{ENLARGED})[^.;|]*"
)
"""If both do not fit, use 3:2."""
BEHIND = rf",? \bor (?:else )?(?P<then>[^.;,|]+?) if (?!{POLITE})[^.;,|]*{FAILS}[^.;,|]*"
"""4:5, or 16:9 if that is too tight."""
OTHERWISE = (
    r"(?P<first>\bif (?:possible|poss|it (?:fits|works)|that (?:fits|works)|(?:it's"
    r"|it is|that's) possible"
    r"|(?:you|we|u) (?:can|manage)[^.;,|]*|(?:they|both|all)[^.;,|]*fit[^.;,|]*))[,;.]? *"
    rf"(?:and |but )?(?:{INSTEAD}),? (?!(?:just )?(?:leave|keep|as (?:it|is)|fine|good"
    r"|ok|okay|great|perfect|happy|the way"
    rf"|don't (?:touch|change|crop)))"
    rf"(?![^.;|]*\b{ENLARGED})(?P<then>[^.;|]+)"
)
"""16:9 if possible, otherwise 3:2."""
FAILING = (
    r"[,;.]? ?\b(?:(?:or|and|but),? )?(?:failing (?:that|this|which)|if (?:not|that's"
    r" not possible))"
    r"\b,? (?!(?:just |please )?(?:leave|keep|don't|fine|ok|okay|no|never|it's|that's"
    r"|too|so|as|it)\b)"
    rf"(?![^.;|]*\b{ENLARGED})(?P<then>[^.;|]+)"
)
"""The square; failing that, 4:3. Both; if not, the cake."""
SHAPE = (
    r"\b(?:in|into|as|to|fit) (?:an? )?(?P<shape>\d+(?:\.\d+)? ?[:x/] ?\d+(?:\.\d+)?"
    r"|square|portrait|landscape|upright|vertical|horizontal)\b"
)

WISHED = (
    r"(?P<what>(?:the|my|our|all|both) (?:whole|entire|full"
    r"|of)\b[^.;,|]*?) (?:do(?:es)?n't|won't|can't) "
)
"""What was wished first: "if the whole bridge does not fit"."""
FITTING = (
    r"(?P<what>(?:the|my|our|his|her) [^.;,|]*?) (?:do(?:es)?n't|won't|can't)(?: all| both)? fit\b"
)
"""What is to be in it whole: "if the giraffe doesn't fit"."""


def without_conditions(text: str) -> tuple[str, list[str]]:
    """Return normalised text without what is to happen only if another wish fails, and that."""
    told: list[str] = []

    def said(words: str) -> None:
        told.append(f"{words.strip(' ,.;')}: what comes first is tried, and nothing in its place")

    def before(match: re.Match[str]) -> str:
        said(match[0])
        shape = re.search(SHAPE, match["when"])
        whole = re.match(WISHED, match["when"]) or re.match(FITTING, match["when"])
        wished = [shape["shape"] if shape else "", whole["what"] if whole else ""]
        first = " , ".join(filter(None, wished))
        return f" , {first} , " if first else " | "

    def behind(match: re.Match[str]) -> str:
        said(match[0])
        return " | "

    def otherwise(match: re.Match[str]) -> str:
        said(match[0].removeprefix(match["first"]))
        return f"{match['first']} | "

    if "failing" not in text and " if " not in f" {text}":
        return text, told
    for pattern, put in (
        (OTHERWISE, otherwise),
        (FAILING, behind),
        (BEFORE, before),
        (BEHIND, behind),
    ):
        text = re.sub(pattern, put, text)
    return text, told
