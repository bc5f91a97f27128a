"""Cropper's messages in the words of every family: the boxes told are the experts' boxes."""

import re

import numpy as np
import pytest

from cropsmith.agents.backends.boxes.convention import Frame, Notation
from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.boxes.read_answer import read_answer
from cropsmith.agents.backends.boxes.rendering import Renderer
from cropsmith.agents.backends.protocol.backend import Ask, Picture, Said, Told
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.protocol.wire import Dialect
from cropsmith.agents.minds.asking.script import Script, ShownExample
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.minds.by_example.messages import (
    Packed,
    add_examples,
    answer_of,
    asked_of,
    subject_centre,
)
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import (
    Evidence,
    EvidenceKind,
    Example,
    ExpertCrop,
    Grounding,
)
from cropsmith.tools.schema.geometry import Box, Point
from cropsmith.tools.schema.request import Intent, Target

USABLE = [name for name, row in FAMILIES.items() if row.usable]
BOX = Box(x1=0.25, y1=0.125, x2=0.75, y2=0.875)


CENTRE = Point(x=0.5, y=0.25)


def shown(subject: Point | None = CENTRE) -> ShownExample:
    picture = picture_of(np.zeros((256, 512, 3), dtype=np.uint8))
    example = Example(
        sha256="0",
        width=1024,
        height=512,
        crops=(ExpertCrop(box=BOX, score=4.0),),
        similarity=0.9,
        source="test",
        subject=subject,
    )
    return ShownExample(example, picture)


@pytest.mark.parametrize("task", ["free", "subject", "unlocated", "ratio"])
@pytest.mark.parametrize("family", USABLE)
def test_boxes_are_told_in_the_models_own_frame(family: str, task: str) -> None:
    convention = FAMILIES[family]
    one = shown()
    script = Script(system=f"cropper/{task}")
    add_examples(script, Packed([one], 1, 0), task)
    script.parts.append(one.picture)
    ask = Ask(
        purpose="propose", messages=script.messages(), answer=answer_of(task, 6), frame=one.picture
    )
    rendered = Renderer(convention, Dialect.GRAMMAR).render(ask, 60)
    parts = rendered.request.messages[1].parts
    at = next(n for n, part in enumerate(parts) if isinstance(part, Picture))
    told = str(parts[at + 1]).partition("This is")[0]
    seen = convention.seen(convention.sent(one.picture.size))
    across = convention.extent or seen.width
    down = convention.extent or seen.height
    sent = convention.sent(one.picture.size)
    padded = convention.frame is Frame.PADDED
    pad = (1 - sent.height / sent.width) / 2 if padded else 0.0
    wanted = [
        BOX.x1 * across,
        (pad + BOX.y1 * (1 - 2 * pad)) * down,
        BOX.x2 * across,
        (pad + BOX.y2 * (1 - 2 * pad)) * down,
    ]
    if convention.order.value == "yxyx":
        wanted = [wanted[1], wanted[0], wanted[3], wanted[2]]
    numbers = [float(n) for n in re.findall(r"\d+\.?\d*", told)]
    if convention.notation is Notation.POINTS_TAG:  # frame, index, x, y of both corners
        x1, y1, x2, y2 = numbers[-6], numbers[-5], numbers[-2], numbers[-1]
        numbers = [x1, y1, x2, y2]
    tolerance = max(across, down) * 0.02
    assert any(
        all(abs(a - b) <= tolerance for a, b in zip(numbers[n : n + 4], wanted, strict=True))
        for n in range(len(numbers) - 3)
    ), (told, wanted)
    read = read_answer(told[told.index('{"crops') :], ask.answer, rendered.schema, convention, sent)
    (crop,) = read.value.crops  # type: ignore[attr-defined]
    assert crop.box.iou(BOX) > 0.97, "an example has exactly the form of an answer"
    if task == "free":
        assert crop.score == 0.8, "MOS 4 of 5"


def test_an_example_without_a_subject_teaches_no_centre() -> None:
    script = Script(system="cropper/subject")
    add_examples(script, Packed([shown(None), shown()], 1, 0), "subject")
    words = [part for part in script.parts if isinstance(part, str)]
    assert words[1].startswith("Example 1, of which only the crop is known")
    (told,) = (part for part in script.parts if isinstance(part, Told))
    assert told.values["centre"] == CENTRE and told.values["number"] == "2"
    assert sum(isinstance(part, Said) for part in script.parts) == 2


def found(box: Box, **more: object) -> Evidence:
    given = {"kind": EvidenceKind.SUBJECT, "source": "owl", "phrase": "dog", **more}
    return Evidence(box=box, **given)


def brief(*evidence: Evidence, missing: tuple[str, ...] = ()) -> Brief:
    view = View(open_photo(np.zeros((60, 90, 3), np.uint8)))
    intent = Intent(task="subject", targets=(Target(),))
    grounding = Grounding(found=evidence, missing=missing)
    return Brief(
        view=view,
        intent=intent,
        target=intent.targets[0],
        target_index=0,
        analysis=None,
        grounding=grounding,
        evidence=(),
    )


SMALL, LARGE = Box(x1=0, y1=0, x2=0.2, y2=0.2), Box(x1=0.5, y1=0.5, x2=0.9, y2=0.9)


def test_the_centre_is_that_of_what_was_found() -> None:
    one = subject_centre(brief(found(LARGE)))
    assert one is not None and (one.x, one.y) == pytest.approx((0.7, 0.7))
    masked = found(LARGE, centre=Point(x=0.6, y=0.8))
    assert subject_centre(brief(masked)) == Point(x=0.6, y=0.8)
    both = subject_centre(brief(found(SMALL), found(LARGE)))
    assert both is not None and both.x == pytest.approx((0.1 * 0.04 + 0.7 * 0.16) / 0.2)


@pytest.mark.parametrize(
    "evidence",
    [
        found(LARGE, kind=EvidenceKind.AVOID),
        found(LARGE, kind=EvidenceKind.FACE, phrase=""),
        found(LARGE, source="saliency"),
        found(LARGE, source="motion", phrase=""),
    ],
)
def test_what_is_no_found_subject_has_no_centre(evidence: Evidence) -> None:
    one = brief(evidence)
    assert subject_centre(one) is None and asked_of(one) == "unlocated"
    assert asked_of(brief(evidence, found(SMALL))) == "subject"


def test_what_stands_in_for_a_missing_thing_has_no_centre() -> None:
    one = brief(found(LARGE, source="main subject"), missing=("dog",))
    assert subject_centre(one) is None
