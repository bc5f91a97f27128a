"""Parts that belong to a thing: left out, the thing is not whole; kept, the thing must be."""

import re
from collections.abc import Iterable

from cropsmith.tools.schema.request import Phrase

OWN_PARTS = {
    r"cars?|vans?|trucks?|lorry|lorries|bus(?:es)?|taxis?|motorbikes?|motorcycles?":
        r"(?:(?:number|license|licence|registration|reg) )?plates?|wheels?|bonnet|bumpers?"
        r"|headlights?|tyres?|tires?|windscreen|mirrors?|exhaust",
    r"bikes?|bicycles?": r"wheels?|handlebars?|saddle|pedals?",
    r"dogs?|cats?|horses?|cows?|birds?|foxe?s?|puppy|kittens?|sheep|lions?|elephants?|zebras?":
        r"tail|ears?|paws?|legs?|wings?|head|face|beak|mane|hooves|trunk",
    r"man|men|woman|women|person|people|girl|boy|child|kid|bride|groom|couple|him|her|me|body":
        r"head|face|legs?|feet|foot|arms?|hands?|shoes",
    r"house|church|castle|tower|barn|building|lighthouse": r"roof|door|spire|chimney|walls?",
    r"boats?|ships?|yachts?": r"sails?|masts?|bow|hull|stern",
    r"trees?": r"trunk|crown|branches|leaves",
}  # fmt: skip
"""Nouns of things -> nouns of what each has of its own; what can be had by itself is not here."""


def torn(whole: Iterable[str], avoid: Iterable[Phrase]) -> list[str]:
    """Return the contradictions of things to be whole, in words, whose parts are to be left out."""
    return [
        f"The {thing.rpartition(' ')[2]} cannot be whole without the {part.head}."
        for thing in whole
        for part in avoid
        if any(
            re.search(rf"\b(?:{things})$", thing)
            and re.fullmatch(rf"(?:\w+'s? )?(?:{parts})", re.split(OF, part.head)[0])
            for things, parts in OWN_PARTS.items()
        )
    ]


OF = r" (?:of|on|at|from) "
"""Behind a part stands whose it is: "the licence plates of both cars"."""


def part_alone(words: str) -> bool:
    """Tell whether words name a part without its owner: "wings", "its tail"."""
    return (
        re.fullmatch(
            r"(?:its |their |the |any |all |both |any of the )?(?:wings?|tails?|paws?"
            r"|horns?|antlers|fins?|ears?"
            r"|whiskers|wing ?tips?|hooves|manes?)",
            words,
        )
        is not None
    )


ERASE = re.compile(r"(?:delete|remove|erase|rub out|edit out|take out|get rid of)\b")
AMID = re.compile(r"\b(?:in|at) the (?:very )?(?:middle|center)\b|^(?:the )?(?:middle|central)\b")

OVERLAPS = re.compile(
    r"\bbetween (?:us|them|me and|the (?:two|couple|both))\b"
    r"|\b(?:behind|in-front of|across|over) [^.,;]*\b(?:head|face|hair|hat|body)s?\b"
)
"""What lies within what is kept."""

ON_THING = re.compile(
    r" (?:from|off) (?:the|a|his|her|my|our|its|their) (?!(?:\w+ )?(?:right|left|top"
    r"|bottom|background"
    r"|foreground|edges?|picture|photo|image|corner|middle|side)\b)"
)


def rubbed_off(said: str, words: str) -> bool:
    """Tell whether a thing is to be erased from another: "the crumbs from the saucer"."""
    return ERASE.match(said.removeprefix("and ")) is not None and ON_THING.search(words) is not None


def erased_amid(said: str, words: str) -> bool:
    """Tell whether a thing in the middle is to be erased, where no crop can leave it out."""
    erased = ERASE.match(said) is not None and AMID.search(words) is not None
    return erased or OVERLAPS.search(words) is not None
