"""Whether the shapes that were read are those that a label means."""

import re
from collections.abc import Mapping
from typing import Any

from cropsmith.errors import UsageError
from cropsmith.tools.language.shapes import target_named
from cropsmith.tools.schema.request import Intent

TRIM = 0.02
"""How far a share, or a named ratio, may be from the one that was meant."""


def shapes_meant(means: Mapping[str, Any], intent: Intent) -> bool:
    """Tell whether every shape that was meant was read, and no other."""
    meant, found = means.get("shapes", []), [t for t in intent.targets if t.ratio]
    if means.get("caption"):
        return not found
    if means.get("shot") == "passport":  # the rule of a country brings its shape
        found = [t for t in found if meant or not t.name.startswith("passport")]
    meant = [one for one in meant if one != "CV photo" and not _unlisted(one, intent)]
    used = [any(_shape(one, t) for t in found) for one in meant]
    spare = [t for t in found if not any(_shape(one, t) for one in meant)]
    if means.get("contradiction") and intent.contradictions:
        return any(used) or not meant
    return all(used) and not spare


def _unlisted(meant: str, intent: Intent) -> bool:
    """Tell whether a shape is in no list and was said to be unknown: "tinder: no shape ..."."""
    first = meant.split()[0].lower()
    return any(words.startswith(first) and "no shape" in words for words in intent.unclear)


def _shape(meant: str, target: Any) -> bool:
    value: float = target.ratio.value
    if meant in ("portrait orientation", "landscape orientation"):
        return bool(value < 1 if meant.startswith("portrait") else value > 1)
    if size := re.fullmatch(r"(\d+)x(\d+) px", meant):
        pixels = (int(size[1]), int(size[2]))
        found = target.size and (target.size.width, target.size.height)
        return bool(found) and all(abs(a - b) <= 1 for a, b in zip(pixels, found, strict=True))
    if ratio := re.fullmatch(r"([\d.]+) ?: ?([\d.]+)", meant):
        return bool(abs(value / (float(ratio[1]) / float(ratio[2])) - 1) < 0.005)
    plain = re.sub(r"^German |^French ", "", meant)
    if " " not in plain and str(target.name).startswith(f"{plain.lower()} "):
        return True  # a platform alone is any shape of it: a headshot for LinkedIn is its profile
    try:
        named = target_named(plain)
    except UsageError:
        return plain.split()[0].lower() in str(target.name)
    return named.ratio is not None and abs(value / named.ratio.value - 1) < TRIM
