"""A stub of OpenAI's chat protocol, as OpenAI itself and as vLLM speak it.

Error bodies and statuses follow what real servers sent. Schemas are not enforced.
"""

import json
from collections.abc import Sequence
from typing import Any, Literal

from tests.stubs.faults import Ending, Spoken
from tests.stubs.filled import filled
from tests.stubs.sent_picture import SentPicture, read_picture
from tests.stubs.stub_server import Received, StubHandler, StubServer

PICTURE_TOKENS = 85
KINDS = {  # status: OpenAI's type and code, vLLM's type
    400: ("invalid_request_error", None, "BadRequestError"),
    401: ("invalid_request_error", "invalid_api_key", "Unauthorized"),
    403: ("invalid_request_error", None, "PermissionDeniedError"),
    404: ("invalid_request_error", "model_not_found", "NotFoundError"),
    429: ("requests", "rate_limit_exceeded", "RateLimitError"),
}
REFUSALS = {  # what a server lacks: the field that shows it was asked for, and its words
    "tools": (
        "tools",
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    ),
    "schema": ("response_format", "response_format of type json_schema is not supported"),
    "effort": ("reasoning_effort", '"stub" does not support thinking'),
    "budget": (
        "thinking_token_budget",
        "thinking_token_budget is set but reasoning_config is not configured.",
    ),
}
UNVERIFIED = "Your organization must be verified to generate reasoning summaries."
MESSAGES = {
    400: "Invalid request.",
    401: "Incorrect API key provided.",
    404: "The model does not exist.",
    429: "Rate limit reached for requests.",
    503: "The engine is currently busy. Please retry later.",
}


class OpenaiStub(StubServer):
    """The server; `max_images` and `context` (in tokens) are limits, as a vLLM server has them.

    `lacks` names what it refuses; with `fills` it answers each request by the request's schema;
    `tool_call` (name, arguments) is made once, over the Responses API.
    """

    def __init__(
        self,
        *,
        dialect: Literal["openai", "vllm"] = "openai",
        strict_model: bool = False,
        max_images: int = 500,
        context: int = 128_000,
        lacks: Sequence[str] = (),
        fills: bool = False,
        tool_call: tuple[str, object] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(OpenaiHandler, **options)
        self.dialect = dialect
        self.strict_model = strict_model
        self.max_images = max_images
        self.context = context
        self.lacks = lacks
        self.fills = fills
        self.tool_call = tool_call
        self.root = ""
        """What vLLM loaded the model from."""


class OpenaiHandler(StubHandler):
    """Answers /v1/models and /v1/chat/completions."""

    server: OpenaiStub

    def error(self, status: int, delay: float | None = None, message: str = "") -> object:
        kind, code, vllm = KINDS.get(status, ("server_error", None, "InternalServerError"))
        said = message or MESSAGES.get(status, "The server had an error.")
        if self.server.dialect == "openai":
            return {"error": {"message": said, "type": kind, "param": None, "code": code}}
        if status == 401:
            return {"error": "Unauthorized"}
        return {"error": {"message": said, "type": vllm, "param": None, "code": status}}

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        server = self.server
        if server.api_key and self.headers.get("authorization") != f"Bearer {server.api_key}":
            return self.fail(401)
        if path == "/v1/models":
            row = {"id": server.model, "object": "model", "created": 0, "owned_by": "stub"}
            if server.root:
                row["root"] = server.root
            return self.send_json(200, {"object": "list", "data": [row]})
        if (method, path) == ("POST", "/v1/responses"):
            return self._respond(body)
        if (method, path) != ("POST", "/v1/chat/completions"):
            return self.send_json(404, {"detail": "Not Found"})
        prompt, pictures = read_messages(body["messages"])
        parameters = {key: value for key, value in body.items() if key != "messages"}
        server.keep(Received(prompt, pictures, parameters))
        tokens = len(prompt) // 4 + PICTURE_TOKENS * len(pictures)
        if problem := self._problem(body["model"], pictures, tokens) or self._lacking(body):
            return self.fail(*problem)
        text = None
        if server.fills and "response_format" in body:
            text = json.dumps(filled(body["response_format"]["json_schema"]["schema"]))
        spoken = self.play(text)
        if spoken is not None:
            self.send_json(200, reply(body["model"], spoken, tokens))

    def _respond(self, body: dict[str, Any]) -> None:
        """Answer the Responses API: a call while tools are offered, then as told."""
        server = self.server
        if "summaries" in server.lacks and "summary" in body["reasoning"]:
            return self.fail(400, UNVERIFIED)
        texts = [p["text"] for i in body["input"] for p in i.get("content", []) if "text" in p]
        parameters = {key: value for key, value in body.items() if key != "input"}
        server.keep(Received("\n".join(texts), [], {**parameters, "items": body["input"]}))
        called = any(item.get("type") == "function_call" for item in body["input"])
        if body.get("tools") and not called and server.tool_call:
            return self.send_json(200, response(body["model"], None, server.tool_call))
        text = None
        if server.fills and "text" in body:
            text = json.dumps(filled(body["text"]["format"]["schema"]))
        spoken = self.play(text)
        if spoken is not None:
            self.send_json(200, response(body["model"], spoken))

    def _lacking(self, body: dict[str, Any]) -> tuple[int, str] | None:
        for lack in self.server.lacks:
            field, words = REFUSALS.get(lack, ("", ""))
            if field in body:
                return 400, words
        return None

    def _problem(
        self, model: str, pictures: list[SentPicture | None], tokens: int
    ) -> tuple[int, str] | None:
        """Return the status and sentence with which a server refuses, before the model is run."""
        server = self.server
        if server.strict_model and model != server.model:
            return 404, f"The model `{model}` does not exist."
        if None in pictures:
            return 400, "Failed to load image: cannot identify image file"
        if len(pictures) > server.max_images:
            return 400, f"At most {server.max_images} image(s) may be provided in one prompt."
        if tokens > server.context:
            return 400, (
                f"This model's maximum context length is {server.context} tokens. "
                f"However, your prompt contains at least {tokens} input tokens."
            )
        return None


def read_messages(messages: list[dict[str, Any]]) -> tuple[str, list[SentPicture | None]]:
    """Return the text of a conversation and its pictures, in order."""
    texts, pictures = [], []
    for message in messages:
        content = message["content"]
        if isinstance(content, str):
            texts.append(content)
            continue
        for part in content:
            if part["type"] == "text":
                texts.append(part["text"])
            else:
                pictures.append(read_picture(part["image_url"]["url"].partition(";base64,")[2]))
    return "\n".join(texts), pictures


def reply(model: str, spoken: Spoken, tokens: int) -> object:
    """Return the body of a completion."""
    message: dict[str, object] = {"role": "assistant", "content": spoken.text, "refusal": None}
    if spoken.thought:  # as vLLM names it; OpenAI tells the tokens alone
        message["reasoning"] = spoken.thought
    finish = str(spoken.ending)
    if spoken.ending is Ending.REFUSED:
        message, finish = {**message, "content": None, "refusal": spoken.text}, "stop"
    elif spoken.ending is Ending.BLOCKED:
        message, finish = {**message, "content": None}, "content_filter"
    made = spoken.thoughts + max(1, len(spoken.text) // 4)
    return {
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {
            "prompt_tokens": tokens,
            "completion_tokens": made,
            "total_tokens": tokens + made,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": spoken.thoughts},
        },
    }


def response(
    model: str, spoken: Spoken | None, call: tuple[str, object] | None = None
) -> dict[str, object]:
    """Return the body of a response: thoughts, then a call or a message."""
    thoughts: dict[str, object] = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": spoken.thought}] if spoken else [],
        "encrypted_content": "gAAAA",
    }
    output: list[dict[str, object]] = [thoughts]
    if call is not None:
        name, arguments = call
        output.append(
            {
                "type": "function_call",
                "id": "fc_1",
                "call_id": "call_7",
                "name": name,
                "arguments": json.dumps(arguments),
                "status": "completed",
            }
        )
    ending = spoken.ending if spoken else Ending.STOP
    if spoken is not None:
        part: dict[str, object] = {"type": "output_text", "text": spoken.text, "annotations": []}
        if ending is Ending.REFUSED:
            part = {"type": "refusal", "refusal": spoken.text}
        output.append({"type": "message", "id": "m", "role": "assistant", "content": [part]})
    why = {Ending.LENGTH: "max_output_tokens", Ending.BLOCKED: "content_filter"}.get(ending)
    return {
        "id": "resp_stub",
        "object": "response",
        "created_at": 0,
        "model": model,
        "status": "incomplete" if why else "completed",
        "incomplete_details": {"reason": why} if why else None,
        "error": None,
        "output": output,
        "usage": {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 20},
            "output_tokens": 70,
            "output_tokens_details": {"reasoning_tokens": 64},
            "total_tokens": 170,
        },
    }
