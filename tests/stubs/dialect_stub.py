"""Stubs of servers that speak chat completions each in its own dialect.

What each refuses, ignores and calls otherwise follows its documentation or its reported words: the
sources stand in agents/backends/directory/providers.toml.
"""

import json
import re
from typing import Any, Literal

from tests.stubs.faults import Ending, Spoken
from tests.stubs.filled import filled
from tests.stubs.openai_stub import OpenaiHandler, OpenaiStub, read_messages, reply
from tests.stubs.stub_server import Received

Speaks = Literal["sglang", "ollama", "lmstudio", "llamacpp", "openrouter", "azure"]

FILTERED = {
    "error": {
        "message": "The response was filtered due to the prompt triggering Azure OpenAI's content"
        " management policy.",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}},
    }
}
CHOICES = "Invalid tool_choice type: 'object'. Supported string values: none, auto, required"


class DialectStub(OpenaiStub):
    """The server. `thinks` says whether its model can think; `jinja` is llama.cpp's flag."""

    def __init__(
        self, speaks: Speaks, *, thinks: bool = True, jinja: bool = True, **options: Any
    ) -> None:
        super().__init__(**options)
        self.RequestHandlerClass = DialectHandler
        self.speaks = speaks
        self.thinks = thinks
        self.jinja = jinja
        self.paths: list[str] = []
        self.sent_headers: list[dict[str, str]] = []


class DialectHandler(OpenaiHandler):
    """Answers chat completions; calls the first tool on offer where it may or must."""

    server: DialectStub

    def error(self, status: int, delay: float | None = None, message: str = "") -> object:
        said = message or f"failed with {status}"
        match self.server.speaks:
            case "lmstudio":
                return {"error": said}
            case "llamacpp":
                return {"error": {"code": status, "message": said, "type": "server_error"}}
            case "openrouter":
                return {"error": {"code": status, "message": said, "metadata": {}}}
            case "azure":
                code = "DeploymentNotFound" if status == 404 else str(status)
                return {"error": {"code": code, "message": said}}
            case "sglang":
                kind = "BadRequestError"
                return {"object": "error", "message": said, "type": kind, "code": status}
        return {"error": {"message": said, "type": "api_error", "param": None, "code": None}}

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        server = self.server
        server.paths.append(self.path)
        server.sent_headers.append({name.lower(): value for name, value in self.headers.items()})
        if server.api_key and not self._authorised():
            return self.fail(401, "Access denied.")
        path = self._plain(path)
        if method != "POST" or path == "/v1/responses":
            return super().call(method, path, body)
        if path != "/v1/chat/completions":
            return self.fail(404)
        for message in body["messages"]:
            message["content"] = message["content"] or ""
        prompt, pictures = read_messages(body["messages"])
        told = {key: value for key, value in body.items() if key != "messages"}
        server.keep(Received(prompt, pictures, told))
        if (problem := self._refused(body)) is not None:
            return self.fail(*problem)
        spoken = self.play(self._text(body))
        if spoken is None:
            return None
        if spoken.ending is Ending.BLOCKED and server.speaks == "azure":
            return self.send_json(400, FILTERED)
        self.send_json(200, self._made(body, spoken, len(prompt) // 4))

    def _authorised(self) -> bool:
        given = (self.headers.get("api-key"), self.headers.get("authorization"))
        return self.server.api_key in given or f"Bearer {self.server.api_key}" in given

    def _plain(self, path: str) -> str:
        """Return the path without what is the provider's own."""
        match self.server.speaks:
            case "azure":
                dated = re.sub(r"^/openai/deployments/[^/]+/", "/v1/", path)
                return dated if dated != path else path.replace("/openai/v1/", "/v1/")
            case "openrouter":
                return path.removeprefix("/api")
        return path

    def _refused(self, body: dict[str, Any]) -> tuple[int, str] | None:
        server, choice = self.server, body.get("tool_choice")
        match server.speaks:
            case "lmstudio" if isinstance(choice, dict):
                return 400, CHOICES
            case "lmstudio" if body.get("response_format", {}).get("type") == "json_object":
                return 400, "'response_format.type' must be 'json_schema' or 'text'"
            case "llamacpp" if body.get("tools") and not server.jinja:
                return 500, "tools param requires --jinja flag"
            case "llamacpp" if body.get("tools") and "response_format" in body:
                return 400, "Cannot use custom grammar constraints with tools."
            case "ollama" if body.get("reasoning_effort", "none") != "none" and not server.thinks:
                return 400, f'"{body["model"]}" does not support thinking'
        return None

    def _text(self, body: dict[str, Any]) -> str | None:
        if not self.server.fills or "response_format" not in body:
            return None
        return json.dumps(filled(body["response_format"]["json_schema"]["schema"]))

    def _must(self, body: dict[str, Any]) -> bool:
        """Tell whether a call is made: where a tool is forced in words that the server reads."""
        choice = body.get("tool_choice")
        match self.server.speaks:
            case "ollama":
                return True  # whatever the choice says, the model calls as it likes
            case "llamacpp" | "lmstudio":
                return choice in ("auto", "required")
        return choice is not None

    def _made(self, body: dict[str, Any], spoken: Spoken, tokens: int) -> Any:
        server = self.server
        made: Any = reply(body["model"], spoken, tokens)
        message = made["choices"][0]["message"]
        if server.speaks in ("sglang", "llamacpp") and "reasoning" in message:
            message["reasoning_content"] = message.pop("reasoning")
        if server.speaks == "openrouter":
            made["usage"] |= {"cost": 0.00125, "cost_details": {"upstream_inference_cost": None}}
            made["provider"] = "Stub"
        if body.get("tools") and server.tool_call and self._must(body):
            name, arguments = server.tool_call
            function = {"name": name, "arguments": json.dumps(arguments)}
            call = {"id": "call_1", "type": "function", "function": function}
            message |= {"content": None, "tool_calls": [call]}
            made["choices"][0]["finish_reason"] = "tool_calls"
            server.tool_call = None
        return made
