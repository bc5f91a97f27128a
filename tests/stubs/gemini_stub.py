"""A stub of Gemini's generateContent protocol, under any API version.

Error bodies and statuses follow what the real service sent. Schemas are not enforced.
"""

import re
from typing import Any

from tests.stubs.faults import Ending, Spoken
from tests.stubs.sent_picture import SentPicture, read_picture
from tests.stubs.stub_server import Received, StubHandler, StubServer

PICTURE_TOKENS = 258
KINDS = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    403: ("PERMISSION_DENIED", "The caller does not have permission."),
    404: ("NOT_FOUND", "The model is not found for this API version."),
    429: ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    500: ("INTERNAL", "An internal error has occurred."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "The deadline expired before the operation could complete."),
}
FINISH = {Ending.STOP: "STOP", Ending.LENGTH: "MAX_TOKENS", Ending.REFUSED: "STOP"}


class GeminiStub(StubServer):
    """The server."""

    def __init__(self, **options: Any) -> None:
        super().__init__(GeminiHandler, **options)


class GeminiHandler(StubHandler):
    """Answers the list of models and generateContent."""

    def error(self, status: int, delay: float | None = None, message: str = "") -> object:
        name, said = KINDS.get(status, ("UNKNOWN", "Unknown error."))
        body: dict[str, object] = {"code": status, "message": message or said, "status": name}
        if delay is not None:
            kind = "type.googleapis.com/google.rpc.RetryInfo"
            body["details"] = [{"@type": kind, "retryDelay": f"{delay:g}s"}]
        return {"error": body}

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        server = self.server
        if server.api_key and self.headers.get("x-goog-api-key") != server.api_key:
            return self.fail(400, "API key not valid. Please pass a valid API key.")
        if re.fullmatch(r"/v\w+/models", path):
            return self.send_json(200, {"models": [{"name": f"models/{server.model}"}]})
        asked = re.fullmatch(r"/v\w+/models/([^:]+):generateContent", path)
        if asked is None or method != "POST":
            return self.fail(404)
        prompt, pictures = read_contents(body)
        told = ("contents", "systemInstruction")
        parameters = {key: value for key, value in body.items() if key not in told}
        server.keep(Received(prompt, pictures, parameters))
        if None in pictures:
            return self.fail(400)
        spoken = self.play()
        if spoken is not None:
            tokens = len(prompt) // 4 + PICTURE_TOKENS * len(pictures)
            self.send_json(200, reply(asked[1], spoken, tokens))


def read_contents(body: dict[str, Any]) -> tuple[str, list[SentPicture | None]]:
    """Return the text of a request and its pictures, in order."""
    texts, pictures = [], []
    for content in [body.get("systemInstruction", {}), *body["contents"]]:
        for part in content.get("parts", []):
            if "inlineData" in part:
                pictures.append(read_picture(part["inlineData"]["data"]))
            else:
                texts.append(part["text"])
    return "\n".join(texts), pictures


def reply(model: str, spoken: Spoken, tokens: int) -> object:
    """Return the body of an answer; one that a filter stopped has no candidate."""
    usage = {"promptTokenCount": tokens, "totalTokenCount": tokens}
    body = {"modelVersion": model, "responseId": "stub", "usageMetadata": usage}
    if spoken.ending is Ending.BLOCKED:
        return {**body, "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
    made = max(1, len(spoken.text) // 4)
    usage |= {"candidatesTokenCount": made, "thoughtsTokenCount": spoken.thoughts}
    usage["totalTokenCount"] += made + spoken.thoughts
    content: dict[str, object] = {"role": "model"}
    parts: list[dict[str, object]] = []
    if spoken.thought:
        parts.append({"text": spoken.thought, "thought": True})
    if spoken.text:
        parts.append({"text": spoken.text})
    if parts:
        content["parts"] = parts
    found = {"content": content, "finishReason": FINISH[spoken.ending], "index": 0}
    return {**body, "candidates": [found]}
