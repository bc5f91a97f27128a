"""Chat completions by the OpenAI SDK: OpenAI's cloud, and the base of all that speak it."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cropsmith.agents.backends.calls.http_faults import (
    error_code,
    error_message,
    fault_of,
    is_policy,
    retry_after,
)
from cropsmith.agents.backends.calls.per_loop import PerLoop
from cropsmith.agents.backends.protocol.backend import (
    Called,
    Picture,
    Tokens,
    ToolCall,
    ToolOutcome,
)
from cropsmith.agents.backends.protocol.secrets import Key, base_url, without_login
from cropsmith.agents.backends.protocol.wire import (
    Dialect,
    Finish,
    NoSuchModel,
    Trouble,
    WireFault,
    WireMessage,
    WireReply,
    WireRequest,
)
from cropsmith.errors import Misconfigured, MissingExtra

CLOUD = "https://api.openai.com/v1"

REASONING = re.compile(r"^(o\d|gpt-5|gpt-[6-9])")
"""Models that take no temperature, and spend output tokens on thoughts first."""

NO_SCHEMAS = re.compile(r"response_format|json_schema|grammar|structured", re.IGNORECASE)
"""How servers name what they do not take."""

THINKING_ROOM = 4096
"""Output tokens added for thoughts."""


@dataclass(frozen=True)
class Server:
    """Where a model is, and what is particular about asking there."""

    provider: str
    url: str = field(repr=False)
    """May hold a login."""
    key: Key
    dialect: Dialect
    help: str
    """What to do when it cannot be reached."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Fields added to every request."""
    limit_field: str = "max_tokens"
    detail: str | None = None
    """`detail` of pictures, where the server knows it."""


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


class ChatCompletions:
    """One model at one server that speaks OpenAI's chat completions."""

    def __init__(self, server: Server, model: str) -> None:
        try:
            import openai  # noqa: F401
        except ImportError as error:
            raise MissingExtra(f"{server.provider}/{model}", "openai") from error
        self._server = server
        self.provider = server.provider
        self.model = model
        self.endpoint = without_login(server.url)
        self.dialect = server.dialect
        self._clients: PerLoop[Any] = PerLoop(self._client, _close)
        self._takes_schemas = True

    def __repr__(self) -> str:
        return f"ChatCompletions({self.provider}/{self.model} at {self.endpoint})"

    def _client(self) -> Any:
        import openai

        # Retries are ours alone: the SDK's would multiply with them.
        return openai.AsyncOpenAI(
            api_key=self._server.key.value, base_url=self._server.url, max_retries=0
        )

    def body(self, request: WireRequest) -> dict[str, Any]:
        """Return the request's JSON body."""
        thinks = self.provider == "openai" and REASONING.match(self.model) is not None
        limit = request.max_tokens + (THINKING_ROOM if thinks else 0)
        body: dict[str, Any] = {
            "model": self.model,
            "messages": chat_messages(request.messages, self._server.detail),
            self._server.limit_field: limit,
        }
        if thinks:
            body["reasoning_effort"] = "low"
        else:
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
            body["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": tool.name,
                        "description": tool.description,
                        "parameters": tool.parameters,
                        # Without it vLLM 0.32 holds a named call to "some JSON": Infinity passes.
                        "strict": True,
                    },
                }
                for tool in request.tools
            ]
            choice = request.tool_choice or "auto"
            named = {"type": "function", "function": {"name": choice}}
            body["tool_choice"] = "auto" if choice == "auto" else named
        if self._server.body:
            body["extra_body"] = dict(self._server.body)
        return body

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request, without retrying.

        A compatible server that rejects schemas is asked without: the prompt describes the format
        too, and every answer is validated.
        """
        held = self._takes_schemas or request.schema is None
        try:
            return await self._send(request if held else replace(request, schema=None))
        except Misconfigured as error:
            strange = self.provider == "openai-compatible" and NO_SCHEMAS.search(str(error))
            if request.schema is None or not held or not strange:
                raise
            self._takes_schemas = False
        return await self._send(replace(request, schema=None))

    async def _send(self, request: WireRequest) -> WireReply:
        client = await self._clients.get()
        body = self.body(request)
        try:
            async with asyncio.timeout(request.timeout):
                answer = await client.chat.completions.create(**body, timeout=request.timeout)
        except Exception as error:
            blocked = await self._explain(error, request.timeout)
            return blocked
        return self._reply(answer)

    async def models(self) -> Sequence[str]:
        """Return the names of the models on offer."""
        client = await self._clients.get()
        try:
            page = await client.models.list(timeout=10.0)
        except Exception as error:
            await self._explain(error, 10.0)
            raise
        data = getattr(page, "data", None)
        if data is None:
            raise self._gibberish(page)
        return [model.id for model in data]

    async def _explain(self, error: Exception, timeout: float) -> WireReply:
        """Raise what an error of the SDK means; a content filter's 400 is an answer, though."""
        import openai

        who = f"The server at {self.endpoint}"
        if isinstance(error, TimeoutError | openai.APITimeoutError):
            raise WireFault(
                f"{who} gave no answer within {timeout:.0f} s.", Trouble.TIMEOUT
            ) from None
        if isinstance(error, openai.APIStatusError):
            if error.status_code == 404:
                raise await self._missing(error.body) from None
            if is_policy(error.status_code, error.body):
                reason = self._server.key.scrub(error_message(error.body))
                return WireReply(text="", finish=Finish.BLOCKED, tokens=Tokens(), reason=reason)
            wait = retry_after(error.response.headers)
            # "from None": the SDK's errors carry the request, and with it the key.
            raise fault_of(
                error.status_code,
                _scrubbed(error.body, self._server.key),
                who=who,
                key=self._server.key.variable,
                wait=wait,
            ) from None
        if isinstance(error, openai.APIConnectionError):
            raise WireFault(
                f"{who} cannot be reached.", Trouble.CONNECTION, hint=self._server.help
            ) from None
        if isinstance(error, openai.OpenAIError | ValueError):
            raise self._gibberish(str(error)) from None
        raise error

    async def _missing(self, body: Any) -> Misconfigured:
        message = error_message(body)
        if isinstance(body, dict) and body.get("detail") == "Not Found" or message == "Not Found":
            return Misconfigured(
                f"There is no chat API at {self.endpoint}.", hint="Should the address end in /v1?"
            )
        try:
            client = await self._clients.get()
            offered = [model.id for model in (await client.models.list(timeout=10.0)).data]
        except Exception:  # The list only improves the hint; the 404 is the error to tell.
            offered = []
        return NoSuchModel(self.provider, self.endpoint, self.model, offered)

    def _gibberish(self, answer: Any) -> WireFault:
        start = self._server.key.scrub(str(answer))[:80]
        return WireFault(
            f"The server at {self.endpoint} did not answer as a chat API does: {start!r}",
            Trouble.GIBBERISH,
        )

    def _reply(self, answer: Any) -> WireReply:
        # A 200 with an HTML body comes through the SDK as a string.
        choices = getattr(answer, "choices", None)
        if not choices:
            raise self._gibberish(answer)
        choice = choices[0]
        message = choice.message
        refusal = getattr(message, "refusal", None) or ""
        finish = Finish.STOP
        if choice.finish_reason == "content_filter":
            finish = Finish.BLOCKED
        elif refusal:
            finish = Finish.REFUSED
        elif choice.finish_reason == "length":
            finish = Finish.LENGTH
        thoughts = getattr(message, "reasoning", None) or getattr(
            message, "reasoning_content", None
        )
        return WireReply(
            text=message.content or "",
            thoughts=thoughts or "",
            finish=finish,
            reason=refusal or ("content filter" if finish is Finish.BLOCKED else ""),
            tokens=_tokens(answer.usage),
            tool_calls=[
                ToolCall(id=c.id, name=c.function.name, arguments=c.function.arguments or "")
                for c in message.tool_calls or ()
            ],
        )


async def _close(client: Any) -> None:
    await client.close()


def _scrubbed(body: Any, key: Key) -> Any:
    return {"error": {"message": key.scrub(error_message(body)), "code": error_code(body) or None}}


def _tokens(usage: Any) -> Tokens:
    if usage is None:
        return Tokens()
    prompt = getattr(usage, "prompt_tokens_details", None)
    made = getattr(usage, "completion_tokens_details", None)
    pictures = getattr(prompt, "multimodal_tokens", None)
    if isinstance(pictures, dict):
        pictures = pictures.get("image")
    return Tokens(
        prompt=usage.prompt_tokens,
        completion=usage.completion_tokens,
        reasoning=getattr(made, "reasoning_tokens", None),
        cached=getattr(prompt, "cached_tokens", None),
        pictures=pictures if isinstance(pictures, int) else None,
    )


def openai_wire(model: str, server: str = "") -> ChatCompletions:
    """Return a model of OpenAI's cloud, or of what OPENAI_BASE_URL names. NotAllowed, no key."""
    row = Server(
        provider="openai",
        url=base_url(server, "OPENAI_BASE_URL", CLOUD),
        key=Key.required("OPENAI_API_KEY"),
        dialect=Dialect.OPENAI,
        help="Check the connection, and OPENAI_BASE_URL if it is set.",
        limit_field="max_completion_tokens",
        detail="high",
    )
    return ChatCompletions(row, model)
