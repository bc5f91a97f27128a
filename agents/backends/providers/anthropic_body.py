"""What goes to Anthropic's messages: turns, pictures, tools, schema, as JSON."""

import json
from collections.abc import Sequence
from typing import Any

from cropsmith.agents.backends.protocol.backend import Called, Picture, ToolCall, ToolOutcome
from cropsmith.agents.backends.protocol.wire import WireMessage, WireRequest, WireTool
from cropsmith.agents.backends.providers.thinking import Telling


def messages_body(model: str, request: WireRequest, told: Telling) -> dict[str, Any]:
    """Return the JSON body of a request; `told` is what it says of thinking."""
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": request.max_tokens + told.room,
        "messages": [
            {"role": message.role, "content": _blocks(message)}
            for message in request.messages
            if message.role != "system"
        ],
    }
    system = [str(p) for m in request.messages if m.role == "system" for p in m.parts if p]
    if system:
        body["system"] = "\n".join(system)
    if told.plain:
        body["temperature"] = min(1.0, request.temperature)
    if "thinking" in told.fields:
        body["thinking"] = told.fields["thinking"]
    output: dict[str, Any] = {}
    if "effort" in told.fields:
        output["effort"] = told.fields["effort"]
    if request.schema is not None:
        output["format"] = {"type": "json_schema", "schema": without_bounds(request.schema.native)}
    if output:
        body["output_config"] = output
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
        choice = request.tool_choice or "auto"
        named = {"type": "tool", "name": choice}
        body["tool_choice"] = {"type": "auto"} if choice == "auto" else named
    return body


def without_bounds(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema as Anthropic takes it: bounds and lengths become words of descriptions.

    By Anthropic's own rule, which its SDK ships.
    """
    from anthropic import transform_schema

    return transform_schema(schema)


def _tool(tool: WireTool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": without_bounds(tool.parameters),
        "strict": True,
    }


def _blocks(message: WireMessage) -> list[dict[str, Any]]:
    """Return the blocks of a turn; outcomes of tools come first, as they must."""
    outcomes: list[dict[str, Any]] = []
    blocks: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, str):
            # A block without text is refused.
            blocks += [{"type": "text", "text": part}] if part.strip() else []
        elif isinstance(part, Picture):
            source = {"type": "base64", "media_type": part.mime, "data": part.base64}
            blocks.append({"type": "image", "source": source})
        elif isinstance(part, Called):
            for call in part.calls:
                blocks += [*thoughts_before(call), _use(call)]
        elif isinstance(part, ToolOutcome):
            outcomes.append(
                {"type": "tool_result", "tool_use_id": part.call.id, "content": part.text}
            )
    return [*outcomes, *blocks]


def _use(call: ToolCall) -> dict[str, Any]:
    try:
        given = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        given = {}
    given = given if isinstance(given, dict) else {}
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": given}


def thoughts_before(call: ToolCall) -> Sequence[dict[str, Any]]:
    """Return the signed thoughts that came before a call: they go back as they came."""
    try:
        kept = json.loads(call.opaque or "[]")
    except ValueError:
        return ()
    return kept if isinstance(kept, list) else ()


def unthought(request: WireRequest) -> bool:
    """Tell whether the latest calls came without thoughts: no budget is taken after them."""
    called = [part for m in request.messages for part in m.parts if isinstance(part, Called)]
    return bool(called) and not any(thoughts_before(call) for call in called[-1].calls)
