"""OpenAI's Responses API, for models that think and call tools: chat completions refuse both.

The thoughts before a call go back with it, encrypted as they came: the model goes on where it was.
"""

import json
from collections.abc import Sequence
from typing import Any

from cropsmith.agents.backends.directory.provider import Provider
from cropsmith.agents.backends.protocol.backend import (
    Called,
    Picture,
    Tokens,
    ToolCall,
    ToolOutcome,
)
from cropsmith.agents.backends.protocol.wire import Finish, WireMessage, WireReply, WireRequest
from cropsmith.agents.backends.providers.chat_body import declared
from cropsmith.agents.backends.providers.chat_reading import (
    CALLS,
    arguments_of,
    count_of,
    text_of,
)
from cropsmith.agents.backends.providers.thinking import Telling
from cropsmith.tools.schema.plain_text import plain_unicode


def wanted(request: WireRequest, told: Telling) -> bool:
    """Tell whether a request needs this API: tools, now or before, and an effort to think."""
    thinks = told.fields.get("reasoning_effort", "none") != "none"
    called = any(isinstance(p, Called) for m in request.messages for p in m.parts)
    return thinks and (bool(request.tools) or called)


def responses_body(
    row: Provider, model: str, request: WireRequest, told: Telling, *, summaries: bool
) -> dict[str, Any]:
    """Return the JSON body of a request; `told` is what it says of thinking.

    With `summaries` the thoughts are to be told, where thinking was asked for.
    """
    body: dict[str, Any] = {
        "model": model,
        "input": [item for message in request.messages for item in _items(message, row.detail)],
        "max_output_tokens": request.max_tokens + told.room,
        # Nothing is kept there: what the model needs of its thoughts travels with us.
        "store": False,
        "include": ["reasoning.encrypted_content"],
    }
    if effort := told.fields.get("reasoning_effort"):
        body["reasoning"] = {"effort": effort}
        if summaries and request.thinking not in (None, "off"):
            body["reasoning"]["summary"] = "auto"
    if told.plain:
        body["temperature"] = request.temperature
    if request.schema is not None:
        body["text"] = {
            "format": {
                "type": "json_schema",
                "name": request.schema.name,
                "schema": request.schema.native,
                "strict": True,
            }
        }
    if request.tools:
        body["tools"] = [{"type": "function", **declared(tool)} for tool in request.tools]
        choice = request.tool_choice or "auto"
        body["tool_choice"] = "auto" if choice == "auto" else {"type": "function", "name": choice}
    others = {name: value for name, value in told.fields.items() if name != "reasoning_effort"}
    if extra := {**row.body, **others}:
        body["extra_body"] = extra
    return body


def _items(message: WireMessage, detail: str | None) -> Sequence[dict[str, Any]]:
    """Return the items of a turn, in the order of its parts."""
    said = message.role == "assistant"
    items: list[dict[str, Any]] = []
    content: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, str):
            content.append({"type": "output_text" if said else "input_text", "text": part})
        elif isinstance(part, Picture):
            url = f"data:{part.mime};base64,{part.base64}"
            content.append({"type": "input_image", "image_url": url, "detail": detail or "auto"})
        elif isinstance(part, Called):
            for call in part.calls:
                items += _thoughts_before(call)
                items.append(
                    {
                        "type": "function_call",
                        "call_id": call.id,
                        "name": call.name,
                        "arguments": call.arguments,
                    }
                )
        elif isinstance(part, ToolOutcome):
            items.append(
                {"type": "function_call_output", "call_id": part.call.id, "output": part.text}
            )
    return [*items, {"role": message.role, "content": content}] if content else items


def _thoughts_before(call: ToolCall) -> Sequence[dict[str, Any]]:
    """Return the encrypted thoughts that came before a call; none of another API's."""
    try:
        kept = json.loads(call.opaque or "[]")
    except ValueError:
        return ()
    return kept if isinstance(kept, list) else ()


def read_response(answer: dict[str, Any]) -> WireReply:
    """Return what a response says; what it lacks is the `problem` of the reply."""
    tokens = _tokens(answer.get("usage"))
    listed = answer.get("output")
    if not isinstance(listed, list):
        problem = "The server's answer holds no output."
        return WireReply(text="", finish=Finish.STOP, tokens=tokens, problem=problem)
    texts: list[str] = []
    thoughts: list[str] = []
    refusals: list[str] = []
    calls: list[ToolCall] = []
    unspent: list[dict[str, Any]] = []
    left = 0
    for item in listed:
        kind = item.get("type") if isinstance(item, dict) else None
        if kind == "message":
            parts = item.get("content")
            for part in parts if isinstance(parts, list) else ():
                refused = isinstance(part, dict) and part.get("type") == "refusal"
                told = part.get("refusal") if refused else [part]
                (refusals if refused else texts).append(text_of(told))
        elif kind == "reasoning":
            thoughts.append(text_of(item.get("summary")))
            if isinstance(item.get("encrypted_content"), str):
                kept = ("type", "id", "summary", "encrypted_content")
                unspent.append({name: item[name] for name in kept if name in item})
        elif kind == "function_call" and isinstance(item.get("name"), str):
            if len(calls) == CALLS:
                left += 1
                continue
            calls.append(_call(len(calls), item, unspent))
            unspent = []
    return WireReply(
        text="".join(texts),
        thoughts="\n".join(filter(None, thoughts)),
        finish=_finish(answer, "".join(refusals)),
        reason="".join(refusals) or _why(answer),
        tokens=tokens,
        tool_calls=calls,
        notes=(f"{left} tool calls beyond the first {CALLS} were not read",) if left else (),
    )


def _call(number: int, item: dict[str, Any], thoughts: list[dict[str, Any]]) -> ToolCall:
    name = item.get("call_id")
    return ToolCall(
        id=plain_unicode(name) if isinstance(name, str) and name else f"call-{number}",
        name=plain_unicode(item["name"])[:200],
        arguments=arguments_of(item.get("arguments")),
        opaque=plain_unicode(json.dumps(thoughts)) if thoughts else "",
    )


def _why(answer: dict[str, Any]) -> str:
    """Return why a response is incomplete; "" where it is not."""
    details = answer.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    return plain_unicode(reason)[:100] if isinstance(reason, str) else ""


def _finish(answer: dict[str, Any], refusal: str) -> Finish:
    if (why := _why(answer)) == "content_filter":
        return Finish.BLOCKED
    if why or answer.get("status") == "incomplete":
        return Finish.LENGTH
    return Finish.REFUSED if refusal else Finish.STOP


def _tokens(usage: Any) -> Tokens:
    if not isinstance(usage, dict):
        return Tokens()
    prompt, made = usage.get("input_tokens_details"), usage.get("output_tokens_details")
    return Tokens(
        prompt=count_of(usage.get("input_tokens")),
        completion=count_of(usage.get("output_tokens")),
        reasoning=count_of(made.get("reasoning_tokens")) if isinstance(made, dict) else None,
        cached=count_of(prompt.get("cached_tokens")) if isinstance(prompt, dict) else None,
    )
