"""The word diff: nothing of either text is lost, and what stayed is found."""

from hypothesis import given
from hypothesis import strategies as st

from cropsmith.agents.trace.views.words import Kind, Span, changed_words

TEXTS = st.lists(
    st.sampled_from(
        ["the", "dog", " ", "\n", "\r\n", "\f", ", ", "[275, 67]", "ü", "\u2028", "\x1b"]
    ),
    max_size=30,
).map("".join)


def texts(spans: list[Span], *kinds: Kind) -> str:
    return "".join(span.text for span in spans if span.kind in kinds)


@given(TEXTS | st.text(max_size=60), TEXTS | st.text(max_size=60))
def test_both_texts_can_be_put_together_again(before: str, after: str) -> None:
    spans = list(changed_words(before, after))
    assert texts(spans, Kind.SAME, Kind.GONE) == before
    assert texts(spans, Kind.SAME, Kind.CAME) == after
    assert all(span.text for span in spans)
    assert all(one.kind is not other.kind for one, other in zip(spans, spans[1:], strict=False))


def test_only_the_words_that_changed_are_marked() -> None:
    before = "Shape: 4:5, exactly.\nSubject: the dog.\nNever cut faces.\n"
    after = "Shape: 16:9, exactly.\nSubject: the dog.\nNever cut faces.\n"
    spans = list(changed_words(before, after))
    changed = [span for span in spans if span.kind is not Kind.SAME]
    assert [span.text.strip() for span in changed] == ["4", "16", "5", "9"]


def test_a_long_passage_that_is_all_new_takes_no_time_to_speak_of() -> None:
    import time

    before, after = ("a b c d " * 5000, "e f g h " * 5000)
    began = time.process_time()
    spans = changed_words(before, after)
    assert [span.kind for span in spans] == [Kind.GONE, Kind.CAME]
    assert time.process_time() - began < 5
