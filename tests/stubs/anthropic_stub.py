"""A stub of Anthropic's messages API: what it refuses, and how it answers, by generation of model.

Error bodies and refusals follow platform.claude.com/docs (errors, thinking, structured outputs).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.stubs.faults import Ending, Spoken
from tests.stubs.filled import filled
from tests.stubs.sent_picture import SentPicture, read_picture
from tests.stubs.stub_server import Received, StubHandler, StubServer

PICTURE_TOKENS = 100
KINDS = {
    400: ("invalid_request_error", "Invalid request."),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "Your API key does not have permission."),
    404: ("not_found_error", "model: claude-x"),
    413: ("request_too_large", "Request exceeds the maximum allowed number of bytes."),
    429: ("rate_limit_error", "This request would exceed your rate limit."),
    529: ("overloaded_error", "Overloaded"),
}
STOPS = {Ending.STOP: "end_turn", Ending.LENGTH: "max_tokens", Ending.BLOCKED: "refusal"}
UNBOUNDED = ("minimum", "maximum", "minLength", "maxLength", "maxItems", "pattern", "prefixItems")
"""What a schema must not say."""


class AnthropicStub(StubServer):
    """The server. `adaptive` refuses budgets and temperatures; `schemas` whether it holds answers.

    `tool_call` (name, arguments) is made once; with `fills` answers follow the request's schema.
    """

    def __init__(
        self,
        *,
        adaptive: bool = False,
        schemas: bool = True,
        tool_call: tuple[str, object] | None = None,
        fills: bool = False,
        cached: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(AnthropicHandler, **options)
        self.adaptive = adaptive
        self.schemas = schemas
        self.tool_call = tool_call
        self.fills = fills
        self.cached = cached


class AnthropicHandler(StubHandler):
    """Answers the list of models and messages."""

    server: AnthropicStub

    def error(self, status: int, delay: float | None = None, message: str = "") -> object:
        kind, said = KINDS.get(status, ("api_error", "Internal server error"))
        error = {"type": kind, "message": message or said}
        return {"type": "error", "error": error, "request_id": "req_1"}

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        server = self.server
        if server.api_key and self.headers.get("authorization") != f"Bearer {server.api_key}":
            return self.fail(401)
        if not self.headers.get("anthropic-version"):
            return self.fail(400, "anthropic-version: header is required")
        if path == "/v1/models":
            row = {"type": "model", "id": server.model, "display_name": "Stub",
                   "created_at": "2026-01-01T00:00:00Z"}  # fmt: skip
            return self.send_json(200, {"data": [row], "has_more": False, "first_id": None,
                                        "last_id": None})  # fmt: skip
        if (method, path) != ("POST", "/v1/messages"):
            return self.fail(404)
        answered = self.message(body)
        if answered is not None:
            self.send_json(*answered)

    def message(self, body: dict[str, Any]) -> tuple[int, object] | None:
        """Return status and body of the answer to one message; None where it was played."""
        server = self.server
        prompt, pictures = read_blocks(body)
        kept = {key: value for key, value in body.items() if key not in ("messages", "system")}
        server.keep(Received(prompt, pictures, {**kept, "messages": body["messages"]}))
        if None in pictures:
            return 400, self.error(400, message="Could not process image")
        if problem := self._problem(body):
            return 400, self.error(400, message=problem)
        text = None
        schema = body.get("output_config", {}).get("format", {}).get("schema")
        if server.fills and schema:
            text = json.dumps(filled(bounded(schema)))
        spoken = self.play(text)
        if spoken is None:
            return None
        call = server.tool_call if body.get("tools") else None
        server.tool_call = None if call else server.tool_call
        tokens = len(prompt) // 4 + PICTURE_TOKENS * len(pictures)
        return 200, answer(body, spoken, tokens, call, server.cached)

    def _problem(self, body: dict[str, Any]) -> str:
        thinking = body.get("thinking", {}).get("type")
        output = body.get("output_config", {})
        forced = body.get("tool_choice", {}).get("type") in ("tool", "any")
        if self.server.adaptive and thinking == "enabled":
            return '"thinking.type.enabled" is not supported for this model.'
        if self.server.adaptive and "temperature" in body:
            return "`temperature` is deprecated for this model."
        if thinking in ("enabled", "adaptive") and forced:
            return "Thinking may not be enabled when tool_choice forces tool use."
        if thinking == "enabled" and body.get("temperature", 1) != 1:
            return "`temperature` may only be set to 1 when thinking is enabled."
        if thinking == "enabled" and body["thinking"]["budget_tokens"] >= body["max_tokens"]:
            return "`max_tokens` must be greater than `thinking.budget_tokens`."
        if "format" in output and not self.server.schemas:
            return "output_config.format: this model does not support structured outputs."
        schemas = [output.get("format", {}).get("schema", {})]
        schemas += [tool["input_schema"] for tool in body.get("tools", ())]
        if found := next((key for key in words(schemas) if key in UNBOUNDED), None):
            return f"output_config.format.schema: property '{found}' is not supported"
        return ""


def bounded(node: Any) -> Any:
    """Return a schema with the bounds that its descriptions tell, which a model reads too."""
    if isinstance(node, list):
        return [bounded(item) for item in node]
    if not isinstance(node, dict):
        return node
    told = re.findall(r"(minItems|minimum): ?(\d+)", str(node.get("description", "")))
    return {**{k: bounded(v) for k, v in node.items()}, **{k: int(v) for k, v in told}}


def words(node: Any) -> Iterator[str]:
    """Yield every keyword of schemas; the names below "properties" are none."""
    if isinstance(node, list):
        for item in node:
            yield from words(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from words(list(value.values()) if key == "properties" else value)


def read_blocks(body: dict[str, Any]) -> tuple[str, list[SentPicture | None]]:
    """Return the text of a conversation and its pictures, in order."""
    texts, pictures = [str(body.get("system", ""))], []
    for message in body["messages"]:
        for block in message["content"]:
            if block["type"] == "text":
                texts.append(block["text"])
            elif block["type"] == "tool_result":
                texts.append(block["content"])
            elif block["type"] == "image":
                pictures.append(read_picture(block["source"]["data"]))
    return "\n".join(texts), pictures


def answer(
    body: dict[str, Any], spoken: Spoken, tokens: int, call: tuple[str, object] | None, cached: int
) -> object:
    """Return a message: thoughts, then a call or a text."""
    content: list[dict[str, object]] = []
    thinks = body.get("thinking", {}).get("type") in ("enabled", "adaptive")
    if spoken.thought or (thinks and call):
        thought = spoken.thought or "I shall look."
        content.append({"type": "thinking", "thinking": thought, "signature": "c2ln"})
    if call is not None:
        name, arguments = call
        content.append({"type": "tool_use", "id": "toolu_1", "name": name, "input": arguments})
    elif spoken.text and spoken.ending is not Ending.BLOCKED:
        content.append({"type": "text", "text": spoken.text})
    blocked = spoken.ending is Ending.BLOCKED
    details = {"type": "refusal", "category": "general_harms", "explanation": "a filter"}
    made = spoken.thoughts + max(1, len(spoken.text) // 4)
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": content,
        "stop_reason": "tool_use" if call else STOPS.get(spoken.ending, "end_turn"),
        "stop_details": details if blocked else None,
        "stop_sequence": None,
        "usage": {
            "input_tokens": tokens - cached,
            "cache_read_input_tokens": cached,
            "cache_creation_input_tokens": 0,
            "output_tokens": made,
            "output_tokens_details": {"thinking_tokens": spoken.thoughts},
        },
    }
