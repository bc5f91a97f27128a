"""A stub whose model calls tools over chat completions, also several side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.stubs.openai_stub import OpenaiHandler, OpenaiStub, read_messages, reply
from tests.stubs.stub_server import Received

NO_PARSER = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'


@dataclass(frozen=True)
class Calling:
    """One call that the model makes."""

    name: str
    arguments: str


Turns = Sequence[Sequence[Calling]]


class CallingStub(OpenaiStub):
    """Plays one turn for each request with tools; a turn without calls just speaks.

    Without `native_tools` it refuses them, as vLLM does without a parser.
    """

    def __init__(self, *, turns: Turns = (), native_tools: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.RequestHandlerClass = CallingHandler
        self.turns = list(turns)
        self.native_tools = native_tools


class CallingHandler(OpenaiHandler):
    """Answers requests with tools; leaves all others to the plain stub."""

    server: CallingStub

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        for message in body.get("messages", ()):
            message["content"] = message["content"] or ""  # that of a turn with calls alone
        if not body.get("tools"):
            return super().call(method, path, body)
        prompt, pictures = read_messages(body["messages"])
        self.server.keep(Received(prompt, pictures, body))
        if not self.server.native_tools:
            return self.fail(400, NO_PARSER)
        spoken = self.play()
        if spoken is None:
            return
        made: Any = reply(body["model"], spoken, len(prompt) // 4)
        if turn := self.server.turns.pop(0) if self.server.turns else ():
            message = made["choices"][0]["message"]
            message["content"] = None
            message["tool_calls"] = [
                {
                    "id": f"call_{number}",
                    "type": "function",
                    "function": {"name": one.name, "arguments": one.arguments},
                }
                for number, one in enumerate(turn, start=1)
            ]
        self.send_json(200, made)
