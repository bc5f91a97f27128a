"""docs/traces.md prints the schema that the code makes."""

from contextlib import closing
from pathlib import Path

from cropsmith.agents.trace.database import connect
from cropsmith.agents.trace.migrations import schema

DOCS = Path(__file__).parents[3] / "docs/traces.md"


def test_the_documented_schema_is_the_real_one(home: Path) -> None:
    with closing(connect(home)) as db:
        assert f"```sql\n{schema(db)}\n```" in DOCS.read_text("utf-8")
