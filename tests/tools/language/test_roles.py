"""The things of a request, and what is seen round each."""

from cropsmith.tools.language.exact import read_exact
from cropsmith.tools.language.roles import Thing, things_of
from cropsmith.tools.language.understanding import spoken
from cropsmith.tools.schema.geometry import Size


def things(text: str) -> dict[str, Thing]:
    names, readings = spoken(read_exact(text, Size(width=6000, height=4000)))
    found = things_of(names.request, readings, names.wishes)
    return {thing.chunk.words: thing for thing in found}


def test_each_thing_has_what_the_frames_made_of_it() -> None:
    found = things("the red bus, without the bin, 4:5")
    assert {words: thing.verdict for words, thing in found.items()} == {
        "the red bus": "shown",
        "the bin": "out",
    }


def test_features_tell_the_words_before_and_in_the_clause() -> None:
    seen = things("crop to the bus, please without the bin")["the bin"].seen
    assert "-1=without" in seen and "clause<please" in seen
    assert "clause<crop" not in seen
