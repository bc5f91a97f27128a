"""Seen sizes and token counts against the published table, and the laws of the rules."""

from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cropsmith.agents.backends.boxes.resize import (
    AnyResize,
    Claude,
    GeminiTiles,
    Gemma4,
    OpenAIPatches,
    OpenAITiles,
    Resize,
    Smart,
    Tiles,
    within,
)
from cropsmith.errors import UsageError
from cropsmith.tools.schema.geometry import Size


def size(width: int, height: int) -> Size:
    return Size(width=width, height=height)


RULES = [
    Smart(factor=28),
    Smart(factor=28, max_tokens=16384),
    Smart(factor=32),
    Gemma4(),
    Claude(),
    Claude(edge=2576, budget=4784),
    OpenAITiles(),
    OpenAIPatches(),
]


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        (
            (1024, 683),
            "1036x672 1036x672 1024x672 960x624 1024x683 1024x683 1024x683 1024x683",
        ),
        (
            (1920, 1080),
            "1316x728 1932x1092 1504x832 1056x576 1456x819 1920x1080 1365x768 1920x1080",
        ),
        (
            (4000, 3000),
            "1148x840 4004x2996 1312x960 912x672 1270x952 2212x1659 1024x768 1824x1368",
        ),
        (
            (6000, 4000),
            "1204x812 4368x2912 1376x928 960x624 1344x896 2352x1568 1152x768 1920x1280",
        ),
    ],
)
def test_seen_sizes_match_the_table(sent: tuple[int, int], seen: str) -> None:
    found = [rule.seen(size(*sent)) for rule in RULES]
    assert " ".join(f"{s.width}x{s.height}" for s in found) == seen


@pytest.mark.parametrize(
    ("rule", "tokens"),
    [
        (OpenAITiles(), [765, 1105, 765]),
        (OpenAITiles(base=70, per_tile=140), [630, 910, 630]),
        (OpenAITiles(base=2833, per_tile=5667), [25501, 36835, 25501]),
        (OpenAIPatches(side=8000, cap=1536, factor=1.62), [1140, 2443, 2352]),
        (OpenAIPatches(), [845, 2448, 2941]),
        (Claude(), [925, 1560, 1564]),
        (Claude(edge=2576, budget=4784), [925, 2691, 4740]),
        (GeminiTiles(), [1548, 1548, 1032]),
        (Smart(factor=28), [888, 1222, 1230]),
        (Smart(factor=32), [672, 1222, 1230]),
        (Tiles(), [1792, 2304, 3328]),
        (Gemma4(), [260, 264, 266]),
    ],
)
def test_token_counts_match_the_table(rule: Resize, tokens: list[int]) -> None:
    sizes = [size(1024, 683), size(1920, 1080), size(4000, 3000)]
    assert [rule.tokens(s) for s in sizes] == tokens


def test_internvl_grids_match_the_table() -> None:
    grids = [Tiles().grid(size(*s)) for s in [(1024, 683), (1920, 1080), (4000, 3000)]]
    assert [(g.width, g.height) for g in grids] == [(3, 2), (4, 2), (4, 3)]


sides = st.integers(min_value=32, max_value=6000)


@given(width=sides, height=sides, factor=st.sampled_from([28, 32]))
def test_what_smart_resize_makes_it_leaves_alone(width: int, height: int, factor: int) -> None:
    # A strip of one unit is pushed further than the 200:1 that the rule itself allows.
    assume(max(width, height) / min(width, height) < 100)
    rule = Smart(factor=factor)
    once = rule.seen(size(width, height))
    assert rule.seen(once) == once
    # A server with a larger budget leaves it alone too, so a small budget of ours is safe.
    assert Smart(factor=factor, max_tokens=16384).seen(once) == once


def test_a_strip_is_refused() -> None:
    with pytest.raises(UsageError, match="too narrow"):
        Smart(factor=28).seen(size(6000, 20))


@given(width=sides, height=sides, side=st.integers(min_value=1, max_value=4000))
def test_within_never_enlarges(width: int, height: int, side: int) -> None:
    made = within(size(width, height), side)
    assert max(made.width, made.height) <= max(side, 1)
    assert made.width <= width and made.height <= height


def test_every_rule_is_in_the_union() -> None:
    union = get_args(get_args(AnyResize)[0])
    assert set(union) == set(Resize.__subclasses__())
