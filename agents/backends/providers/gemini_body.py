"""What goes to generateContent: turns, pictures, tools, schema, configuration."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cropsmith.agents.backends.protocol.backend import Called, Picture, ToolOutcome
from cropsmith.agents.backends.protocol.wire import WireMessage, WireRequest
from cropsmith.agents.backends.providers.thinking import Telling

ALONE = ("http_options", "automatic_function_calling", "should_return_http_response")
"""Of a configuration, what is of no request within a batch."""

ROOM = 8192
"""Least output limit: thoughts count against it and can eat it whole (python-genai#782, #811)."""


def gemini_parts(message: WireMessage) -> list[dict[str, Any]]:
    """Return the parts of a turn in the shape of generateContent."""
    parts: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, str):
            parts.append({"text": part})
        elif isinstance(part, Picture):
            parts.append({"inline_data": {"mime_type": part.mime, "data": part.data}})
        elif isinstance(part, Called):
            for call in part.calls:
                made: dict[str, Any] = {
                    "function_call": {"name": call.name, "args": json.loads(call.arguments or "{}")}
                }
                if call.opaque:
                    # Of either alphabet: answers alone have one, those of batches the other.
                    plain = call.opaque.replace("-", "+").replace("_", "/")
                    made["thought_signature"] = base64.b64decode(plain)
                parts.append(made)
        elif isinstance(part, ToolOutcome):
            response = {"name": part.call.name, "response": {"result": part.text}}
            parts.append({"function_response": response})
    return parts


def gemini_contents(request: WireRequest) -> list[dict[str, Any]]:
    """Return the turns of a request, without the system's."""
    return [
        {"role": "model" if message.role == "assistant" else "user", "parts": gemini_parts(message)}
        for message in request.messages
        if message.role != "system"
    ]


def gemini_config(request: WireRequest, told: Telling, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request's GenerateContentConfig.

    `told` is what it says of thinking, `extra` the fields added to the body.
    """
    system = [p for m in request.messages if m.role == "system" for p in m.parts]
    config: dict[str, Any] = {
        "temperature": request.temperature,
        "max_output_tokens": max(ROOM, request.max_tokens + told.room),
        # The SDK's timeout is in milliseconds.
        "http_options": {
            "timeout": int(request.timeout * 1000),
            "extra_body": dict(extra) or None,
        },
        "automatic_function_calling": {"disable": True},
        # The SDK would parse the answer, too, without any limit.
        "should_return_http_response": True,
    }
    if system:
        config["system_instruction"] = "\n".join(str(part) for part in system)
    if request.seed is not None:
        config["seed"] = request.seed
    if told.fields:
        config["thinking_config"] = dict(told.fields)
    if request.schema is not None:
        config["response_mime_type"] = "application/json"
        # Passed on verbatim; `response_schema` crashes on unions with null.
        config["response_json_schema"] = request.schema.native
    if request.tools:
        config["tools"] = [
            {
                "function_declarations": [
                    {
                        "name": tool.name,
                        "description": tool.description,
                        "parameters_json_schema": tool.parameters,
                    }
                    for tool in request.tools
                ]
            }
        ]
        calling: dict[str, Any] = {"mode": "AUTO"}
        if request.tool_choice not in (None, "auto"):
            calling = {"mode": "ANY", "allowed_function_names": [request.tool_choice]}
        config["tool_config"] = {"function_calling_config": calling}
    return config
