"""A model that is asked and never sent anything: it keeps what would have gone on the wire."""

from dataclasses import dataclass

from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.rendering import Renderer
from cropsmith.agents.backends.directory.directory import providers
from cropsmith.agents.backends.model import TIMEOUT
from cropsmith.agents.backends.protocol.backend import Ask, Reply, Status
from cropsmith.agents.backends.protocol.wire import Dialect, WireRequest
from cropsmith.agents.backends.registry import make_wire, split_model, usable_convention
from cropsmith.errors import MissingExtra, NotAllowed, UsageError
from cropsmith.tools.schema.geometry import Size


@dataclass(frozen=True)
class Kept:
    """One request that was not sent."""

    purpose: str
    request: WireRequest


class Unsent:
    """A backend that keeps requests. Proposals are answered by the prompt's own filled example.

    So the questions of later rounds can be seen too; every other question goes unanswered, and the
    built-in photographer answers it.
    """

    def __init__(self, name: str, convention: Convention, dialect: Dialect) -> None:
        self.name = name
        self.convention = convention
        self.kept: list[Kept] = []
        self._renderer = Renderer(convention, dialect)

    @classmethod
    def of(cls, name: str, server: str = "") -> "Unsent":
        """Return it for `provider/model`; no key and no server is needed.

        UsageError for a name that is none, and for a model whose boxes nobody knows.
        """
        provider, _ = split_model(name)
        if provider == "scripted":
            raise UsageError("A script is sent nothing.", hint="Name a model: PROVIDER/MODEL.")
        try:
            wire = make_wire(name, server)
            endpoint, dialect = wire.endpoint, wire.dialect
        except (NotAllowed, MissingExtra):
            # It cannot be set up here, for want of a key or a package.
            endpoint, dialect = "", providers()[provider].dialect
        return cls(name, usable_convention(name, endpoint), dialect)

    def fit(self, size: Size) -> Size:
        """Return the size at which a picture would be sent."""
        return self.convention.sent(size)

    async def ask(self, ask: Ask) -> Reply:
        """Keep the request."""
        self.kept.append(Kept(ask.purpose, self._renderer.render(ask, TIMEOUT).request))
        if ask.purpose == "propose" and ask.example is not None:
            return Reply(status=Status.OK, value=ask.example, model=self.name, cost=0.0)
        reason = "Nothing was sent."
        return Reply(status=Status.INVALID, reason=reason, model=self.name, cost=0.0)
