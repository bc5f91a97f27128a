"""What a service is started with."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from cropsmith import settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def service_folder() -> Path:
    """Return the folder of the service's jobs, uploads and pictures."""
    return settings.home() / "service"


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """Choices of one service."""

    host: str = "127.0.0.1"
    port: int = 8080
    folder: Path = field(default_factory=service_folder)
    secret: bytes = field(repr=False)
    """Signs addresses: at least 16 bytes."""
    jobs: str = field(default="", repr=False)
    """Address of a Postgres database for the jobs; empty for SQLite in the folder."""
    public_url: str = ""
    """How the world reaches the service; signed addresses begin with it. Empty: paths alone."""
    models: tuple[str, ...] = ("builtin",)
    """Minds that a request may name; the first is taken where it names none."""
    index: str = "off"
    """Index of expert crops that models may see examples of."""
    workers: int = os.cpu_count() or 1
    """Processes that crop, one photo each at a time."""
    max_upload: int = 64 * 2**20
    """Bytes of a request's body."""
    max_queue: int = 256
    """Unfinished jobs of all keys, without those of batches."""
    max_batched: int = 10_000
    """Unfinished jobs of all batches."""
    wait: float = 30.0
    """Seconds that a request waits for its crop before it is answered with a job."""
    job_seconds: float = 300.0
    """Longest time for one photo."""
    body_seconds: float = 60.0
    """Longest time for a client to send its body."""
    keep: float = 3600.0
    """Seconds that an ended job and its pictures are kept."""
    drain: float = 30.0
    """Seconds that crops under way get to end after SIGTERM."""
    addresses: tuple[str, ...] = ()
    """Addresses that photos may come from and callbacks go to although they are not public."""

    @property
    def uploads(self) -> Path:
        """Photos that wait for their crop, named by job."""
        return self.folder / "uploads"

    @property
    def results(self) -> Path:
        """Pictures that were made."""
        return self.folder / "results"

    @property
    def hosts(self) -> frozenset[str]:
        """What the Host header may say of a service without keys (DNS rebinding)."""
        names = {*LOOPBACK, self.host} - {"0.0.0.0", "::"}
        bracketed = {f"[{name}]" if ":" in name else name for name in names}
        return frozenset(f"{name}:{self.port}" for name in bracketed)
