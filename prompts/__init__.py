"""Prompt templates as data files, and the loader that refuses a missing or unused variable."""

import hashlib
import string
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Prompt:
    """A rendered prompt and the hash of the template it came from."""

    name: str
    text: str
    template_sha256: str


def render(name: str, **variables: object) -> Prompt:
    """Fill prompts/<name>.md with variables written ${so}; KeyError or ValueError on a mismatch."""
    template = files(__name__).joinpath(f"{name}.md").read_text("utf-8")
    wanted = set(string.Template(template).get_identifiers())
    if missing := sorted(wanted - variables.keys()):
        raise KeyError(f"prompt {name} lacks a value for: {', '.join(missing)}")
    if unused := sorted(variables.keys() - wanted):
        raise ValueError(f"prompt {name} has no use for: {', '.join(unused)}")
    return Prompt(
        name=name,
        text=string.Template(template).substitute(variables).strip(),
        template_sha256=hashlib.sha256(template.encode()).hexdigest(),
    )
