"""Shapes by name: platforms, prints, screens, documents, from presets.toml; passport photos."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from cropsmith.tools.language.passports import passports
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target
from cropsmith.tools.schema.values import Value


class Preset(Value):
    """One named shape."""

    key: str
    words: tuple[str, ...]
    size: tuple[int, int] | None = None
    """Width and height in pixels."""
    ratio: str | None = None
    source: str
    """"norm" or "usage"."""
    checked: str = ""
    """The month in which the numbers were compared with guides; empty if they were not."""
    remark: str = ""

    @property
    def target(self) -> Target:
        """The shape; its size is an upper bound."""
        size = None if self.size is None else Size(width=self.size[0], height=self.size[1])
        ratio = Ratio.of_size(size) if size else Ratio.parse(self.ratio or "")
        return Target(name=self.key, ratio=ratio, size=size, at_most=size is not None)


@cache
def presets() -> dict[str, Preset]:
    """Return all presets by key."""
    text = files("cropsmith.tools.language").joinpath("presets.toml").read_text("utf-8")
    found = [Preset.model_validate(row) for row in tomllib.loads(text)["preset"]]
    found += [
        Preset(
            key=one.key,
            words=one.names,
            size=one.size,
            ratio=one.ratio,
            source="norm",
            checked=one.checked,
            remark=one.remark,
        )
        for one in passports().values()
    ]
    return {preset.key: preset for preset in found}


@cache
def _names() -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """Return every way to name a preset, its words, and the key, the longest names first."""
    rows = [(name, tuple(name.split()), p.key) for p in presets().values() for name in p.words]
    return tuple(sorted(rows, key=lambda row: -len(row[0])))


@cache
def _first_words() -> frozenset[str]:
    """Return the words that names begin with."""
    return frozenset(words[0] for _, words, _ in _names())


def named_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield pattern and key of the presets that a text may name, the longest names first.

    Compiling a pattern for every name would cost more than reading the rest of a request.
    """
    begun = {word for word in _first_words() if word in text}
    for name, words, key in _names() if begun else ():
        if words[0] in begun and all(word in text for word in words):
            yield _pattern(name), key


def _pattern(words: str) -> str:
    """Return "A B" as a pattern that also finds "B for my A"."""
    first, _, rest = words.partition(" ")
    plain = r"[ -]".join(re.escape(word) for word in words.split()) + "s?"
    if rest:
        turned = rf"{re.escape(rest)}s? (?:for|on) (?:my |our |the |a |an )?{re.escape(first)}"
        plain = f"(?:{plain}|{turned})"
    return rf"(?<![\w-]){plain}(?![\w-])"
