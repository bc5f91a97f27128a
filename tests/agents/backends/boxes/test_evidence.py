"""What every row rests on, and the published measurement of formats that rows must agree with."""

import re

import pytest

from cropsmith.agents.backends.boxes.convention import Frame, Notation
from cropsmith.agents.backends.boxes.families import FAMILIES, MODEL_TYPES
from cropsmith.agents.backends.boxes.family import family_of, family_of_type

ADDRESS = re.compile(r"[\w.-]+/[\w.-]+")

# Roboflow's vlm-exam (src/vlm_exam/configs/models.yaml at 07d4445, October 2026): the format that
# won on its pictures, by model. "px" are pixels of the picture as it was sent.
EXAM = {
    "xyxy px": (
        "claude-fable-5 claude-fable-5-1 claude-sonnet-5 claude-opus-4-8 claude-opus-5 "
        "claude-opus-5-5 claude-sonnet-5-5 gpt-5.5 gpt-5.4-mini gpt-5.6-sol gpt-5.6-terra "
        "gpt-5.6-luna gpt-6-astra gpt-6-sol gpt-6-luna gpt-6.1-sol moonshotai/kimi-k3"
    ),
    "yxyx 1000": (
        "gemini-3.5-flash gemini-3.6-flash gemini-3.7-flash gemini-3.8-flash "
        "gemini-3.5-flash-lite gemini-3-flash-preview gemini-2.5-pro gemini-3.1-pro-preview "
        "z-ai/glm-5.3-flash moonshotai/kimi-k2.6"
    ),
    "xyxy 1000": (
        "qwen3.8-max qwen/qwen3.7-plus qwen/qwen3.7-flash qwen3.8-flash qwen/qwen3.5-27b "
        "qwen/qwen3-vl-235b-a22b-instruct qwen/qwen3.8-27b qwen/qwen3.6-27b z-ai/glm-5v-turbo "
        "deepseek/deepseek-v4-flash-vision-exp xiaomi/mimo-v2.6-pro xiaomi/mimo-v2.6-flash"
    ),
    "named 1000": (
        "meta/muse-spark-1.1 meta/muse-spark-1.2 meta/muse-spark-1.3 meta/muse-glimmer-30b"
    ),
    "xyxy 100": "grok-4.5 grok-4.6 grok-4.7 thinkingmachines/inkling",
    "xyxy 999": "mistralai/mistral-large-4-0",
    # Of roboflow/inference, foundation/openai/v7.py at 1075c20: older models of OpenAI's.
    "named 1": "gpt-5.1 gpt-5 gpt-5-mini gpt-5-nano",
    "xyxy px ": "gpt-4.1 gpt-4.1-mini gpt-4.1-nano gpt-4o gpt-4o-mini gpt-5.2 gpt-5.4-nano",
}


def told(model: str) -> str:
    row = family_of(model)
    assert row is not None and row.standing == "verified", model
    order = "named" if row.notation is Notation.NAMED else row.order.value
    assert (row.extent is None) == (row.frame is Frame.SEEN)
    return f"{order} {'px' if row.extent is None else f'{row.extent:g}'}"


@pytest.mark.parametrize("form", EXAM)
def test_rows_agree_with_the_published_measurement(form: str) -> None:
    assert {told(model) for model in EXAM[form].split()} == {form.strip()}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_row_names_its_evidence_and_its_date(family: str) -> None:
    row = FAMILIES[family]
    assert re.fullmatch(r"20\d\d-[01]\d", row.date)
    if row.standing not in ("inferred", "unknown") or "/" in row.source:
        assert ADDRESS.search(row.source), row.source
    else:
        assert row.source.startswith(("as ", "nothing found"))
    # What is verified was measured: by a benchmark whose commit is named.
    assert (row.standing == "verified") == bool(re.search(r"@[0-9a-f]{7}", row.source))
    assert row.usable is not row.source.startswith("nothing found") or row.standing == "unknown"


def test_a_type_that_families_share_is_told_apart_by_the_name() -> None:
    for kind, model, family in [
        ("qwen3_5", "acme/my-tune", "qwen3.6"),
        ("qwen3_5", "Qwen/Qwen3.5-9B", "qwen3.5"),
        ("internvl_chat", "OpenGVLab/InternVL3-8B", "internvl"),
        # The config is right where a name misleads.
        ("qwen2_5_vl", "acme/distilled-from-gemini-3", "qwen2.5-vl"),
    ]:
        row = family_of_type(kind, model)
        assert row is not None and row.family == family
    assert family_of_type("bert") is None
    # Whichever is taken for a neutral name, the boxes are read alike.
    for kind, families in MODEL_TYPES.items():
        usable = [FAMILIES[name] for name in families if FAMILIES[name].usable]
        assert len({(row.order, row.extent, row.frame) for row in usable}) <= 1, kind
