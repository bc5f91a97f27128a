"""Ages and sizes as people write them: 30d, 500MB."""

import re

from cropsmith.errors import UsageError

_SECONDS = {"m": 60.0, "h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
_BYTES = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}


def seconds_of(text: str) -> float:
    """Read an age: 90m, 12h, 30d, 4w. UsageError otherwise."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([mhdw])", text.strip().lower())
    if found is None:
        raise UsageError(f"'{text}' is not an age.", hint="Write 90m, 12h, 30d or 4w.")
    return float(found[1]) * _SECONDS[found[2]]


def bytes_of(text: str) -> int:
    """Read a size: 500MB, 2GB, 1000000. UsageError otherwise."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(KB|MB|GB|)", text.strip().upper())
    if found is None:
        raise UsageError(f"'{text}' is not a size.", hint="Write 500MB or 2GB.")
    return int(float(found[1]) * _BYTES[found[2]])
