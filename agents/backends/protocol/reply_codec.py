"""A reply as JSON, the one form it has on disk; its value is typed again by the ask it answers."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from cropsmith.agents.backends.protocol.backend import Ask, Reply, ToolCall, ToolSpec


def dumps(reply: Reply) -> str:
    """Return a reply as JSON text."""
    return json.dumps(reply.model_dump(mode="json"))


def loads(text: str, ask: Ask) -> Reply | None:
    """Return the reply; None for text that is none, or whose value no longer fits the ask."""
    try:
        return restored(json.loads(text), ask)
    except (json.JSONDecodeError, KeyError, TypeError, ValidationError):
        return None


def restored(facts: Mapping[str, Any], ask: Ask) -> Reply:
    """Return the reply that these facts tell. ValidationError where they do not fit the ask."""
    value = facts["value"]
    if value is not None:
        value = ask.answer.model_validate(value)
    calls = tuple(_call(call, ask.tools) for call in facts["tool_calls"])
    return Reply.model_validate({**facts, "value": value, "tool_calls": calls})


def _call(facts: Any, tools: Sequence[ToolSpec]) -> ToolCall:
    """Return a tool call with its arguments as the tool takes them, boxes in our frame."""
    call = ToolCall.model_validate(facts)
    spec = next((tool for tool in tools if tool.name == call.name), None)
    if spec is None or call.value is None:
        return call
    return call.model_copy(update={"value": spec.arguments.model_validate(call.value)})
