"""Plain English to intents: what the rows of evals/language do not show."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.errors import UsageError
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import (
    CopySpace,
    CropRequest,
    Intent,
    NeverCut,
    Side,
    Target,
    Tightness,
)

IMAGE = Size(width=6000, height=4000)


def read(text: str, **arguments: object) -> Intent:
    return understand(CropRequest.model_validate({"text": text, **arguments}), IMAGE)


def test_the_sentence_of_the_design() -> None:
    intent = read(
        "the woman with the red umbrella, 4:5 for Instagram, leave room on the left for a headline"
    )
    assert intent.read_back == (
        "Crop to the woman with the red umbrella, as 4:5, with 33% left free on the left."
    )
    assert intent.task == "subject"
    assert not intent.unclear and not intent.contradictions


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Crop, in any shape."),
        ("keep as is", "Leave the photo as it is."),
        ("tight, the two dogs on the left", "Crop tightly to the 2 leftmost dogs, in any shape."),
        ("second boat from the left", "Crop to the second boat from the left, in any shape."),
        ("square and 9:16", "Crop, as square (1:1) and 9:16."),
        (
            "instagram story without the bin, three options",
            "Crop, as instagram story (9:16, up to 1080x1920), without the bin, in 3 versions.",
        ),
        ("at least 2000 px wide", "Crop, in any shape, at least 2000 pixels wide."),
        ("don't cut off any heads", "Crop, in any shape, never cutting a face."),
    ],
)
def test_what_was_understood_is_told_in_a_sentence(text: str, sentence: str) -> None:
    assert read(text).read_back == sentence


def test_arguments_replace_the_words_of_their_kind() -> None:
    square = Target(name="square", ratio=Ratio.of(1, 1))
    intent = read(
        "the dog, 4:5, tight, three options, room on the left, without the bin, 10% margin",
        targets=(square,),
        subjects=("the cat",),
        avoid=("a lamp",),
        never_cut=(NeverCut.TEXT,),
        copy_space=CopySpace(side=Side.TOP),
        tightness=Tightness.LOOSE,
        margin=0.3,
        alternatives=2,
    )
    assert intent.targets == (square,)
    assert [p.head for p in intent.subjects] == ["cat"]
    assert [p.head for p in intent.avoid] == ["lamp"]
    assert intent.never_cut == (NeverCut.TEXT,)
    assert intent.copy_space is not None and intent.copy_space.side is Side.TOP
    assert (intent.tightness, intent.margin, intent.alternatives) == (Tightness.LOOSE, 0.3, 2)


def test_an_argument_settles_a_contradiction_of_the_words() -> None:
    assert read("portrait but 16:9").contradictions
    assert not read("portrait but 16:9", targets=(Target(ratio=Ratio.of(1, 1)),)).contradictions


def test_a_box_of_the_subject_makes_it_a_subject_task() -> None:
    assert read("", subject_box=Box(x1=0, y1=0, x2=0.5, y2=0.5)).task == "subject"
    assert read("square").task == "ratio"
    assert read("").task == "free"


def test_an_extreme_ratio_is_refused() -> None:
    with pytest.raises(UsageError, match="too extreme"):
        read("the runner, 999:1")


def test_what_is_not_understood_is_never_lost() -> None:
    assert read("square, and brighten it a bit").unclear == ("brighten it a bit",)
    assert read("把狗裁剪成方形").unclear == ("把狗裁剪成方形",)


def test_the_end_of_an_essay_is_said_to_be_unread() -> None:
    assert read("the dog, " * 400).unclear[0] == "the last 2099 characters"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    try:
        intent = read(text)
    except UsageError as error:
        assert error.message.endswith(".")
        return
    assert intent.read_back.endswith(".")


WORDS = st.sampled_from(
    "crop the dog and cat without no not 4:5 square left right room on for text tight two second "
    "from keep all heads don't cut , . ' 1080x1350 instagram story 10% margin at least 900 px wide"
    .split()
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=14))
def test_any_salad_of_our_own_words_is_read(words: list[str]) -> None:
    intent = read(" ".join(words))
    assert all(p.head for p in (*intent.subjects, *intent.avoid))
    assert len(intent.targets) >= 1
