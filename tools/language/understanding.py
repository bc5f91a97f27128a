"""From a request to its intent, without a model: arguments first, then the words."""

from collections.abc import Sequence
from typing import Literal

from cropsmith.tools.language.manner import (
    Manner,
    read_alternatives,
    read_keep,
    read_margin,
    read_tightness,
    read_upscale,
)
from cropsmith.tools.language.naming import Named, foreign, read_names, read_unable
from cropsmith.tools.language.phrases import phrase_of
from cropsmith.tools.language.protection import Protection, read_protection
from cropsmith.tools.language.reading import Reading
from cropsmith.tools.language.shapes import Shapes, read_shapes
from cropsmith.tools.language.spaces import Spaces, Trims, read_spaces, read_trims
from cropsmith.tools.language.telling import told
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest, Intent, NeverCut, Phrase, Target, Tightness

LONGEST = 1500
"""Characters of a request that are read; a grammar of patterns is not for essays."""
HEADSHOT = r"\b(?:a )?(?:head ?shot|mug ?shot)(?: of)?\b"


def understand(request: CropRequest, image: Size) -> Intent:
    """Return what is wanted of a photo of this size. UsageError for a ratio beyond 50:1.

    What the words contradict is in `contradictions`, what they leave open in `unclear`; neither
    raises. Arguments replace the words of their own kind.
    """
    text, beyond = request.text[:LONGEST], request.text[LONGEST:].strip()
    reading = Reading(text)
    manner, shapes, trims = Manner(), Shapes(), Trims()
    unclear = [f"the last {len(beyond)} characters"] if beyond else []
    if foreign(text):
        shapes = read_shapes(reading, image)
        named, spaces, protection = Named(unclear=[text.strip()]), Spaces(), Protection()
    else:
        read_keep(reading, manner)
        unclear += read_unable(reading)
        read_upscale(reading, manner)
        read_margin(reading, manner)
        trims = read_trims(reading)
        protection = read_protection(reading)
        headshot = reading.took(HEADSHOT)
        read_alternatives(reading, manner)
        shapes = read_shapes(reading, image)
        spaces = read_spaces(reading)
        read_tightness(reading, manner)
        named = read_names(reading)
        if headshot:
            manner.tightness = manner.tightness or Tightness.TIGHT
            named.subjects = named.subjects or ["face"]
    said = [*spaces.subjects, *named.subjects, *protection.subjects]
    subjects = _phrases(request.subjects or said)
    avoid = _phrases(request.avoid or named.avoid)
    targets = request.targets or tuple(shapes.targets)
    keep = manner.keep if request.keep is None else request.keep
    intent = Intent(
        task=_task(request, subjects, targets),
        targets=targets or (Target(),),
        subjects=subjects,
        avoid=avoid,
        never_cut=request.never_cut or _never_cut(protection),
        copy_space=request.copy_space or spaces.copy_space,
        keep_out=request.keep_out or tuple(trims.keep_out),
        subject_box=request.subject_box,
        subject_image=request.subject_image,
        min_size=request.min_size or shapes.min_size,
        tightness=request.tightness or manner.tightness or spaces.tightness or Tightness.NORMAL,
        margin=manner.margin if request.margin is None else request.margin,
        alternatives=request.alternatives or _per_target(manner.alternatives, targets),
        keep=keep,
        upscale=request.upscale or manner.upscale,
        unclear=_distinct(
            [*unclear, *trims.unclear, *shapes.unclear, *spaces.unclear, *named.unclear]
        ),
        contradictions=_distinct(
            [
                *(() if request.targets else shapes.contradictions),
                *(() if request.copy_space else spaces.contradictions),
                *(() if request.tightness else _distances(manner, spaces)),
                *_between(subjects, avoid, targets, keep),
            ]
        ),
    )
    return intent.model_copy(update={"read_back": told(intent)})


def _per_target(said: int, targets: Sequence[Target]) -> int:
    """Return answers per target: "3 crops: post, story and cover" asks for one of each."""
    return 1 if len(targets) == said else said


def _phrases(words: Sequence[str]) -> tuple[Phrase, ...]:
    """Return each thing once."""
    return tuple({p.text: p for p in map(phrase_of, words) if p.head}.values())


def _never_cut(protection: Protection) -> tuple[NeverCut, ...]:
    """Return each kind once."""
    return tuple(dict.fromkeys(protection.never_cut))


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


def _distances(manner: Manner, spaces: Spaces) -> list[str]:
    """Return contradictions about tightness, also those with "lots of empty space"."""
    both = manner.tightness is Tightness.TIGHT and spaces.tightness is Tightness.LOOSE
    extra = ["It cannot be tight and have empty space round it."] if both else []
    return [*manner.contradictions, *extra]


def _between(
    subjects: Sequence[Phrase],
    avoid: Sequence[Phrase],
    targets: Sequence[Target],
    keep: bool | None,
) -> list[str]:
    """Return wishes of different kinds that exclude each other."""
    wanted = {(p.head, p.position) for p in subjects}
    said = [f"The {p.text} cannot be both shown and left out." for p in avoid
            if (p.head, p.position) in wanted]  # fmt: skip
    shaped = [t for t in targets if t.ratio is not None and t.name != "same shape"]
    if keep and shaped:
        said.append(f"Kept as it is, the photo cannot become {shaped[0].name}.")
    return said
