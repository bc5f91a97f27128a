"""What the trained model says of a reading: a thing hardly meant is not shown, a doubt is told."""

from collections.abc import Mapping, Sequence

from cropsmith.tools.language.chunks import Tagged
from cropsmith.tools.language.parse import Reading
from cropsmith.tools.language.roles import MARK, Thing, things_of, without_article
from cropsmith.tools.language.trained import signs_of, trained
from cropsmith.tools.language.wishes import Wishes

HARDLY = 0.8
"""Above this chance of being neither, one of several subjects is not shown, but told."""
DOUBT = 0.45
"""Above this chance of a misreading it is said that the reading may be wrong, unless something
was told already: who reads that looks at the whole."""
UNSURE, ALL_BUT_SURE = 0.6, 0.99
"""Below the first chance of its verdict a thing is named in the doubt; where none is, the least
sure below the second, and only without one the request as a whole."""
MOST_NAMED = 2
PLAIN_WORDS, PLAIN_THINGS, PLAIN = 5, 2, 0.7
"""A request of so few words and things is not doubted while the roles are as sure as this."""


def weigh(request: Tagged, readings: Sequence[Reading], wishes: Wishes, told: bool = False) -> None:
    """Change the wishes where the model is all but sure, and note what may be meant otherwise.

    `told`: something was said to be unclear before the frames were read, so that no doubt is added.
    It never adds a wish and never turns one into another: what it takes out is told.
    """
    model = trained()
    if model is None:
        return
    things = things_of(request, readings, wishes)
    chances = model.verdicts(things)
    for thing, chance in zip(things, chances, strict=True):
        if (
            thing.role == "subject"
            and chance["neither"] >= HARDLY
            and any(not _same(words, thing) for words in wishes.named("subject"))
            and not _joined(thing, request, readings)
        ):
            _leave_aside(thing, wishes)
    if told or wishes.unclear:
        return
    signs = signs_of(things, chances, len(request.line.split()), model.roles.place, readings)
    if model.misread(signs) < DOUBT or _plain(request, things, chances):
        return
    sure = [(chance[thing.verdict], thing) for thing, chance in zip(things, chances, strict=True)]
    sure.sort(key=lambda pair: pair[0])
    named = [thing for one, thing in sure if one < UNSURE]
    said = [thing.chunk.words for thing in named[:MOST_NAMED]]
    if not said:
        said = [thing.chunk.words for one, thing in sure if one < ALL_BUT_SURE][:1]
        said = said or ["the request as a whole"]
    wishes.doubtful += said


def _plain(
    request: Tagged, things: Sequence[Thing], chances: Sequence[Mapping[str, float]]
) -> bool:
    """Tell whether a request is short and clear: "the dog, square"."""
    words = [word for word in request.line.split() if word[0].isalnum()]
    sure = [chance[thing.verdict] for thing, chance in zip(things, chances, strict=True)]
    few = len(words) <= PLAIN_WORDS and len(things) <= PLAIN_THINGS
    return few and min(sure, default=1.0) >= PLAIN


def _joined(thing: Thing, request: Tagged, readings: Sequence[Reading]) -> bool:
    """Tell whether a thing was read in one breath with another: "me and my girlfriend"."""
    parts = [request.line[one.start : one.end].split() for one in readings]
    return any(
        thing.mark in part and sum(MARK.fullmatch(word) is not None for word in part) > 1
        for part in parts
    )


def _leave_aside(thing: Thing, wishes: Wishes) -> None:
    """Take a thing out of the subjects; it may still be spoken of."""
    for mention in wishes.mentions:
        if mention.role == "subject" and _same(mention.words, thing):
            mention.role = ""
            wishes.unclear.append(thing.chunk.words)


def _same(words: str, thing: Thing) -> bool:
    return without_article(words) == without_article(thing.chunk.words)
