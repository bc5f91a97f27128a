"""An edge of a thing as an edge of the crop."""

import pytest

from cropsmith.tools.schema.request import Edge, Side
from tests.tools.framing.pictures import asking, cropped, person, subject

TREE = subject(person(1000, 600, 1400, 1500), "tree")


@pytest.mark.parametrize(
    ("side", "at"), [(Side.LEFT, 1000), (Side.RIGHT, 1400), (Side.TOP, 600), (Side.BOTTOM, 1500)]
)
@pytest.mark.parametrize("shape", ["1:1", None])
def test_the_crop_ends_where_the_tree_does(side: Side, at: int, shape: str | None) -> None:
    asked = asking(shape, edges=(Edge(phrase="tree", side=side),))
    crop, notes = cropped(asked, [TREE])
    assert notes == ()
    assert abs(getattr(crop, side.value) - at) <= 15


def test_a_tree_that_was_not_found_is_told_and_not_guessed() -> None:
    asked = asking("1:1", edges=(Edge(phrase="tree", side=Side.LEFT),))
    stand_in = TREE.model_copy(update={"source": "saliency"})
    for evidence in ([], [stand_in]):
        crop, notes = cropped(asked, evidence)
        assert notes == ("“tree” was not found, so nothing was cut away by its left edge.",)
        assert crop.size.height == 2000


def test_an_edge_that_the_subject_forbids_is_told() -> None:
    man = subject(person(500, 500, 1300, 1500), "man")
    asked = asking(
        "1:1",
        subjects=({"text": "man", "head": "man"},),
        edges=(Edge(phrase="tree", side=Side.LEFT),),
    )
    crop, notes = cropped(asked, [man, TREE])
    assert crop.left <= 500 and crop.right >= 1300
    assert any("cannot end exactly at the left edge of the tree" in note for note in notes)
