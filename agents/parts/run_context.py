"""What LangGraph hands to every node of a run: its settings, and the parts built from them."""

from pydantic import PrivateAttr

from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.settings.run_settings import RunSettings


class RunContext(RunSettings):
    """The settings of a run. LangGraph's server makes one from JSON; its parts follow."""

    _parts: Parts | None = PrivateAttr(default=None)

    @classmethod
    def around(cls, parts: Parts) -> "RunContext":
        """Return the context of a run with parts of its own."""
        made = cls.model_construct(**dict(parts.settings))
        made._parts = parts
        return made

    @property
    def parts(self) -> Parts:
        """The parts, built at first use."""
        if self._parts is None:
            self._parts = build_parts(RunSettings(**dict(self)))
        return self._parts
