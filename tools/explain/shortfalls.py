"""What a crop lacks of what was asked, in plain sentences: told of the crop that was chosen."""

from collections.abc import Iterator, Sequence

from cropsmith.tools.constraints.calling import are_several
from cropsmith.tools.constraints.kinds import in_words
from cropsmith.tools.constraints.must_stay import (
    LEAST_LEADING,
    Because,
    MustStay,
    Staying,
    must_stay,
)
from cropsmith.tools.explain.naming import Named, avoided, is_doubtful, plural
from cropsmith.tools.grounding.doubt import UNSURE
from cropsmith.tools.grounding.telling import with_article
from cropsmith.tools.photographer.subject import sure_of
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, NeverCut, Tightness

TRACE = 0.05
"""Share of an unwanted thing up to which it is out, and of any thing up to which it is lost."""
MOSTLY = 0.5
SAME = 0.5
"""IoU from which two finds are one thing, whatever it was taken for."""
WHOLE = 0.95
"""Share of a thing inside from which it is whole: boxes have some air."""
ROUND_IT = ", with most of the photo round it"
"""What the finder says of the clearest of several (`tools/finder/answer.py`), before any crop."""


def shortfalls(
    intent: Intent, evidence: Sequence[Evidence], box: Box, said: Sequence[str] = ()
) -> Sequence[str]:
    """Return a sentence on each wish that the crop does not meet, as far as can be seen.

    `evidence` is all that was found, faces included; what `said` tells already is not told twice.
    """
    shown = tuple(_shows(evidence, box))
    if intent.shot is not None:
        return shown
    stay = must_stay(intent, evidence)
    asked = intent.avoid or intent.copy_space or intent.subjects or intent.never_cut
    if not asked:  # faces bind every crop
        return tuple(_faces(intent, evidence, stay, box, said))
    notes = [
        *shown,
        *_left_without(evidence, stay, box, said),
        *_beside_room(intent, stay, box, said),
        *_named(intent, evidence, stay, box, said),
        *_faces(intent, evidence, stay, box, said),
    ]
    return tuple(dict.fromkeys(note for note in notes if note not in said))


def still_so(
    notes: Sequence[str], intent: Intent, evidence: Sequence[Evidence], boxes: Sequence[Box]
) -> tuple[str, ...]:
    """Return the notes as they are true of these crops.

    What must yield is settled before the crop is chosen, which often shows more than it might: that
    a thing is cut goes where it is whole in all of them, and that most of the photo is kept where
    one holds less than half.
    """
    cut: dict[str, bool] = {}
    for thing in must_stay(intent, evidence).things:
        whole = all(box.contains(thing.box) for box in boxes)
        cut[thing.what] = cut.get(thing.what, False) or not whole
    untrue = tuple(
        f"{_first(what)} {be} cut "
        for what, is_cut in cut.items()
        if not is_cut
        for be in ("is", "are")
    )
    kept = [note for note in notes if not note.startswith(untrue)]
    if any(box.area < MOSTLY for box in boxes):
        kept = [note.replace(ROUND_IT, "") for note in kept]
    return tuple(kept)


def _shows(evidence: Sequence[Evidence], box: Box) -> Iterator[str]:
    """Say what was to go and shows, and what may lie elsewhere."""
    for named in avoided([one for one in evidence if not is_doubtful(one)]):
        shows = most_inside(named, box)
        if shows > TRACE:
            of = "them still show" if named.plural else "it still shows"
            yield f"{_first(named.name)} could not be left out wholly: {_much(shows)} of {of}."
    for named in avoided([one for one in evidence if is_doubtful(one)]):
        where = f"It is not sure where {named.name} {'are' if named.plural else 'is'}"
        shows = most_inside(named, box)
        if shows > TRACE:
            yield f"{where}, and {_much(shows)} of the likeliest place still shows."
        else:
            yield f"{where}: the likeliest place was left out."


def _much(shows: float) -> str:
    return "most" if shows > MOSTLY else "part"


def most_inside(named: Named, box: Box) -> float:
    """Return the share that a crop shows of that one of the things of which it shows most."""
    return max(_inside(one, box) for one in named.boxes)


def _left_without(
    evidence: Sequence[Evidence], stay: MustStay, box: Box, said: Sequence[str]
) -> Iterator[str]:
    """Say what leaving a thing out costs, and what else was there to be kept."""
    gone = " and ".join(named.name for named in avoided(evidence))
    if not gone:
        return
    main = _main(stay)
    if main is None or main.kind is EvidenceKind.SALIENT:
        yield from _entangled(gone, evidence, box)
        return
    if _is_unclear(evidence, main):
        yield f"Beside {gone} no other thing is sure: the likeliest was kept."
    yield from _kept(f"Without {gone}", main, box, said)


def _entangled(gone: str, evidence: Sequence[Evidence], box: Box) -> Iterator[str]:
    """Say what is cut that lies within what is to go, or that there is nothing else."""
    unwanted = [one.box for one in evidence if one.kind is EvidenceKind.AVOID]
    others = [
        one
        for kind in (EvidenceKind.PERSON, EvidenceKind.THING)
        for one in sure_of(evidence, kind)
        if one.box.area >= LEAST_LEADING and not any(one.box.iou(u) > SAME for u in unwanted)
    ]
    if not others:
        yield f"Beside {gone} nothing of weight was found in this photo."
        return
    cut = [one for one in others if _inside(one.box, box) < WHOLE]
    alike = _like_the_first(cut or others)
    several = len(alike) > 1
    what = plural(_label(alike[0])) if several else _label(alike[0])
    who, be = (f"{len(alike)} {what}", "are") if several else (with_article(what), "is")
    if not cut:
        yield f"What else was found overlaps {gone}: {who} {be} kept."
        return
    lost = all(_inside(one.box, box) <= TRACE for one in alike)
    how = f"gone with {gone}" if lost else f"cut to leave {gone} out"
    yield f"{_first(who)} {be} {how}."


def _label(found: Evidence) -> str:
    return found.label or found.kind


def _like_the_first(found: Sequence[Evidence]) -> Sequence[Evidence]:
    """Return the first of what was found, and what is called the same."""
    return [one for one in found if _label(one) == _label(found[0])]


def _beside_room(intent: Intent, stay: MustStay, box: Box, said: Sequence[str]) -> Iterator[str]:
    """Say what the free room costs, and where nobody knows what it should be beside."""
    if intent.copy_space is None:
        return
    where = f"the free room {in_words(intent.copy_space.side)}"
    main = _main(stay)
    if main is None:
        yield f"Nothing was found in this photo that {where} could be beside."
    elif main.kind is EvidenceKind.SALIENT:
        yield f"No subject was found for sure: {where} was left beside what stands out."
    else:
        yield from _kept(f"Beside {where}", main, box, said)


def _kept(begin: str, main: Staying, box: Box, said: Sequence[str]) -> Iterator[str]:
    inside = _inside(main.box, box)
    told = (f"{main.what} is cut", f"{main.what} are cut", f" for {main.what}: ")
    if inside > TRACE and any(_is_said(words, said) for words in told):
        return
    if inside <= TRACE:
        yield f"{begin} {main.what} is lost."
    elif inside < MOSTLY:
        yield f"{begin} little of {main.what} is left."
    elif inside < WHOLE:
        yield f"{begin} {main.what} is not whole."


def _named(
    intent: Intent, evidence: Sequence[Evidence], stay: MustStay, box: Box, said: Sequence[str]
) -> Iterator[str]:
    """Say which named thing is not whole, or may be another."""
    lost = [thing.what for thing in stay.named if _inside(thing.box, box) <= TRACE]
    for thing in stay.named:
        cut = _inside(thing.box, box) < WHOLE and intent.tightness is not Tightness.FILL
        if cut and not intent.edges and not _is_said(thing.what, said):
            count = lost.count(thing.what)
            every = sum(one.what == thing.what for one in stay.named)
            if 0 < count < every and are_several(thing.what, every):
                of, be = thing.what.replace("both", "the two"), "is" if count == 1 else "are"
                yield f"{'One' if count == 1 else count} of {of} {be} not in this crop."
            else:
                yield f"Part of {thing.what} is outside this crop."
    for one in evidence:
        named = one.kind is EvidenceKind.SUBJECT and one.phrase
        if named and is_doubtful(one, UNSURE):
            yield f"It is not sure that this is “{one.phrase}”: the likeliest was taken."


def _faces(
    intent: Intent, evidence: Sequence[Evidence], stay: MustStay, box: Box, said: Sequence[str]
) -> Iterator[str]:
    """Say that no face was found to keep where that was asked, or that one is not whole."""
    found = any(one.kind is EvidenceKind.FACE for one in evidence)
    if not found and NeverCut.FACES in intent.never_cut:
        yield "No face was found to keep."
    faces = [one for one in stay.things if one.kind is EvidenceKind.FACE]
    if any(_inside(face.box, box) < WHOLE for face in faces) and not _is_said("face", said):
        yield "Not every face is whole in this crop."


def _main(stay: MustStay) -> Staying | None:
    """Return what the crop is about: the first named thing, else what leads, else a face."""
    for reason in (Because.NAMED, Because.MAIN, Because.NEVER_CUT, Because.FACE):
        if things := stay.because(reason):
            return things[0]
    return None


def _is_unclear(evidence: Sequence[Evidence], main: Staying) -> bool:
    return any(one.box == main.box and is_doubtful(one) for one in evidence)


def _inside(thing: Box, box: Box) -> float:
    return thing.overlap(box) / thing.area


def _is_said(words: str, said: Sequence[str]) -> bool:
    return any(words.casefold() in note.casefold() for note in said)


def _first(words: str) -> str:
    return words[:1].upper() + words[1:]
