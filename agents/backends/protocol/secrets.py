"""Keys: read from the environment only, and kept out of everything that is shown or stored."""

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from cropsmith.errors import NotAllowed, UsageError
from cropsmith.tools.schema.secret_text import without_secrets


@dataclass(frozen=True)
class Key:
    """An API key that does not show itself."""

    variable: str
    value: str = field(repr=False)
    others: tuple[str, ...] = field(default=(), repr=False)
    """Further values that are nobody's business: of headers, tokens that were signed in for."""

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
    def optional(cls, variable: str, *also: str) -> "Key":
        """Read a key for servers that may not want one."""
        values = (os.environ.get(name, "").strip() for name in (variable, *also))
        return cls(variable, next(filter(None, values), "none"))

    def scrub(self, text: str) -> str:
        """Return text without the key in it, or anything else that looks like one."""
        for value in (self.value, *self.others):
            text = text.replace(value, "[key]") if len(value) > 4 else text
        return without_secrets(text)


def base_url(given: str, variable: str, default: str) -> str:
    """Return a server's address, given or from the environment, without a slash at its end.

    UsageError when it is none.
    """
    url = (given or os.environ.get(variable) or default).rstrip("/")
    if not url and variable:
        raise UsageError(f"{variable} is not set.", hint=f"Set it: export {variable}=https://HOST")
    if urlsplit(url).scheme not in ("http", "https"):
        told = os.environ.get(variable) if variable else ""
        name = "The server" if given else variable if told else "The provider's url"
        raise UsageError(f"{name} is not a web address.", hint="Write it as http://HOST:PORT/v1")
    return url


def without_login(url: str) -> str:
    """Return an address without user name, password or query: what may be shown."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    place = f"{host}:{parts.port}" if parts.port else host
    return urlunsplit((parts.scheme, place, parts.path, "", ""))
