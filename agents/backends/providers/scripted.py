"""A backend that answers from a script: for tests, demonstrations and replays."""

from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from cropsmith.agents.backends.protocol.backend import Ask, Reply, Status, ToolCall
from cropsmith.errors import Misconfigured, UsageError, why
from cropsmith.tools.schema.faults import first_fault
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.values import Value


class ScriptedAnswer(Value):
    """One line of a script. Boxes are in our frame: {"x1": 0.1, "y1": ...}."""

    purpose: str = ""
    """The asks that it answers; empty for any."""
    value: Any = None
    """The answer, as JSON or as an instance of `Ask.answer`."""
    status: Status = Status.OK
    reason: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    repeat: bool = False
    """Answer every further ask of this purpose alike."""


Player = Callable[[Ask], ScriptedAnswer | BaseModel | dict[str, Any]]


class Scripted:
    """Plays its answers in order, those of a purpose to that purpose.

    Given a function instead, it asks that. Running out of script is an error, and so is an answer
    that does not fit what was asked: a script must not pass for a model that failed.
    """

    def __init__(
        self, answers: Iterable[ScriptedAnswer] | Player, *, name: str = "scripted/script"
    ) -> None:
        self.name = name
        self.asked: list[Ask] = []
        """Every ask, in order, for tests to look at."""
        self._play = answers if callable(answers) else None
        self._queue = deque(() if callable(answers) else answers)

    @classmethod
    def load(cls, path: Path) -> "Scripted":
        """Read a script: one JSON object of ScriptedAnswer per line. UsageError if it is none."""
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"The script {path} cannot be read: {why(error)}.") from error
        answers = []
        for number, line in enumerate(lines, 1):
            try:
                if line.strip():
                    answers.append(ScriptedAnswer.model_validate_json(line))
            except ValidationError as error:
                fault = first_fault(error, ScriptedAnswer)
                said = f"{fault.field} {fault.reason}" if fault.field else "it is no JSON object"
                raise UsageError(f"{path}:{number}: {said}.") from error
        return cls(answers, name=f"scripted/{path.name}")

    def fit(self, size: Size) -> Size:
        """Take pictures as they are, at most 1024 px a side."""
        from cropsmith.agents.backends.boxes.resize import within

        return within(size, 1024)

    async def ask(self, ask: Ask) -> Reply:
        """Answer from the script."""
        self.asked.append(ask)
        answer = self._play(ask) if self._play else self._next(ask)
        if not isinstance(answer, ScriptedAnswer):
            answer = ScriptedAnswer(value=answer)
        value = None
        if answer.status is Status.OK and answer.value is not None:
            try:
                value = ask.answer.model_validate(answer.value)
            except ValidationError as error:
                raise Misconfigured(
                    f"The script's answer to '{ask.purpose}' does not fit: {error}."
                ) from error
        return Reply(
            status=answer.status,
            value=value,
            reason=answer.reason,
            tool_calls=answer.tool_calls,
            raw="" if value is None else value.model_dump_json(),
            model=self.name,
            cost=0.0,
            convention="ours (script)",
        )

    def _next(self, ask: Ask) -> ScriptedAnswer:
        for index, answer in enumerate(self._queue):
            if answer.purpose in ("", ask.purpose):
                if not answer.repeat:
                    del self._queue[index]
                return answer
        raise Misconfigured(f"The script has run out of answers to '{ask.purpose}'.")
