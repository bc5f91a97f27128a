"""Named sets of prompts: wordings in place of the standard ones, ours or a person's own."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from cropsmith.errors import UsageError
from cropsmith.settings import home

STANDARD = "standard"
"""The prompts that ship, none of them replaced."""

HERE = Path(__file__).parent
VARIANTS = HERE / "variants"
ABOUT = "about.txt"
"""In a set's folder: what it changes, one line."""


def shipped_sets() -> Mapping[str, str]:
    """Return the sets that ship beside the standard one: name -> what it changes."""
    return {
        folder.name: (folder / ABOUT).read_text("utf-8").strip()
        for folder in sorted(VARIANTS.iterdir())
        if (folder / ABOUT).is_file()
    }


def own_sets() -> Mapping[str, Path]:
    """Return a person's own sets: folders in `prompts` of the home folder."""
    folders = (path for path in sorted((home() / "prompts").glob("*")) if path.is_dir())
    return {path.name: path for path in folders}


def find_set(name: str, base: Path | None = None) -> Path | None:
    """Return the folder of a set by its name or path; None for the standard one.

    A path is taken from `base`, where one is given. UsageError for an unknown set, a set of ours
    that a person's own hides, and a file that replaces no prompt.
    """
    if name in ("", STANDARD):
        return None
    shipped, own = shipped_sets(), own_sets()
    if name in shipped:
        if name in own:
            hint = f"Rename {own[name]}."
            raise UsageError(f"A set of prompts called '{name}' ships.", hint=hint)
        return VARIANTS / name
    folder = own.get(name) or (base or Path()) / Path(name).expanduser()
    if not folder.is_dir():
        known = [STANDARD, *shipped, *own]
        near = get_close_matches(name, known, n=1) or known
        raise UsageError(
            f"There is no set of prompts '{name}', and no folder of prompts at {folder}.",
            hint=f"Known: {', '.join(near)}.",
        )
    for path in sorted(folder.rglob("*.md")):
        if not (HERE / path.relative_to(folder)).is_file():
            raise UsageError(
                f"{path} replaces no prompt: there is none called "
                f"{path.relative_to(folder).as_posix()}."
            )
    return folder.absolute()
