"""Nouns judged by all their senses, on a WordNet of a few words."""

from pathlib import Path

import pytest

from cropsmith.evals.training.reader.sights import HIDDEN_BELOW, SHOWN_BELOW, Nouns

FEELING, ACT, ANIMAL, ATTRIBUTE = "12", "04", "05", "07"


@pytest.fixture
def nouns(tmp_path: Path) -> Nouns:
    """A dictionary: the heads that the script names, and words below and beside them."""
    entries: list[str] = []
    senses: list[str] = []

    def word(lemma: str, number: int, kind: str, met: int, above: str = "") -> str:
        place = f"{len(entries) + 1:08d}"
        link = f"001 @ {above} n 0000" if above else "000"
        entries.append(f"{place} {kind} n 01 {lemma} 0 {link} | what it is")
        senses.append(f"{lemma}%1:{kind}:00:: {place} {number} {met}")
        return place

    heads = {}
    for head, numbers in (SHOWN_BELOW | HIDDEN_BELOW).items():
        for number in range(1, max(numbers) + 1):
            heads[head, number] = word(head, number, ATTRIBUTE, 0)
    word("mood", 1, FEELING, 14)
    word("wedding", 1, ACT, 3, heads["social_event", 1])
    word("hug", 1, ACT, 2)
    word("mouse", 1, ANIMAL, 9)
    word("mouse", 2, ATTRIBUTE, 0)
    word("heavy", 1, ANIMAL.replace("05", "18"), 1)
    senses.append("heavy%3:00:00:: 09999999 1 60")
    word("hum", 1, "19", 3, heads["sound", 2])
    (tmp_path / "data.noun").write_text("\n".join(["  a licence", *entries]) + "\n", "ascii")
    (tmp_path / "index.sense").write_text("\n".join(senses) + "\n", "ascii")
    return Nouns(tmp_path)


def test_a_photo_shows_things_and_what_lies_below_some_heads(nouns: Nouns) -> None:
    assert nouns.share("mood") == 0
    assert nouns.share("wedding") == 1
    assert nouns.share("mouse") == pytest.approx(9.5 / 10)
    assert nouns.share("hum") == 0  # a phenomenon that is heard


def test_what_is_done_is_known(nouns: Nouns) -> None:
    assert nouns.done("hug") == 1
    assert nouns.done("mood") == 0


def test_an_adjective_is_seldom_a_noun(nouns: Nouns) -> None:
    assert nouns.seldom("heavy")
    assert not nouns.seldom("mouse")
