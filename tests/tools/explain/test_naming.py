import pytest

from cropsmith.tools.constraints.calling import spoken
from cropsmith.tools.explain.naming import avoided, counted, named_things, plural
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box

BOX = Box(x1=0.1, y1=0.1, x2=0.3, y2=0.3)


def found(kind: EvidenceKind, phrase: str = "", label: str = "", chance: float = 0.9) -> Evidence:
    return Evidence(
        kind=kind, box=BOX, source="nanodet", phrase=phrase, label=label, confidence=chance
    )


@pytest.mark.parametrize(
    ("label", "count", "said"),
    [
        ("dog", 1, "the dog"),
        ("dog", 2, "both dogs"),
        ("person", 3, "the three people"),
        ("bus", 2, "both buses"),
        ("wine glass", 9, "the 9 wine glasses"),
        ("sheep", 2, "both sheep"),
    ],
)
def test_things_are_counted(label: str, count: int, said: str) -> None:
    assert counted(label, count) == said


def test_plurals() -> None:
    assert [plural(w) for w in ("bench", "knife", "teddy bear", "baby")] == [
        "benches", "knives", "teddy bears", "babies",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("phrase", "count", "said"),
    [
        ("man on the left", 1, "the man on the left"),
        ("two dogs", 2, "both dogs"),
        ("three dogs", 3, "the three dogs"),
        ("my daughter", 1, "my daughter"),
        ("both cats", 2, "both cats"),
        ("Anna", 1, "Anna"),
        ("", 1, "the subject"),
    ],
)
def test_a_persons_own_words_stand_in_the_sentence(phrase: str, count: int, said: str) -> None:
    (thing,) = named_things([found(EvidenceKind.SUBJECT, phrase)] * count)
    assert (thing.name, thing.asked, len(thing.boxes)) == (said, True, count)


def test_what_was_asked_for_hides_the_rest_and_doubt_is_not_spoken_of() -> None:
    bus = found(EvidenceKind.THING, label="bus")
    person = found(EvidenceKind.PERSON)
    assert [t.name for t in named_things([bus, person])] == ["the person", "the bus"]
    assert named_things([found(EvidenceKind.THING, label="bus", chance=0.4)]) == []
    dog = found(EvidenceKind.SUBJECT, "dog")
    assert [t.name for t in named_things([bus, dog])] == ["the dog"]
    stand_in = dog.model_copy(update={"source": "saliency"})
    assert [t.name for t in named_things([bus, stand_in])] == ["the bus"]


def test_what_is_to_go_has_a_name_too() -> None:
    assert [t.name for t in avoided([found(EvidenceKind.AVOID, "car")])] == ["the car"]


def test_a_guess_is_spoken_of_neither_as_asked_nor_by_its_kind() -> None:
    sign = found(EvidenceKind.SUBJECT, "sign", "car").model_copy(update={"guessed": True})
    (thing,) = named_things([sign])
    assert thing.name == "what stands out" and not thing.asked
    dog = found(EvidenceKind.SUBJECT, "dog")
    assert [(t.name, t.asked) for t in named_things([sign, dog])] == [
        ("the dog", True),
        ("what stands out", False),
    ]
    assert named_things([found(EvidenceKind.SUBJECT, "cat", "cat", chance=0.4)]) == []


@pytest.mark.parametrize("words", ["everyone", "her face", "everybody", "Anna"])
def test_words_without_an_article_get_none(words: str) -> None:
    assert spoken(words) == words
    assert spoken("dog") == "the dog"


def test_people_are_several_even_where_one_was_found() -> None:
    people, car = (found(EvidenceKind.AVOID, word) for word in ("people", "car"))
    assert [thing.plural for thing in avoided([people, car])] == [True, False]
