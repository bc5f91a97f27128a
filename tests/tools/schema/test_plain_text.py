from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.schema.plain_text import one_line, plain_unicode, visible, visible_line


def test_controls_are_spelt_out() -> None:
    assert visible("\x1b[31mred\x07\n\tx\u202eabc\x9b") == "\\x1b[31mred\\x07\n\tx\\u202eabc\\x9b"


def test_a_name_cannot_forge_a_line_or_hide_words() -> None:
    assert visible_line("a\nok  b\tc") == "a\\x0aok  b\\x09c"
    assert visible_line("pay\u200bpal \U000e0041") == "pay\\u200bpal \\U000e0041"
    assert visible_line("Zoë 東京 👩\u200d🚀") == "Zoë 東京 👩\u200d🚀"


@given(st.text())
def test_nothing_shown_steers_a_terminal(text: str) -> None:
    shown = visible(text)
    assert not any(ord(c) < 32 and c not in "\n\t" or 127 <= ord(c) < 160 for c in shown)
    assert visible(shown) == shown


@given(st.text(), st.integers(2, 50))
def test_one_line_is_one_line(text: str, width: int) -> None:
    line = one_line(text, width)
    assert len(line) <= width and "\n" not in line


def test_undecodable_bytes_become_escapes() -> None:
    assert plain_unicode("caf\udce9") == "caf\\udce9"
