"""What the person is told about what was looked for."""

from cropsmith.tools.grounding.telling import place, told, with_article
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Phrase, Target


def intent(*phrases: Phrase) -> Intent:
    return Intent(task="subject", targets=(Target(),), subjects=phrases)


def found(phrase: str, agreement: float | None = None, source: str = "owl") -> Evidence:
    return Evidence(
        kind=EvidenceKind.SUBJECT,
        box=Box(x1=0.7, y1=0.1, x2=0.9, y2=0.2),
        source=source,
        phrase=phrase,
        confidence=0.04,
        agreement=agreement,
    )


DOG = Phrase(text="dog", head="dog")


def test_all_well_needs_no_words() -> None:
    assert told(intent(DOG), Grounding(found=(found("dog", 0.8),)), looked=True) == ()


def test_not_found_differs_from_not_looked_for() -> None:
    missing = Grounding(missing=("dog",), guesses=(found("dog"),))
    (note,) = told(intent(DOG), missing, looked=True)
    assert note == (
        "Nothing was found for “dog”. The nearest guess is at the upper right (4% sure); "
        "it was not used."
    )
    (blind,) = told(intent(DOG), Grounding(missing=("dog",)), looked=False)
    assert blind.startswith("Could not look for “dog”: that needs")


def test_the_face_finder_has_always_looked() -> None:
    face = Phrase(text="her face", head="face")
    (note,) = told(intent(face), Grounding(missing=("her face",)), looked=False)
    assert note == "Nothing was found for “her face”."


def test_fewer_than_counted_is_said() -> None:
    dogs = Phrase(text="two dogs", head="dogs", count=2)
    (note,) = told(intent(dogs), Grounding(found=(found("two dogs"),)), looked=True)
    assert note == "Only 1 of 2 were found for “two dogs”."


def test_disagreement_is_said() -> None:
    (note,) = told(intent(DOG), Grounding(found=(found("dog", 0.1),)), looked=True)
    assert note == "The finders disagree about where “dog” is."


def test_places() -> None:
    middle = Box(x1=0.4, y1=0.4, x2=0.6, y2=0.6)
    left = Box(x1=0.0, y1=0.4, x2=0.2, y2=0.6)
    low = Box(x1=0.4, y1=0.8, x2=0.6, y2=1.0)
    assert [place(b) for b in (middle, left, low)] == [
        "in the middle",
        "on the left",
        "in the lower middle",
    ]


def test_all_that_is_out_of_reach_is_told_in_one_note() -> None:
    things = [Phrase(text=word, head=word) for word in ("river", "flag", "helmet")]
    missing = Grounding(missing=("river", "flag", "helmet"), beyond=("river", "flag", "helmet"))
    plane = found("helmet").model_copy(update={"label": "airplane"})
    (note,) = told(intent(*things), missing, looked=True, standing=[plane])
    assert note.startswith("Could not look for “river”, “flag” and “helmet”: the finder")
    assert note.count("pip install") == 1
    assert note.endswith("The main subject, an airplane at the upper right, stands in for it.")


def test_articles() -> None:
    labels = ("airplane", "bus", "skis", "wine glass", "umbrella", "scissors")
    assert [with_article(label) for label in labels] == [
        "an airplane",
        "a bus",
        "skis",
        "a wine glass",
        "an umbrella",
        "scissors",
    ]
