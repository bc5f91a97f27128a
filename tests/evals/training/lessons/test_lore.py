"""Which votes teach."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cropsmith.evals.training.lessons.lore import LARGER, clear_pairs, held_out, voted_photos
from cropsmith.evals.training.lessons.teacher import equal_area, larger_won
from cropsmith.evals.trial import Answer, SampleStatus
from cropsmith.evals.vote.lessons import Choice
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto, VotedPair

WIDE, NARROW = Box(x1=0, y1=0, x2=0.9, y2=1), Box(x1=0, y1=0, x2=0.5, y2=1)
SHIFTED = Box(x1=0.1, y1=0, x2=1, y2=1)


def photo(name: str, *pairs: VotedPair) -> LabelledPhoto:
    return LabelledPhoto(name=name, path=name, source="fcdb", split="train", votes=pairs)


def pair(first: Box, second: Box, for_first: int) -> VotedPair:
    return VotedPair(first=first, second=second, for_first=for_first, for_second=5 - for_first)


@given(
    st.lists(
        st.tuples(st.sampled_from([NARROW, SHIFTED]), st.integers(0, 5)), min_size=1, max_size=40
    ),
    st.integers(0, 3),
)
def test_larger_crops_win_in_three_of_five_at_most(votes: list[tuple[Box, int]], seed: int) -> None:
    photos = [photo(f"{n}.jpg", pair(WIDE, other, won)) for n, (other, won) in enumerate(votes)]
    kept = clear_pairs(photos, 3, seed)
    teach = [p for one in photos if not held_out(one) for p in kept.get(one.name, ())]
    unequal = [p for p in teach if not equal_area(p)]
    assert sum(map(larger_won, unequal)) <= LARGER * len(unequal) + 1e-9
    asked = [
        p
        for one in photos
        if not held_out(one)
        for p in one.votes
        if abs(p.for_first - p.for_second) >= 3
    ]
    assert [p for p in teach if equal_area(p)] == [p for p in asked if equal_area(p)]
    smaller = [p for p in asked if not equal_area(p) and not larger_won(p)]
    assert [p for p in unequal if not larger_won(p)] == smaller
    assert kept == clear_pairs(photos, 3, seed)


def test_pairs_that_are_not_clear_teach_nothing() -> None:
    unclear = photo("a.jpg", pair(NARROW, WIDE, 3))
    assert not clear_pairs([unclear], 3, 0)
    assert clear_pairs([unclear], 1, 0)["a.jpg"]


def test_blind_votes_of_several_people_are_counted_in_one_pair() -> None:
    part: Any = None  # of the study, which says nothing of the photo

    def choice(chosen: Box, other: Box) -> Choice:
        won, lost = (Answer(status=SampleStatus.OK, box=box) for box in (chosen, other))
        return Choice(part, photo("a.jpg"), won, lost, "one", "two")

    (voted,) = voted_photos([choice(WIDE, NARROW), choice(NARROW, WIDE), choice(WIDE, NARROW)])
    (only,) = voted.votes
    assert {only.first: only.for_first, only.second: only.for_second} == {WIDE: 2, NARROW: 1}
