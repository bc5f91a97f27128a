"""A stub of OpenAI's chat protocol, as OpenAI itself and as vLLM speak it.

Error bodies and statuses follow what real servers sent. Schemas are not enforced.
"""

from typing import Any, Literal

from tests.stubs.faults import Ending, Spoken
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
MESSAGES = {
    400: "Invalid request.",
    401: "Incorrect API key provided.",
    404: "The model does not exist.",
    429: "Rate limit reached for requests.",
    503: "The engine is currently busy. Please retry later.",
}


class OpenaiStub(StubServer):
    """The server; `max_images` and `context` (in tokens) are limits, as a vLLM server has them."""

    def __init__(
        self,
        *,
        dialect: Literal["openai", "vllm"] = "openai",
        strict_model: bool = False,
        max_images: int = 500,
        context: int = 128_000,
        **options: Any,
    ) -> None:
        super().__init__(OpenaiHandler, **options)
        self.dialect = dialect
        self.strict_model = strict_model
        self.max_images = max_images
        self.context = context


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
            return self.send_json(200, {"object": "list", "data": [row]})
        if (method, path) != ("POST", "/v1/chat/completions"):
            return self.send_json(404, {"detail": "Not Found"})
        prompt, pictures = read_messages(body["messages"])
        parameters = {key: value for key, value in body.items() if key != "messages"}
        server.keep(Received(prompt, pictures, parameters))
        tokens = len(prompt) // 4 + PICTURE_TOKENS * len(pictures)
        if problem := self._problem(body["model"], pictures, tokens):
            return self.fail(*problem)
        spoken = self.play()
        if spoken is not None:
            self.send_json(200, reply(body["model"], spoken, tokens))

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
