"""What goes to a server of chat completions: messages, pictures, tools, schema, as JSON."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cropsmith.agents.backends.directory.provider import Provider
from cropsmith.agents.backends.protocol.backend import (
    Called,
    Picture,
    ToolCall,
    ToolOutcome,
)
from cropsmith.agents.backends.protocol.wire import (
    AnswerSchema,
    CannotForce,
    WireMessage,
    WireRequest,
    WireTool,
)
from cropsmith.agents.backends.providers.thinking import Telling


def _picture(picture: Picture, detail: str | None) -> dict[str, Any]:
    url: dict[str, Any] = {"url": f"data:{picture.mime};base64,{picture.base64}"}
    if detail is not None:
        url["detail"] = detail
    return {"type": "image_url", "image_url": url}


def _called(calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
    return [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for call in calls
    ]


def chat_messages(messages: Sequence[WireMessage], detail: str | None) -> list[dict[str, Any]]:
    """Return messages in the shape of chat completions; tool outcomes become turns of their own."""
    made: list[dict[str, Any]] = []
    for message in messages:
        content: list[dict[str, Any]] = []
        turn: dict[str, Any] = {"role": message.role}
        for part in message.parts:
            if isinstance(part, str):
                content.append({"type": "text", "text": part})
            elif isinstance(part, Picture):
                content.append(_picture(part, detail))
            elif isinstance(part, Called):
                turn["tool_calls"] = _called(part.calls)
            elif isinstance(part, ToolOutcome):
                made.append({"role": "tool", "tool_call_id": part.call.id, "content": part.text})
        if message.role == "user" and content:
            made.append({**turn, "content": content})
        elif message.role != "user":
            # Plain text: some servers take parts in the user's turn only.
            text = "\n".join(part["text"] for part in content if part["type"] == "text")
            made.append({**turn, "content": text or None})
    return made


def chat_body(row: Provider, model: str, request: WireRequest, told: Telling) -> dict[str, Any]:
    """Return the JSON body of a request; `told` is what it says of thinking.

    CannotForce where a tool is to be forced and the server knows no such thing.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": chat_messages(request.messages, row.detail),
        row.limit: request.max_tokens + told.room,
    }
    if told.plain:
        body["temperature"] = request.temperature
    if request.seed is not None:
        body["seed"] = request.seed
    if request.schema is not None:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {
                "name": request.schema.name,
                "schema": request.schema.native,
                "strict": True,
            },
        }
    if request.tools:
        body["tools"], body["tool_choice"] = _tools(row, request)
    if extra := {**row.body, **told.fields}:
        body["extra_body"] = extra
    return body


def _tools(row: Provider, request: WireRequest) -> tuple[list[dict[str, Any]], Any]:
    """Return the tools on offer, and how one of them is chosen in the words of the server."""
    forced = None if request.tool_choice in (None, "auto") else request.tool_choice
    offered, choice = request.tools, "auto"
    if forced is not None and row.forces == "never":
        raise CannotForce(f"{row.name} cannot be told to call a tool.")
    if forced is not None and row.forces == "required":
        offered, choice = [tool for tool in request.tools if tool.name == forced], "required"
    told = [{"type": "function", "function": declared(tool)} for tool in offered]
    if forced is not None and row.forces == "by name":
        return told, {"type": "function", "function": {"name": forced}}
    return told, choice


def declared(tool: WireTool) -> dict[str, Any]:
    """Return how OpenAI's dialects declare a tool, its arguments held to their schema."""
    # Without `strict` vLLM 0.32 holds a named call to "some JSON": Infinity passes.
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": True,
    }


def forms(schema: AnswerSchema) -> Sequence[AnswerSchema | None]:
    """Return a schema as it is, without what several servers refuse, and none at all."""
    return (schema, replace(schema, native=simpler(schema.native)), None)


def simpler(node: Any) -> Any:
    """Return a schema whose bounds by place are bounds of the whole list, without patterns."""
    if isinstance(node, list):
        return [simpler(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: simpler(value) for key, value in node.items() if key != "pattern"}
    if places := made.pop("prefixItems", None):
        made["items"] = max(places, key=lambda place: place.get("maximum", 0))
    return made
