"""What must not be written down: keys, passwords, pictures in base64.

Works on the JSON text of a body, before it is stored. The marks put in its place need no escaping.
"""

import hashlib
import os
import re

from cropsmith.tools.schema.secret_text import HIDDEN, without_secrets

_PICTURES = re.compile(
    r"(?:data:[a-z]+/[A-Za-z0-9.+-]+;base64,"
    # JPEG, PNG, WebP, GIF: a long run without such a start is some model's stutter, and is kept.
    r"|(?=/9j/|iVBORw0|UklGR|R0lGOD))[A-Za-z0-9+/=_-]{256,}"
)
_STARTS = (";base64,", "/9j/", "iVBORw0", "UklGR", "R0lGOD")
"""One of them is in every match of _PICTURES; looking for them first takes a tenth."""
_SECRET_NAMES = re.compile(r"(?:_API_KEY|_ACCESS_KEY|_TOKEN|_SECRET|_PASSWORD|_PAT)$")


def _picture_mark(found: re.Match[str]) -> str:
    text = found.group()
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"[picture removed: {len(text)} characters of base64, sha256 {digest}]"


def secrets_of_environment() -> tuple[str, ...]:
    """Return the values of the environment's keys and tokens, longest first."""
    found = {v for k, v in os.environ.items() if _SECRET_NAMES.search(k.upper()) and len(v) >= 8}
    return tuple(sorted(found, key=len, reverse=True))


def scrub(text: str, secrets: tuple[str, ...]) -> str:
    """Return JSON text (or any text) without secrets and without pictures in base64."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    if len(text) >= 256 and any(start in text for start in _STARTS):
        text = _PICTURES.sub(_picture_mark, text)
    return without_secrets(text)
