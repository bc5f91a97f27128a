"""Boxes there and back in every family's words; what contradicts a convention is refused."""

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.boxes.family import family_named, family_of
from cropsmith.agents.backends.boxes.native_box import (
    OutOfConvention,
    box_schema,
    read_box,
    read_point,
    write_box,
    write_point,
)
from cropsmith.errors import UsageError
from cropsmith.tools.schema.geometry import Box, Point, Size

share = st.floats(min_value=0, max_value=1)


def size(width: int, height: int) -> Size:
    return Size(width=width, height=height)


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=40)
@given(
    width=st.integers(60, 6000),
    height=st.integers(60, 6000),
    xs=st.tuples(share, share),
    ys=st.tuples(share, share),
)
def test_a_box_comes_back_within_a_pixel(
    family: str, width: int, height: int, xs: tuple[float, float], ys: tuple[float, float]
) -> None:
    convention = FAMILIES[family]
    sent = convention.sent(size(width, height))
    (x1, x2), (y1, y2) = sorted(xs), sorted(ys)
    assume((x2 - x1) * sent.width > 4 and (y2 - y1) * sent.height > 4)
    box = Box(x1=x1, y1=y1, x2=x2, y2=y2)
    read = read_box(write_box(box, convention, sent), convention, sent).box
    for there, back, side in zip(
        box.corners, read.corners, [sent.width, sent.height] * 2, strict=True
    ):
        assert abs(there - back) * side <= 1


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=40)
@given(x=share, y=share)
def test_a_point_comes_back(family: str, x: float, y: float) -> None:
    convention = FAMILIES[family]
    sent = convention.sent(size(1920, 1080))
    read = read_point(write_point(Point(x=x, y=y), convention, sent), convention, sent).point
    assert abs(read.x - x) * sent.width <= 1 and abs(read.y - y) * sent.height <= 1


def corners(value: Any, family: str, sent: Size) -> list[float]:
    return list(read_box(value, FAMILIES[family], sent).box.corners)


def test_worked_examples() -> None:
    quarter = pytest.approx([0.25, 0.25, 0.75, 0.75])
    # Qwen2.5-VL answers in the pixels that it saw.
    assert corners([287, 210, 861, 630], "qwen2.5-vl", size(1148, 840)) == quarter
    # Gemini says y first.
    gemini = [0.075, 0.171, 0.308, 0.245]
    assert corners([171, 75, 245, 308], "gemini-2", size(1000, 1000)) == pytest.approx(gemini)
    # LLaVA-1.5 pads 1600x900 with 350 px above and below.
    padded = corners([0.0, 0.25, 1.0, 0.5], "llava-1.5", size(1600, 900))
    assert padded == pytest.approx([0, 0.05556, 1, 0.5], abs=1e-4)
    # Florence-2 answers bins: the middle of the bin is meant.
    assert corners("<loc_0><loc_0><loc_499><loc_999>", "florence-2", size(100, 100)) == (
        pytest.approx([0.0005, 0.0005, 0.4995, 0.9995])
    )
    # PaliGemma says y first, in bins of 1024.
    assert corners("<loc0256><loc0000><loc0768><loc0512> cat", "paligemma", size(9, 9)) == (
        pytest.approx([0, 0.25, 0.5, 0.75])
    )
    # DeepSeek-VL2 divides by 999.
    det = "<|ref|>a<|/ref|><|det|>[[0, 0, 999, 999]]<|/det|>"
    assert corners(det, "deepseek-vl2", size(9, 9)) == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("family", "text", "found"),
    [
        ("internvl", "<ref>dog</ref><box>[[100, 200, 300, 400]]</box>", [0.1, 0.2, 0.3, 0.4]),
        ("glm-v", "<|begin_of_box|>[[100,200,300,400]]<|end_of_box|>", [0.1, 0.2, 0.3, 0.4]),
        ("minicpm-v", "<ref>dog</ref><box>100 200 300 400</box>", [0.1, 0.2, 0.3, 0.4]),
        ("qwen2-vl", "<|box_start|>(100,200),(300,400)<|box_end|>", [0.1, 0.2, 0.3, 0.4]),
        (
            "molmo",
            '<point x="10.0" y="20.0" alt="a">a</point> <point x="30.0" y="40.0" alt="b">b</point>',
            [0.1, 0.2, 0.3, 0.4],
        ),
        ("molmo2", '<points coords="1 1 100 200 1 2 300 400">', [0.1, 0.2, 0.3, 0.4]),
        ("gemma4", {"box_2d": [200, 100, 400, 300]}, [0.1, 0.2, 0.3, 0.4]),
        ("qwen3-vl", {"bbox_2d": [100, 200, 300, 400]}, [0.1, 0.2, 0.3, 0.4]),
        (
            "moondream",
            {"x_min": 0.1, "y_min": 0.2, "x_max": 0.3, "y_max": 0.4},
            [0.1, 0.2, 0.3, 0.4],
        ),
        ("deepseek-vl2", [[99.9, 199.8, 299.7, 399.6]], [0.1, 0.2, 0.3, 0.4]),
    ],
)
def test_native_text_is_read(family: str, text: Any, found: list[float]) -> None:
    assert corners(text, family, size(640, 480)) == pytest.approx(found)


@pytest.mark.parametrize(
    ("family", "value"),
    [
        ("qwen3-vl", [100, 200, 1400, 400]),  # beyond the tolerance
        ("kimi-vl", [0.1, 0.2, 1.5, 0.4]),
        ("qwen3-vl", [0.1, 0.2, 0.5, 0.4]),  # fractions where thousandths are due
        ("qwen2.5-vl", [0, 0, 1, 1]),
        ("qwen3-vl", [300, 200, 100, 400]),  # swapped
        ("qwen3-vl", [100, 200, 100, 400]),  # empty
        ("qwen3-vl", [math.inf, 0, 1000, 1000]),
        ("qwen3-vl", [math.nan, 0, 1000, 1000]),
        ("qwen3-vl", [1, 2, 3]),
        ("qwen3-vl", [True, 2, 300, 400]),
        ("qwen3-vl", ["one", 2, 300, 400]),
        ("qwen3-vl", {"box_2d": [100, 200, 300, 400]}),  # Gemini's word means another order
        ("qwen3-vl", "somewhere on the left"),
        ("internvl", "<box>[[1, 2, 3, 4]]</box><box>[[1, 2, 3, 4]]</box>"),
        ("qwen3-vl", None),
    ],
)
def test_what_contradicts_the_convention_is_refused(family: str, value: Any) -> None:
    with pytest.raises(OutOfConvention):
        read_box(value, FAMILIES[family], size(1024, 672))


def test_a_small_overshoot_is_clamped_and_told() -> None:
    read = read_box([-10, 0, 1020, 1000], FAMILIES["qwen3-vl"], size(1024, 672))
    assert read.box == Box.whole()
    assert read.clamped == pytest.approx(0.02)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_schema_admits_what_the_family_writes(family: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    convention = FAMILIES[family]
    sent = convention.sent(size(1600, 1000))
    box = Box(x1=0.125, y1=0.25, x2=0.625, y2=0.875)
    jsonschema.validate(write_box(box, convention, sent), box_schema(convention, sent))


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("Qwen/Qwen3-VL-8B-Instruct", "qwen3-vl"),
        ("Qwen/Qwen2.5-VL-7B-Instruct-AWQ", "qwen2.5-vl"),
        ("qwen2.5vl:7b", "qwen2.5-vl"),
        ("Qwen/Qwen2-VL-2B-Instruct", "qwen2-vl"),
        ("XiaomiMiMo/MiMo-VL-7B-RL", "qwen2.5-vl"),
        ("OpenGVLab/InternVL3_5-8B", "internvl3.5"),
        ("OpenGVLab/InternVL3-8B", "internvl"),
        ("zai-org/GLM-4.5V", "glm-v"),
        ("gemini-2.5-flash", "gemini-2"),
        ("gemini-3-pro-preview", "gemini-3"),
        ("google/gemma-3-27b-it", "gemma3"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4o-mini", "gpt-4o-mini"),
        ("gpt-4.1-mini", "gpt-4.1-mini"),
        ("gpt-5-nano", "gpt-5-nano"),
        ("gpt-5", "gpt-5"),
        ("gpt-5.1", "gpt-5"),
        ("gpt-5.4", "gpt-5.2"),
        ("o3", "openai-o"),
        ("o4-mini", "o4-mini"),
        ("claude-sonnet-4-5", "claude"),
        ("claude-opus-4-7", "claude-high"),
        ("allenai/Molmo-7B-D-0924", "molmo"),
        ("allenai/Molmo2-8B", "molmo2"),
        ("google/paligemma2-3b-mix-448", "paligemma"),
        ("llava-hf/llava-1.5-7b-hf", "llava-1.5"),
        ("moonshotai/Kimi-VL-A3B-Instruct", "kimi-vl"),
        ("moonshotai/Kimi-K2.5", "kimi-k2.5"),
        ("moonshotai/Kimi-K2.6", "kimi-k2.6"),
        ("gemini-flash-latest", "gemini-3"),
        ("gemini-pro-latest", "gemini-3"),
        ("mistral-medium-3.1", "mistral3"),
        ("mistralai/Ministral-3-8B-Instruct", "mistral3"),
        ("mistral-small3.2:24b", "mistral3"),
        ("z-ai/glm-5v-turbo", "glm-5v"),
        ("z-ai/glm-5.3-flash", "glm-5-flash"),
        ("Qwen/Qwen3.5-27B", "qwen3.5"),
        ("qwen/qwen3.7-plus", "qwen3.6"),
        ("qwen-vl-max-latest", "qwen-vl-cloud"),
        ("nvidia/Cosmos-Reason2-8B", "cosmos-reason2"),
        ("AIDC-AI/Ovis2.5-9B", "ovis2.5"),
        ("baidu/ERNIE-4.5-VL-28B-A3B-Thinking", "ernie-vl"),
        ("LiquidAI/LFM2.5-VL-450M", "lfm2-vl"),
        ("HuggingFaceTB/SmolVLM2-2.2B-Instruct", "smolvlm"),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "llama4"),
        ("meta/muse-spark-1.3", "muse"),
        ("x-ai/grok-4.6", "grok"),
        ("claude-fable-5-1", "claude-high"),
    ],
)
def test_models_find_their_family(model: str, family: str) -> None:
    found = family_of(model)
    assert found is not None and found.family == family


def test_an_unknown_model_has_no_family() -> None:
    assert family_of("acme/vision-1") is None


def test_an_unknown_family_gets_a_suggestion() -> None:
    with pytest.raises(UsageError, match="qwen3-vl"):
        family_named("qwen3vl")
