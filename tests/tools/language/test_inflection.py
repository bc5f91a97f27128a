"""Words of other languages that are in no list: plurals and German compounds."""

import pytest

from cropsmith.tools.language.inflection import derived
from cropsmith.tools.language.tongues import glossed, tongues


@pytest.mark.parametrize(
    ("code", "word", "english"),
    [
        ("de", "papageien", "parrots"),
        ("de", "kaffeetasse", "cup"),
        ("de", "gartenstühle", None),
        ("fr", "hiboux", "owls"),
        ("es", "zanahorias", "carrots"),
        ("it", "gufi", "owls"),
        ("pt", "balões", "balloons"),
        ("de", "verunstalten", None),
        ("fr", "dressée", None),
    ],
)
def test_endings(code: str, word: str, english: str | None) -> None:
    tongue = next(one for one in tongues() if one.code == code)
    assert derived(word, code, tongue.phrases) == english


def test_a_thing_of_the_common_list_tells_no_language() -> None:
    assert glossed("the ape by the pan").language == "en"
    assert glossed("rana, square").language == "en"
