"""The table of requests: a floor under both halves, and rows that mean what they say."""

import pytest

from cropsmith.evals.lab.language.table import FIELDS, accuracy, expected, outcomes, table

KNOWN = {"copy_space", "subjects", "targets", *FIELDS}


@pytest.mark.parametrize(("half", "floor"), [("dev", 0.96), ("test", 0.80)])
def test_requests_are_understood_in_every_field(half: str, floor: float) -> None:
    result = accuracy(outcomes(table(half)))
    assert result.whole >= floor
    assert min(result.fields.values()) >= floor + 0.02


def test_the_halves_are_large_and_apart() -> None:
    dev, test = table("dev"), table("test")
    assert len(dev) >= 80 and len(test) >= 80
    assert {row.text for row in dev}.isdisjoint(row.text for row in test)
    assert len(table()) == len({row.text for row in table()}) == len(dev) + len(test)


def test_every_row_names_fields_that_are_compared() -> None:
    for row in table():
        assert set(row.expect) <= KNOWN, row.text
        assert set(expected(row)) == set(FIELDS)


def test_a_wrong_meaning_counts_as_wrong() -> None:
    row = next(row for row in table() if row.expect.get("tightness") == "tight")
    wrong = type(row)(row.text, {**row.expect, "tightness": "loose"})
    assert outcomes([wrong])[0].wrong == ("tightness",)
    assert accuracy(outcomes([wrong])).whole == 0
