"""Full text and keywords of a phrase."""

import pytest

from cropsmith.tools.grounding.queries import queries_of
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
    ],
)
def test_keywords(head: str, full: str, keyword: str, carried: tuple[str, ...]) -> None:
    queries = queries_of(Phrase(text=head, head=head))
    assert (queries.full, queries.head, queries.carried) == (full, keyword, carried)
    assert queries.all[0] == full and len(set(queries.all)) == len(queries.all)
