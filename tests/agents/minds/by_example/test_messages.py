"""Cropper's messages in the words of every family: the boxes told are the experts' boxes."""

import re

import numpy as np
import pytest

from cropsmith.agents.backends.boxes.convention import Frame, Notation
from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.boxes.rendering import Renderer
from cropsmith.agents.backends.protocol.backend import Ask, Picture
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.protocol.wire import Dialect
from cropsmith.agents.minds.asking.script import Script, ShownExample
from cropsmith.agents.minds.by_example.messages import Packed, add_examples, answer_of
from cropsmith.tools.schema.evidence import Example, ExpertCrop
from cropsmith.tools.schema.geometry import Box, Point

USABLE = [name for name, row in FAMILIES.items() if row.usable]
BOX = Box(x1=0.25, y1=0.125, x2=0.75, y2=0.875)


def shown() -> ShownExample:
    picture = picture_of(np.zeros((256, 512, 3), dtype=np.uint8))
    example = Example(
        sha256="0",
        width=1024,
        height=512,
        crops=(ExpertCrop(box=BOX, score=4.0),),
        similarity=0.9,
        source="test",
        subject=Point(x=0.5, y=0.25),
    )
    return ShownExample(example, picture)


@pytest.mark.parametrize("task", ["free", "subject", "ratio"])
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
    told = str(parts[at + 1])
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
    if task == "free":
        assert told.startswith("0.80"), "MOS 4 of 5 leads"
