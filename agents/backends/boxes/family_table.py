"""The table of conventions in Markdown, for docs/models.md: made from the rows, never by hand."""

from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.boxes.form_words import box_words


def family_table() -> str:
    """Return one line per family: how it writes a box, on which frame, how sure that is."""
    head = [
        "| family | a box is written | numbers | frame | resize rule | evidence | date | source |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join(head + [_row(row) for row in FAMILIES.values()])


def _row(row: Convention) -> str:
    if not row.usable:
        unknown = f"| {row.family} | ? | ? | ? | {row.resize.rule} "
        return f"{unknown}| {row.standing}: probe it | {row.date} | {row.source} |"
    numbers = "pixels" if row.extent is None else f"0..{row.extent:g}"
    if row.bins:
        numbers += " bins"
    words = box_words(row).replace("|", "\\|")
    return (
        f"| {row.family} | `{words}` | {numbers} | {row.frame} | {row.resize.rule} "
        f"| {row.standing} | {row.date} | {row.source} |"
    )


if __name__ == "__main__":
    print(family_table())
