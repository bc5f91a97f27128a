"""Shapes by name: platforms, prints, screens, documents, from tools/data/presets.toml."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from cropsmith.tools.geometry import Size
from cropsmith.tools.ratio import Ratio
from cropsmith.tools.request import Target
from cropsmith.tools.values import Value


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
    text = files("cropsmith.tools").joinpath("data", "presets.toml").read_text("utf-8")
    found = [Preset.model_validate(row) for row in tomllib.loads(text)["preset"]]
    return {preset.key: preset for preset in found}


@cache
def names() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return a pattern and a key for each way to name a preset, the longest names first."""
    rows = [(words, p.key) for p in presets().values() for words in p.words]
    return tuple(
        (_pattern(words), key) for words, key in sorted(rows, key=lambda row: -len(row[0]))
    )


def _pattern(words: str) -> re.Pattern[str]:
    """Return "A B" as a pattern that also finds "B for my A"."""
    first, _, rest = words.partition(" ")
    plain = r"[ -]".join(re.escape(word) for word in words.split()) + "s?"
    if rest:
        turned = rf"{re.escape(rest)}s? (?:for|on) (?:my |our |the |a |an )?{re.escape(first)}"
        plain = f"(?:{plain}|{turned})"
    return re.compile(rf"(?<![\w-]){plain}(?![\w-])")
