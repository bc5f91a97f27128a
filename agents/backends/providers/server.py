"""A provider's row with what this machine's environment adds: address, key, headers."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cropsmith.agents.backends.directory.provider import VARIABLE, Provider
from cropsmith.agents.backends.protocol.secrets import Key, base_url
from cropsmith.errors import NotAllowed


@dataclass(frozen=True)
class Server:
    """Where models are, and how to ask there."""

    row: Provider
    url: str = field(repr=False)
    """May hold a login."""
    key: Key
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def help(self, model: str) -> str:
        """Return what to do when it cannot be reached."""
        where = (
            f"set {self.row.address} to its address" if self.row.address else "state another url"
        )
        told = self.row.unreachable or f"Start it, or {where}."
        return told.replace("{model}", model).replace("{address}", self.row.address)


def server_of(row: Provider, given: str = "", default: str = "") -> Server:
    """Return a provider's server: at an address that is given, else the environment's or the row's.

    UsageError for what is no address, NotAllowed without a key or a header's variable.
    """
    url = base_url(given, row.address, default or row.url)
    headers = {name: _filled(row, value) for name, value in row.headers.items()}
    secret = {
        os.environ[variable].strip()
        for value in row.headers.values()
        for variable in VARIABLE.findall(value)
    }
    key = key_of(row)
    return Server(row, url, Key(key.variable, key.value, tuple(sorted(secret))), headers)


def key_of(row: Provider) -> Key:
    """Return a provider's key. NotAllowed where it needs one and no variable holds it."""
    if not row.keys:
        return Key("", "none")
    return (Key.required if row.key_needed else Key.optional)(*row.keys)


def _filled(row: Provider, value: str) -> str:
    """Return a header with the variables that it names replaced by what they hold."""
    for variable in VARIABLE.findall(value):
        found = os.environ.get(variable, "").strip()
        if not found:
            raise NotAllowed(
                f"A header of {row.name} names {variable}, which is not set.",
                hint=f"Set it: export {variable}=VALUE",
            )
        value = value.replace(f"${{{variable}}}", found)
    return value
