"""What a studio is started with."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cropsmith import settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True)
class StudioSettings:
    """Picklable choices of one studio."""

    host: str = "127.0.0.1"
    port: int = 7333
    home: Path = field(default_factory=settings.home)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    """Opens the studio: whoever has it may crop, and see the traces."""
    model: str = "builtin"
    """The model that is chosen at first."""
    max_upload: int = 64 * 2**20
    """Bytes of one photo."""
    max_runs: int = 4
    """Crops under way at once; further ones wait."""

    start: str = "/"
    """Where the address with the token leads to."""

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; browsers do not keep cookies of two ports apart."""
        return f"cropsmith-{self.port}"

    @property
    def hosts(self) -> frozenset[str]:
        """What the Host header may say: a page elsewhere cannot rebind its name to us."""
        names = {*LOOPBACK, self.host} - {"0.0.0.0", "::"}
        bracketed = {f"[{name}]" if ":" in name else name for name in names}
        return frozenset(f"{name}:{self.port}" for name in bracketed)

    @property
    def url(self) -> str:
        """The address to open, token included."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/?token={self.token}"
