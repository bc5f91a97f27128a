"""Keys: read from the environment only, and kept out of everything that is shown or stored."""

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from cropsmith.errors import NotAllowed, UsageError


@dataclass(frozen=True)
class Key:
    """An API key that does not show itself."""

    variable: str
    value: str = field(repr=False)

    @classmethod
    def required(cls, variable: str, *also: str) -> "Key":
        """Read a key; NotAllowed when no variable holds one."""
        for name in (variable, *also):
            if value := os.environ.get(name, "").strip():
                return cls(name, value)
        raise NotAllowed(
            f"There is no key in {variable}.", hint=f"Set it: export {variable}=YOUR_KEY"
        )

    @classmethod
    def optional(cls, variable: str) -> "Key":
        """Read a key for servers that may not want one."""
        return cls(variable, os.environ.get(variable, "").strip() or "none")

    def scrub(self, text: str) -> str:
        """Return text without the key in it."""
        return text.replace(self.value, "[key]") if len(self.value) > 4 else text


def base_url(given: str, variable: str, default: str) -> str:
    """Return a server's address, given or from the environment, without a slash at its end.

    UsageError when it is none.
    """
    url = (given or os.environ.get(variable) or default).rstrip("/")
    if urlsplit(url).scheme not in ("http", "https"):
        name = "The server" if given else variable
        raise UsageError(f"{name} is not a web address.", hint="Write it as http://HOST:PORT/v1")
    return url


def without_login(url: str) -> str:
    """Return an address without user name, password or query: what may be shown."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    place = f"{host}:{parts.port}" if parts.port else host
    return urlunsplit((parts.scheme, place, parts.path, "", ""))
