"""API keys: whose a request is, and how much its owner may ask for.

The file holds hashes alone, in TOML:

    [keys.shop]
    sha256 = "..."
    per_minute = 600
    burst = 60
    at_once = 32
"""

import hashlib
import hmac
import re
import secrets
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from cropsmith.errors import UsageError, why
from cropsmith.tools.schema.faults import first_fault
from cropsmith.tools.schema.values import Value

LOCAL = "local"
"""Owner of everything in a service without keys."""

NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Key(Value):
    """An owner and its limits."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    per_minute: float = Field(default=600, gt=0)
    """Requests, in the long run."""
    burst: int = Field(default=60, ge=1)
    """Requests at one moment."""
    at_once: int = Field(default=32, ge=1)
    """Unfinished jobs, without those of batches."""
    in_batches: int = Field(default=1000, ge=1)
    """Unfinished jobs of batches."""


class Bucket:
    """Tokens that come back at an even rate: one for each request."""

    def __init__(self, key: Key) -> None:
        self._rate = key.per_minute / 60
        self._most = float(key.burst)
        self._tokens = self._most
        self._at = time.monotonic()

    def take(self) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        now = time.monotonic()
        self._tokens = min(self._most, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate


class Keyring:
    """The keys of a service. Of one event loop."""

    def __init__(self, keys: Mapping[str, Key], *, needed: bool = True) -> None:
        self._keys = dict(keys)
        self._buckets = {name: Bucket(key) for name, key in self._keys.items()}
        self.needed = needed
        """False: whoever reaches the service is `LOCAL`."""

    @classmethod
    def open_to_all(cls) -> "Keyring":
        """Return the keyring of a service on loopback: no key, one owner, wide limits."""
        anybody = Key(sha256="0" * 64, per_minute=60_000, burst=1000, at_once=256)
        return cls({LOCAL: anybody}, needed=False)

    def owner_of(self, sent: str) -> str | None:
        """Return the name of a key; None for one that is not ours."""
        if not self.needed:
            return LOCAL
        hashed = hash_of(sent)
        found = [n for n, key in self._keys.items() if hmac.compare_digest(key.sha256, hashed)]
        return found[0] if found and sent else None

    def get(self, owner: str) -> Key | None:
        """Return the limits of an owner; None when the key was taken away."""
        return self._keys.get(owner)

    def take(self, owner: str) -> float:
        """Count a request; return the seconds to wait when it is one too many, else 0."""
        return self._buckets[owner].take()


def hash_of(key: str) -> str:
    """Return what the file keeps of a key; keys are random, so a plain hash will do."""
    return hashlib.sha256(key.encode()).hexdigest()


def read_keys(path: Path) -> Keyring:
    """Read a file of keys; UsageError when it is none."""
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("keys", {})
        keys = {str(name): Key.model_validate(table) for name, table in tables.items()}
    except ValidationError as error:
        fault = first_fault(error, Key)
        raise UsageError(f"{path}: {fault.field} {fault.reason}.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError) as error:
        raise UsageError(f"The file of keys {path} cannot be read: {why(error)}.") from error
    if not keys:
        raise UsageError(f"There is no key in {path}.", hint="Make one with --new-key NAME.")
    return Keyring(keys)


def new_key(path: Path, name: str) -> str:
    """Make a key, add its hash to the file, and return the key: it is kept nowhere."""
    if not NAME.fullmatch(name):
        raise UsageError("A key's name has letters, digits, - and _.")
    known: Sequence[str] = ()
    if path.exists():
        known = re.findall(r"^\[keys\.([\w-]+)\]", path.read_text("utf-8"), re.MULTILINE)
    if name in known:
        raise UsageError(f"There is a key '{name}' in {path}.")
    key = f"crop_{secrets.token_urlsafe(24)}"
    path.touch(mode=0o600)
    with path.open("a", encoding="utf-8") as file:
        file.write(f'\n[keys.{name}]\nsha256 = "{hash_of(key)}"\n')
    return key
