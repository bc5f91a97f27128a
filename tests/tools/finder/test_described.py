"""Phrases taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.finder.described import describe


@pytest.mark.parametrize(
    "text, classes",
    [
        ("dog", ("dog",)),
        ("the two puppies", ("dog",)),
        ("woman with the red umbrella", ("person",)),
        ("the dog's head", ("dog",)),
        ("head of the horse", ("horse",)),
        ("group of people", ("person",)),
        ("a herd of cows", ("cow",)),
        ("cup of coffee", ("cup",)),
        ("double decker bus", ("bus",)),
        ("the dog sleeping on the sofa", ("dog",)),
        ("man who is sitting", ("person",)),
        ("children", ("person",)),
        ("geese", ("bird",)),
        ("buses", ("bus",)),
        ("knives", ("knife",)),
        ("fruit", ("banana", "apple", "orange")),
    ],
)
def test_the_thing_itself_is_found_in_the_phrase(text: str, classes: tuple[str, ...]) -> None:
    assert describe(text).classes == classes


@pytest.mark.parametrize(
    "text", ["goat", "lighthouse", "dog house", "bus stop", "horse race", "mountains", "the sky"]
)
def test_what_it_does_not_know_is_out_of_reach(text: str) -> None:
    assert describe(text).classes == ()


def test_a_kind_means_every_class_of_it() -> None:
    assert {"dog", "cat", "bird"} <= set(describe("pets").classes)
    assert {"car", "bus"} <= set(describe("vehicle").classes)


def test_one_and_several_are_told_apart() -> None:
    assert not describe("the bus").many and describe("the buses").many
    assert describe("everyone").many and describe("couple").count == 2
    assert not describe("glass").many and not describe("scissors").many


def test_colour_size_and_relation_are_read() -> None:
    said = describe("small black dog on the red sofa")
    assert (said.colour, said.size, said.relation) == ("black", "smallest", "on")
    assert said.other is not None and said.other.classes == ("couch",)
    assert said.other.colour == "red"
    assert describe("man in the red shirt").colour == "red"
    assert describe("woman with the red hat").colour == ""
    assert describe("person in black").colour == "black"
    beside = describe("the man next to the car")
    assert beside.relation == "near" and beside.other is not None
    assert beside.other.classes == ("car",)


def test_identities_are_marked() -> None:
    assert describe("my daughter").identity and describe("the bride").identity
    assert not describe("the girl").identity


@given(st.text(st.sampled_from("adeghinostu 's-of with the dog"), max_size=60))
def test_any_words_are_taken(text: str) -> None:
    assert describe(text).noun is not None
