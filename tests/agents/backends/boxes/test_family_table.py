"""docs/models.md shows the table that the code works by."""

from pathlib import Path

from cropsmith.agents.backends.boxes.families import FAMILIES, PATTERNS
from cropsmith.agents.backends.boxes.family_table import family_table

DOCS = Path(__file__).parents[4] / "docs" / "models.md"


def test_the_documented_table_is_the_codes() -> None:
    text = DOCS.read_text("utf-8")
    shown = text.partition("<!-- families -->\n")[2].partition("\n<!-- end -->")[0]
    assert shown == family_table()


def test_every_family_can_be_reached_by_some_model() -> None:
    assert {family for _, family in PATTERNS} == set(FAMILIES)
    assert all(row.source for row in FAMILIES.values())
