"""What must not be written down: keys, passwords, pictures in base64.

Works on the JSON text of a body, before it is stored. The marks put in its place need no escaping.
"""

import hashlib
import os
import re

_SECRET_SHAPES = re.compile(
    r"sk-[A-Za-z0-9_-]{16,}"  # OpenAI and those who copy its form
    r"|AIza[0-9A-Za-z_-]{30,}"  # Google
    r"|hf_[A-Za-z0-9]{20,}"  # Hugging Face
    r"|(?<=Bearer )[^\s\"\\,;]{8,}"
    r"|(?<=://)[^\s/@\"\\:]+:[^\s/@\"\\]+(?=@)"  # user:password@ of a URL
    r"|(?<=[?&]key=)[^\s&\"\\]+"
    r"|(?<=[?&]api_key=)[^\s&\"\\]+"
)
_PICTURES = re.compile(
    r"(?:data:[a-z]+/[A-Za-z0-9.+-]+;base64,"
    # JPEG, PNG, WebP, GIF: a long run without such a start is some model's stutter, and is kept.
    r"|(?=/9j/|iVBORw0|UklGR|R0lGOD))[A-Za-z0-9+/=_-]{256,}"
)
_SECRET_NAMES = re.compile(r"(?:_API_KEY|_TOKEN|_SECRET|_PASSWORD)$")
_SECRET_MARKS = ("sk-", "AIza", "hf_", "Bearer ", "://", "key=")
"""One of them is in every match of _SECRET_SHAPES; looking for them first takes a tenth."""
_HIDDEN = "[secret removed]"


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
        text = text.replace(secret, _HIDDEN)
    if len(text) >= 256:
        text = _PICTURES.sub(_picture_mark, text)
    if any(mark in text for mark in _SECRET_MARKS):
        text = _SECRET_SHAPES.sub(_HIDDEN, text)
    return text
