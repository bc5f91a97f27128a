"""What the backends that wrap another one share: its name, and the size of its pictures."""

from cropsmith.agents.backends.protocol.backend import Backend
from cropsmith.tools.schema.geometry import Size


class Around:
    """A part of a backend that does something before or after the model within is asked."""

    def __init__(self, inner: Backend) -> None:
        self.inner = inner

    @property
    def name(self) -> str:
        """Of the model within."""
        return self.inner.name

    def fit(self, size: Size) -> Size:
        """As the model within."""
        return self.inner.fit(size)
