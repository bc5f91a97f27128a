"""docs/settings.md, made from `RunSettings`.

python tests/settings_page.py           check that the page is up to date
python tests/settings_page.py --write   bring it up to date
"""

import sys
from pathlib import Path

from cropsmith.agents.settings.rows import SettingRow, rows

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"

HEAD = """# Settings of a run

One table, made from `agents/settings/run_settings.py`. Each setting is an option of
`cropsmith crop`, an argument of `crop()`, a field of a study's `[[systems]]` (unless marked),
a line of the studio's form, a field of the graph's context in LangGraph Studio, a variable
`CROPSMITH_NAME` and a line of `config.toml` in the home folder:

```toml
model = "vllm/Qwen/Qwen3-VL-8B-Instruct"
judge = true
```

An argument wins over the environment, the environment over the file, the file over the default;
`cropsmith doctor` shows what was stated outside the program, and where. A study takes nothing from
either: what it means stands in the study. A setting that the chosen mind has no use for is told in
the notes of the result, and is an error under `strict`.

| setting | option | default | what it does | applies to |
|---|---|---|---|---|
"""


def cell(text: object) -> str:
    """Return text that cannot break a table."""
    return str(text).replace("|", "\\|")


def line(row: SettingRow) -> str:
    """Return the row of one setting."""
    shown = row.default if row.default not in ("", ()) else ""
    text = str(shown).lower() if row.kind == "flag" else str(shown)
    default = "" if shown in (None, "") else f"`{text}`"
    choices = f" One of: {', '.join(row.choices)}." if row.choices else ""
    unit = f" In {row.unit}." if row.unit else ""
    study = "" if row.studied else "; not in a study"
    cells = (
        f"`{row.name}`",
        f"`{row.option}`",
        default,
        f"{row.help}{unit}{choices}",
        f"{row.applies}{study}",
    )
    return f"| {' | '.join(map(cell, cells))} |"


def page() -> str:
    """Return the page."""
    return HEAD + "\n".join(map(line, rows())) + "\n"


def main() -> None:
    """Check or write."""
    if "--write" in sys.argv:
        PAGE.write_text(page(), "utf-8")
    elif PAGE.read_text("utf-8") != page():
        sys.exit("docs/settings.md is not up to date: run python tests/settings_page.py --write")


if __name__ == "__main__":
    main()
