"""What hangs on a phrase belongs to it: relative clauses, places, what somebody does there."""

import pytest

from tests.tools.language.readings import read


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("keep the oak he's sleeping under", ["oak he's sleeping under"]),
        ("crop to the boy who is yawning, 4:5", ["boy yawning"]),
        ("the lady seated at the piano, square", ["lady seated at the piano"]),
        ("the terrier that's behind the sofa", ["terrier behind the sofa"]),
        ("keep the bucket she's holding and the spade", ["bucket she's holding", "spade"]),
    ],
)
def test_a_clause_stays_with_its_noun(text: str, shown: list[str]) -> None:
    assert [p.text for p in read(text).subjects] == shown


def test_a_relative_clause_ends_where_a_wish_begins() -> None:
    intent = read("the van that's behind the barn must go")
    assert not intent.subjects and [p.text for p in intent.avoid] == ["van behind the barn"]


def test_what_a_picture_is_for_takes_no_thing_with_it() -> None:
    shown = [p.text for p in read("3:1 for the website with the crew in the middle").subjects]
    assert shown == ["crew"]
