"""Tool calls where a server or model has none: an answer that a schema holds to a list of calls.

A model is told of the tools in words, and may write nothing but `{"calls": [...]}`: a union over
the tools, which guidance, xgrammar and llguidance all enforce, without a parser. Calls and their
outcomes are repeated to it as text.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cropsmith.agents.backends.boxes.loose_json import NoJson, find_json
from cropsmith.agents.backends.protocol.backend import Called, ToolCall, ToolOutcome
from cropsmith.agents.backends.protocol.wire import (
    AnswerSchema,
    CannotForce,
    Dialect,
    NoSuchModel,
    Wire,
    WireMessage,
    WirePart,
    WireReply,
    WireRequest,
    WireTool,
)
from cropsmith.errors import Misconfigured
from cropsmith.prompts import render

MOST = 4
"""Calls of one turn."""


class HeldCalls:
    """A wire that takes tools of any server: natively, or by a schema once it refused them."""

    def __init__(self, inner: Wire) -> None:
        self.inner = inner
        self._refusal = ""
        """What the server said to native tools."""

    @property
    def provider(self) -> str:
        """First part of `provider/model`."""
        return self.inner.provider

    @property
    def model(self) -> str:
        """The model's name at the provider."""
        return self.inner.model

    @property
    def endpoint(self) -> str:
        """Where requests go."""
        return self.inner.endpoint

    @property
    def dialect(self) -> Dialect:
        """The provider's reading of JSON schema."""
        return self.inner.dialect

    async def models(self) -> Sequence[str]:
        """Return the names of the models on offer."""
        return await self.inner.models()

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request. What is refused without tools too is raised as it was first."""
        if self._refusal:
            return await self._held(request)
        try:
            return await self.inner.send(request)
        except NoSuchModel:
            raise
        except CannotForce as error:
            return await self._held(request, why=error.message)
        except Misconfigured as error:
            if not request.tools:
                raise
            try:
                reply = await self._held(request, why=error.message)
            except Misconfigured:
                raise error from None
            self._refusal = error.message
            return reply

    async def _held(self, request: WireRequest, why: str = "") -> WireReply:
        reply = await self.inner.send(held(request))
        if not request.tools:
            return reply
        told = (
            f"{self.model} takes no tools here ({(why or self._refusal)[:200]}): they are called in"
            " answers held to a schema."
        )
        calls = calls_in(reply.text)
        return replace(reply, tool_calls=calls, lacking=(*reply.lacking, told))


def held(request: WireRequest) -> WireRequest:
    """Return the request with its tools as words and a schema, calls and outcomes as text."""
    messages = [_plain(message) for message in request.messages]
    if not request.tools:
        return replace(request, messages=messages)
    # Where the tools were first offered, so that later turns only append.
    called = [any(isinstance(p, Called) for p in m.parts) for m in request.messages]
    at = (called.index(True) if True in called else len(messages)) - 1
    words = render(
        "vlm/calls",
        most=MOST,
        tools="\n".join(map(_described, request.tools)),
    ).text
    messages[at] = WireMessage(messages[at].role, [*messages[at].parts, words])
    return replace(
        request,
        messages=messages,
        schema=schema_of(request.tools, request.tool_choice),
        tools=(),
        tool_choice=None,
    )


def schema_of(tools: Sequence[WireTool], choice: str | None) -> AnswerSchema:
    """Return the schema of a list of calls; a choice by name leaves one call of one tool."""
    forced = choice not in (None, "auto")
    options = [_option(tool) for tool in tools if not forced or tool.name == choice]
    calls: dict[str, Any] = {
        "type": "array",
        "items": options[0] if len(options) == 1 else {"anyOf": options},
        "minItems": 1 if forced else 0,
        "maxItems": 1 if forced else MOST,
    }
    native = {
        "type": "object",
        "properties": {"calls": calls},
        "required": ["calls"],
        "additionalProperties": False,
    }
    return AnswerSchema(name="calls", own={}, native=native)


def _option(tool: WireTool) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "tool": {"type": "string", "enum": [tool.name]},
            "arguments": tool.parameters,
        },
        "required": ["tool", "arguments"],
        "additionalProperties": False,
    }


def _described(tool: WireTool) -> str:
    arguments = json.dumps(tool.parameters["properties"], separators=(",", ":"))
    return f"- {tool.name}: {tool.description} Arguments: {arguments}"


def calls_in(text: str) -> list[ToolCall]:
    """Return the calls of an answer; none where it holds none."""
    try:
        value = find_json(text)
    except NoJson:
        return []
    items = value.get("calls", [value]) if isinstance(value, dict) else value
    if not isinstance(items, list):
        return []
    return [
        ToolCall(
            id=f"call-{number}",
            name=str(item["tool"]),
            arguments=json.dumps(item.get("arguments") or {}),
        )
        for number, item in enumerate(items, start=1)
        if isinstance(item, dict) and "tool" in item
    ]


def _plain(message: WireMessage) -> WireMessage:
    parts: list[WirePart] = []
    for part in message.parts:
        if isinstance(part, Called):
            calls = [{"tool": c.name, "arguments": _arguments(c)} for c in part.calls]
            parts.append(json.dumps({"calls": calls}, separators=(",", ":")))
        elif isinstance(part, ToolOutcome):
            parts.append(f"{part.call.name} answers: {part.text}")
        else:
            parts.append(part)
    return WireMessage(message.role, parts)


def _arguments(call: ToolCall) -> Any:
    try:
        return json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return call.arguments
