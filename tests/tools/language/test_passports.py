"""The rules of passport photos."""

import pytest

from cropsmith.tools.language import understand
from cropsmith.tools.language.passports import passports
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest, Shot


@pytest.mark.parametrize(
    ("text", "country", "ratio"),
    [
        ("US passport photo", "United States", "1:1"),
        ("passport photo, British", "United Kingdom", "7:9"),
        ("Canadian passport picture of my aunt", "Canada", "5:7"),
        ("passport photo", "International", "7:9"),
        ("Passbild für Deutschland", "Germany", "7:9"),
    ],
)
def test_the_named_country_decides(text: str, country: str, ratio: str) -> None:
    intent = understand(CropRequest(text=text), Size(width=600, height=400))
    assert intent.shot is Shot.PASSPORT
    assert intent.passport is not None and intent.passport.country == country
    assert [str(t.ratio) for t in intent.targets] == [ratio]


def test_every_rule_can_be_met() -> None:
    for key, passport in passports().items():
        rule = passport.rule
        assert rule.least_head < rule.most_head and rule.lowest_eyes < rule.highest_eyes, key
        # The eyes lie about half way up the head, which must fit below the upper edge.
        assert rule.lowest_eyes + rule.least_head * 0.4 < 1, key


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("photo for my driving licence", ["driving licence"]),
        ("residence permit photo for Germany", ["residence permit"]),
        ("passport photo", []),
        ("16:9, the driving licence on the desk", []),
    ],
)
def test_another_document_is_told_to_have_no_rule_of_its_own(text: str, told: list[str]) -> None:
    intent = understand(CropRequest(text=text), Size(width=600, height=400))
    assert [one for one in told if not any(one in words for words in intent.unclear)] == []
    assert told or not any("no rule" in words for words in intent.unclear)


def test_a_shape_of_its_own_is_told_to_follow_no_rule() -> None:
    intent = understand(CropRequest(text="passport photo, square"), Size(width=600, height=400))
    assert intent.shot is Shot.PASSPORT and intent.passport is None
    assert [str(target.ratio) for target in intent.targets] == ["1:1"]
    assert any("by no country's rule" in words for words in intent.unclear)
