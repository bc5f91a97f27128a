"""From a request to its intent, without a model: arguments first, then the words."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from cropsmith.tools.language.acting import ACTS
from cropsmith.tools.language.alone import alone
from cropsmith.tools.language.belonging import torn
from cropsmith.tools.language.captions import describes
from cropsmith.tools.language.chunker import tagged
from cropsmith.tools.language.chunks import Tagged
from cropsmith.tools.language.doubting import doubted
from cropsmith.tools.language.exact import Exact, read_exact
from cropsmith.tools.language.frames import closed_words
from cropsmith.tools.language.joining import Shapes
from cropsmith.tools.language.lexicon import joined_idioms
from cropsmith.tools.language.naming import Names
from cropsmith.tools.language.parse import Reading, parsed
from cropsmith.tools.language.parts import thing
from cropsmith.tools.language.passports import rule_for
from cropsmith.tools.language.phrases import phrase_of
from cropsmith.tools.language.placing import settle_thirds
from cropsmith.tools.language.reading import normalised
from cropsmith.tools.language.settling import between, settle, tightness
from cropsmith.tools.language.telling import told
from cropsmith.tools.language.weighing import weigh
from cropsmith.tools.language.wishes import Wishes
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import (
    CropRequest,
    Intent,
    Phrase,
    Placement,
    Shot,
    Target,
    Tightness,
)

ARTICLED = frozenset({"fr", "es", "it", "pt"})
"""Languages in which an article does not single out one of several."""
LONGEST = 1500
"""Characters of a request that are read; a grammar of patterns is not for essays."""


def understand(request: CropRequest, image: Size) -> Intent:
    """Return what is wanted of a photo of this size. UsageError for a ratio beyond 50:1.

    What the words contradict is in `contradictions`, what they leave open in `unclear`; neither
    raises. Arguments replace the words of their own kind.
    """
    text, beyond = request.text[:LONGEST], request.text[LONGEST:].strip()
    exact = read_exact(text, image)
    # "The horizon is crooked" only describes, and is a wish.
    if caption := exact.straighten.wish is None and _is_caption(exact):
        exact.shapes, exact.unclear, exact.most_bytes = Shapes(), [], None
    wishes = described(exact.plain) if caption else wished(exact, image)
    if caption and not wishes.named("subject"):
        wishes.unclear.append(f"{exact.plain}: nothing in it was understood")
    if beyond:
        wishes.unclear.insert(0, f"the last {len(beyond)} characters")
    shown = wishes.named("subject")
    if request.caption and not shown:
        shown = described(joined_idioms(normalised(request.caption))).named("subject")
    subjects = _phrases(request.subjects or shown)
    avoid = _phrases(request.avoid or wishes.named("avoid"))
    targets = request.targets or (*exact.shapes.targets, *wishes.targets)
    keep = wishes.keep if request.keep is None else request.keep
    if keep is None and exact.straighten.alone and not (targets or subjects or avoid):
        keep = True
    straighten = exact.straighten.wish if request.straighten is None else request.straighten
    near = request.tightness or tightness(wishes)
    intent = Intent(
        task=_task(request, subjects, targets),
        targets=targets or (Target(),),
        subjects=subjects,
        alone=alone(exact.gloss.text, subjects),
        avoid=avoid,
        landmarks=_phrases(wishes.named("landmark")),
        never_cut=request.never_cut or tuple(wishes.never_cut),
        copy_space=request.copy_space or (wishes.spaces[0] if wishes.spaces else None),
        placement=Placement(
            across=wishes.across,
            down=wishes.down,
            horizon=wishes.horizon,
            looking_room=wishes.looking_room,
            headroom=wishes.headroom,
        ),
        shot=wishes.shot,
        passport=next((rule for t in targets if (rule := rule_for(t.name))), None),
        edges=tuple(wishes.edges),
        keep_out=request.keep_out or tuple(wishes.keep_out),
        subject_box=request.subject_box,
        subject_centre=request.subject_centre,
        subject_image=request.subject_image,
        min_size=request.min_size or exact.shapes.min_size,
        tightness=near or Tightness.NORMAL,
        margin=wishes.margin if request.margin is None else request.margin,
        alternatives=request.alternatives or _per_target(wishes, targets),
        keep=keep,
        upscale=request.upscale or bool(wishes.upscale),
        straighten=straighten,
        file=wishes.file.model_copy(update={"most_bytes": exact.most_bytes}),
        language=exact.gloss.language,
        unclear=_distinct(
            [*exact.unclear, *wishes.unclear, *_undone(exact, targets, wishes.alternatives, keep)]
        ),
        doubtful=_distinct([*exact.straighten.doubtful, *wishes.doubtful]),
        contradictions=_distinct(
            [
                *(() if request.targets else exact.shapes.contradictions),
                *_unsettled(request, wishes),
                *between(subjects, avoid, targets, keep),
                *torn(_whole(wishes), avoid),
            ]
        ),
    )
    return intent.model_copy(update={"read_back": told(intent)})


EACH_ITS_OWN = re.compile(
    r"\bone (?:of|with|showing|just) .*\b(?:one|another|the other)(?: one)?"
    r" (?:of|with|showing|just)|\bfirst (?:the|my|our|just|only) .*\bthen (?:the|my|our|just|only) "
)
VERSION = r"(?:version|crop|picture|photo|one) (?:with|of|without|showing)\b"
VERSIONS = re.compile(rf"\b(?:a|one) {VERSION}.*\b(?:a|another|one) {VERSION}")
APART = re.compile(
    r"\bseparately\b|\bseparate (?:crops?|pictures?|photos?|images?|files?)\b"
    r"|\bone (?:crop|picture|photo|file|image) (?:per|for each|of each)\b"
)
AS_BEFORE = re.compile(
    r"\b(?:as|like) (?:before|last time)\b"
    r"|(?<!of the )(?<!of )\b(?:the )?same (?:thing|crop|cut|framing|again"
    r"|as you did)\b(?! (?:for|on|at|from) )"
)
AT_LEAST = re.compile(
    r"\b(?:at least|min(?:imum)?|(?:no|not) less|or (?:more|bigger|larger|wider))\b"
)


BEYOND = re.compile(
    r"\b(?:make|get|turn) (?:the |this |my )?(?:picture|photo|image) (?:wider|taller|higher)\b"
    r"|\bsee more of [^.,;|]+ (?:on|at|to) (?:the )?(?:left|right|top|bottom|sides?)\b"
    r"|\b(?:is|are) (?:already )?(?:cut|cropped|chopped)(?: off)? (?:already )?in (?:the|this|my)"
    r" (?:photo|picture|original)\b"
)
"""What the photo does not show."""


def _undone(
    exact: Exact,
    targets: Sequence[Target],
    alternatives: int,
    keep: bool | None,
) -> Iterator[str]:
    """Tell what is understood and not done."""
    said, least = exact.gloss.text.lower(), exact.shapes.min_size
    several = len(targets) > 1 or alternatives > 1
    if (several and EACH_ITS_OWN.search(said)) or VERSIONS.search(said):
        yield "one of each: all of them show all that is named"
    if APART.search(said):
        yield "separately: one crop shows all that is named"
    yield from (f"{m[0]}: a crop shows no more than the photo" for m in BEYOND.finditer(said))
    if AS_BEFORE.search(said):
        yield "as before: an earlier crop is not known here"
    if least and keep:
        yield "its pixels: a photo that stays as it is keeps them"
    elif least and 1 in (least.width, least.height) and not AT_LEAST.search(said):
        size = f"{least.width} wide" if least.height == 1 else f"{least.height} high"
        yield f"{size}: at least so many pixels are kept; --resize makes exactly so many"


TELLING = frozenset("state bare mention ignore filler unread subject place purpose".split())


def _is_caption(exact: Exact) -> bool:
    """Tell whether a text only describes the photo: no shape but a market square, and no wish."""
    named = [t.name for t in exact.shapes.targets]
    if named not in ([], ["square"]) or exact.gloss.language != "en" or not describes(exact.plain):
        return False
    return all(r.wish in TELLING for r in parsed(tagged(exact.plain, closed_words())))


def wished(exact: Exact, image: Size) -> Wishes:
    """Return the wishes of a request whose closed vocabulary was read."""
    names, readings = spoken(exact)
    wishes = names.wishes
    if exact.keep_out:
        wishes.keep_out += exact.keep_out
        wishes.distances.append(Tightness.WIDEST)
    weigh(names.request, readings, wishes, told=bool(exact.unclear))
    settle(wishes, exact, names, image)
    if "rule of thirds" in exact.gloss.text:
        settle_thirds(wishes)
    return wishes


def spoken(exact: Exact) -> tuple[Names, Sequence[Reading]]:
    """Return what the frames read, each wish for itself, and the readings that it is from."""
    wishes = Wishes(spoken_of_horizon=any("horizon" in words for words in exact.unclear))
    request = tagged(exact.text, closed_words())
    names = Names(request, wishes, exact.gloss.language in ARTICLED, exact.capitals)
    readings = doubted(parsed(request), request)
    unread: list[Reading] = []
    for reading in [*readings, None]:
        if reading is not None and _not_read(reading, unread, request):
            unread.append(reading)
            if reading.match is not None and reading.wish == "doubted":
                names.add(thing(reading.match), "")
            continue
        if reading is not None and reading.wish == "filler":
            continue
        _tell(unread, request, wishes)
        unread = []
        if reading is not None and reading.match is not None:
            ACTS[reading.wish](reading.match, request, wishes, names)
    return names, readings


def _not_read(reading: Reading, before: Sequence[Reading], request: Tagged) -> bool:
    """Tell whether words were not understood, or belong to such words: "78 and good with it"."""
    if reading.wish in ("unread", "negated", "doubted"):
        return True
    hangs = reading.wish == "subject" and re.match(
        r"(?:of|with|about|on) ", request.line[reading.start : reading.end]
    )
    return bool(before and hangs and reading.start - before[-1].end <= 1)


def _tell(unread: Sequence[Reading], request: Tagged, wishes: Wishes) -> None:
    """Say which words were not understood."""
    if unread:
        words = request.words(request.line[unread[0].start : unread[-1].end])
        wishes.unclear.append(re.sub(r"\s*\|\s*", " ", words))


def described(text: str) -> Wishes:
    """Return the subjects of a caption: its first things, never a command."""
    wishes = Wishes()
    request = tagged(text, frozenset())
    names = Names(request, wishes)
    for mark in re.findall(r"[NHBKGWVYEZ]\d+(?:(?: ,)? and [NHVYE]\d+)?", request.line)[:1]:
        names.add(mark, "subject")
    wishes.never_cut.clear()
    wishes.unclear.clear()
    return wishes


def _whole(wishes: Wishes) -> list[str]:
    """Return what is to be whole, in words: things said so, a person from head to toe."""
    body = ["body"] if wishes.shot is Shot.FULL_BODY else []
    return list(dict.fromkeys([*wishes.whole, *body]))


def _unsettled(request: CropRequest, wishes: Wishes) -> list[str]:
    """Return the contradictions of the words that no argument settles."""
    said = wishes.contradictions
    if request.copy_space:
        said = [words for words in said if not words.startswith("Room ")]
    if request.tightness:
        said = [words for words in said if not words.startswith("It cannot be both close")]
    return said


def _per_target(wishes: Wishes, targets: Sequence[Target]) -> int:
    """Return answers per target: "3 crops: post, story and cover" asks for one of each."""
    shared = len(targets) == wishes.alternatives and not wishes.each
    return 1 if shared else wishes.alternatives


def _phrases(words: Sequence[str]) -> tuple[Phrase, ...]:
    """Return each thing once."""
    return tuple({p.text: p for p in map(phrase_of, words) if p.head}.values())


def _distinct(words: Sequence[str]) -> tuple[str, ...]:
    """Return each sentence once, in order."""
    return tuple(dict.fromkeys(words))


def _task(
    request: CropRequest, subjects: Sequence[Phrase], targets: Sequence[Target]
) -> Literal["free", "subject", "ratio"]:
    """Return the kind of task that the scorers are weighted for."""
    if subjects or request.subject_box is not None or request.subject_image is not None:
        return "subject"
    return "ratio" if any(t.ratio or t.size for t in targets) else "free"
