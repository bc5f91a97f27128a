"""Full text and keywords of a phrase."""

import pytest

from cropsmith.tools.grounding.queries import all_chunks, queries_of
from cropsmith.tools.schema.request import Phrase


@pytest.mark.parametrize(
    ("head", "full", "keyword", "carried"),
    [
        ("dog", "dog", "dog", ()),
        ("the two dogs", "two dogs", "two dogs", ()),
        ("woman with the red umbrella", "woman with the red umbrella", "woman", ("red umbrella",)),
        ("man holding a kite", "man holding a kite", "man", ("kite",)),
        ("boat near the lighthouse", "boat near the lighthouse", "boat", ()),
        ("child on the beach with a ball", "child on the beach with a ball", "child", ("ball",)),
        ("my  dog ,", "dog", "dog", ()),
        ("with", "with", "with", ()),
        ("the", "the", "the", ()),
        ("man in a hat and a scarf", "man in a hat and a scarf", "man", ("scarf",)),
        ("bandstand", "bandstand", "bandstand", ()),
        ("three cute and white dogs", "three cute and white dogs", "three cute and white dogs", ()),
        ("small and big boat with a red and white sail",) * 2
        + ("small and big boat", ("red and white sail",)),
    ],
)
def test_keywords(head: str, full: str, keyword: str, carried: tuple[str, ...]) -> None:
    queries = queries_of(Phrase(text=head, head=head))
    assert (queries.full, queries.head, queries.carried) == (full, keyword, carried)
    assert queries.all[0] == full and len(set(queries.all)) == len(queries.all)


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        ("a dog on the beach", ("a dog on the beach", "dog", "beach")),
        ("three cute and white dogs.", ("three cute and white dogs",)),
        (
            "a man and a woman, near the sea",
            ("a man and a woman, near the sea", "man", "woman", "sea"),
        ),
        ("  ", ()),
    ],
)
def test_every_noun_phrase_is_a_query(
    text: str, chunks: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cropsmith.tools.grounding.queries._spacy", lambda: None)
    assert all_chunks(text) == chunks
