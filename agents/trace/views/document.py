"""One HTML file that needs nothing else: no network, no server, no fonts.

All data goes in as JSON, and the page's own script makes elements of it, so that no text of others
is ever parsed as markup. A policy in the file allows exactly its own script and styles; served by
a studio, it may also ask that studio.
"""

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from cropsmith.tools.schema.plain_text import one_line


@dataclass(frozen=True)
class Sheet:
    """What a kind of page is made of: files of `page_files`, in order."""

    scripts: tuple[str, ...]
    styles: tuple[str, ...]


@dataclass(frozen=True)
class Studio:
    """The studio that serves a page: where it leads back to, and its mark for what changes."""

    back: str
    csrf: str


def document(sheet: Sheet, title: str, data: Mapping[str, Any], studio: Studio | None) -> str:
    """Return the HTML of a page over its data."""
    served = {"back": studio.back, "csrf": studio.csrf} if studio else {"back": "", "csrf": ""}
    parts = {
        "policy": policy(sheet, served=studio is not None),
        "title": html.escape(one_line(title, 120)),
        "style": _joined(sheet.styles),
        "script": _joined(sheet.scripts),
        "data": _embeddable({**data, **served}),
    }
    text = (_folder() / "page.html").read_text("utf-8")
    head, *rest = text.split("{{")
    # One pass over the template: what is filled in is never searched for marks again.
    return head + "".join(
        parts[name] + tail for name, _, tail in (piece.partition("}}") for piece in rest)
    )


def policy(sheet: Sheet, *, served: bool = False, ancestors: str = "") -> str:
    """Return a page's Content-Security-Policy: its own script and styles, data: pictures."""
    rules = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
    rules += f"style-src '{_hash(sheet.styles)}'; script-src '{_hash(sheet.scripts)}'"
    rules += "; connect-src 'self'" if served else ""
    # What may frame a page can only be said in a header.
    return rules + (f"; frame-ancestors {ancestors}" if ancestors else "")


def _folder() -> Traversable:
    return files("cropsmith.agents.trace.views") / "page_files"


@cache
def _joined(names: tuple[str, ...]) -> str:
    return "\n".join((_folder() / name).read_text("utf-8") for name in names)


@cache
def _hash(names: tuple[str, ...]) -> str:
    digest = hashlib.sha256(_joined(names).encode()).digest()
    return "sha256-" + base64.b64encode(digest).decode()


def _embeddable(value: Any) -> str:
    r"""Return JSON that cannot end its script element: `<` and `&` only as \u003c, \u0026."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
