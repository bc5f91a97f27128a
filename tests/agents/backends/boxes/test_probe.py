"""The probe finds every convention of the table by its answers alone, and refuses to guess."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from cropsmith.agents.backends.boxes.calibration import calibrated, store
from cropsmith.agents.backends.boxes.convention import Frame
from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.boxes.native_box import read_box, write_box
from cropsmith.agents.backends.boxes.probe import ProbeRefused, probe, written_box
from cropsmith.tools.schema.geometry import Box, Size


@pytest.mark.parametrize("family", FAMILIES)
async def test_every_convention_is_found_from_the_answers(family: str, simulated: Any) -> None:
    truth = FAMILIES[family]
    found = (await probe(simulated([truth]))).convention
    assert found.standing == "probed"
    # What counts: boxes that the model writes are read to within a pixel of the picture.
    for width, height in [(1024, 683), (683, 1024), (612, 408), (1024, 1024)]:
        sent = found.sent(Size(width=width, height=height))
        box = Box(x1=0.11, y1=0.37, x2=0.64, y2=0.92)
        plain = truth.model_copy(update={"notation": found.notation})
        read = read_box(write_box(box, plain, sent), found, sent).box
        for a, b, side in zip(
            read.corners, box.corners, [sent.width, sent.height] * 2, strict=True
        ):
            assert abs(a - b) * side <= 1.001
        if truth.frame is Frame.SEEN:
            assert found.seen(sent) == truth.seen(sent)


def shaken(amount: float) -> Callable[[Box], Box]:
    rng = random.Random(1)

    def shake(box: Box) -> Box:
        return Box.of(corner + rng.uniform(-amount, amount) for corner in box.corners)

    return shake


@pytest.mark.parametrize("family", ["qwen3-vl", "qwen2.5-vl", "gemini-2", "claude", "kimi-vl"])
async def test_an_inexact_model_is_still_identified(family: str, simulated: Any) -> None:
    found = (await probe(simulated([FAMILIES[family]], spoil=shaken(0.01)))).convention
    assert (found.order, found.frame) == (FAMILIES[family].order, FAMILIES[family].frame)


@pytest.mark.parametrize(
    "drift",
    [
        ("qwen3-vl", "gemini-2"),
        ("qwen3-vl", "kimi-vl"),
        ("qwen3-vl", "qwen2.5-vl"),
        ("gemini-2", "gemini-2", "gemini-2", "qwen3-vl"),
        ("deepseek-vl2", "deepseek-vl2", "deepseek-vl2", "kosmos-2"),
    ],
)
async def test_a_drifting_model_is_refused(drift: tuple[str, ...], simulated: Any) -> None:
    with pytest.raises(ProbeRefused):
        await probe(simulated([FAMILIES[name] for name in drift]))


async def test_a_model_that_does_not_look_is_refused(simulated: Any) -> None:
    def constant(box: Box) -> Box:
        return Box(x1=0.25, y1=0.25, x2=0.75, y2=0.75)

    with pytest.raises(ProbeRefused, match="cannot be told"):
        await probe(simulated([FAMILIES["qwen3-vl"]], spoil=constant))
    with pytest.raises(ProbeRefused):
        await probe(simulated([FAMILIES["qwen3-vl"]], spoil=shaken(0.2)))


async def test_a_verdict_is_kept_per_model_and_server(simulated: Any) -> None:
    verdict = await probe(simulated([FAMILIES["gemma4"]]), today="2026-11-20")
    assert verdict.schema_held is True and (verdict.mean_iou or 0) > 0.99
    store(verdict)
    assert calibrated("simulated/acme-1", "nowhere") == verdict.convention
    assert calibrated("simulated/acme-1", "elsewhere") is None
    assert calibrated("simulated/acme-2", "nowhere") is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ('[{"bbox_2d": [1, 2, 3, 4], "label": "x"}]', [1, 2, 3, 4]),
        ('{"box_2d": [1, 2, 3, 4]}', [1, 2, 3, 4]),
        ("It is at (10, 20), (30, 40).", [10, 20, 30, 40]),
        ("<box>[[1, 2, 3, 4]]</box>", [1, 2, 3, 4]),
        ("<|det|>[[1, 2, 3, 4]]<|/det|>", [1, 2, 3, 4]),
        (
            '{"objects": [{"x_min": 0.1, "y_min": 0.2, "x_max": 0.3, "y_max": 0.4}]}',
            [0.1, 0.2, 0.3, 0.4],
        ),
    ],
)
def test_a_box_is_found_in_free_answers(text: str, numbers: list[float]) -> None:
    found = written_box(text)
    assert found is not None and list(found.numbers) == numbers


@pytest.mark.parametrize("text", ["", "I see nothing.", "[[1,2,3,4],[5,6,7,8]]", "1 2 3"])
def test_no_box_or_several_are_no_answer(text: str) -> None:
    assert written_box(text) is None
