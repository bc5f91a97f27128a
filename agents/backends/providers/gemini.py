"""Gemini by google-genai, the SDK that Google maintains (google-generativeai ended in 2025)."""

import asyncio
import base64
import importlib.util
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from cropsmith.agents.backends.calls.http_faults import fault_of
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
from cropsmith.errors import Misconfigured, MissingExtra, NotAllowed

CLOUD = "https://generativelanguage.googleapis.com"

ROOM = 8192
"""Least output limit: thoughts count against it and can eat it whole (python-genai#782, #811)."""

BLOCKED = {
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
    "LANGUAGE",
    "OTHER",
}


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
                    made["thought_signature"] = base64.b64decode(call.opaque)
                parts.append(made)
        elif isinstance(part, ToolOutcome):
            response = {"name": part.call.name, "response": {"result": part.text}}
            parts.append({"function_response": response})
    return parts


def thinking(model: str) -> dict[str, Any]:
    """Return the thinking settings that leave the most room for the answer."""
    if re.search(r"gemini-2\.5-flash", model):
        return {"thinking_budget": 0}
    if re.search(r"gemini-2\.5-pro", model):
        # Pro cannot be told not to think; 128 is its least.
        return {"thinking_budget": 128}
    if re.search(r"gemini-[3-9]", model):
        return {"thinking_level": "low"}
    return {}


@dataclass(frozen=True)
class _Clients:
    sdk: Any
    http: Any
    """Ours to close: the SDK leaves a client that it was given open."""


class Gemini:
    """One Gemini model."""

    provider = "gemini"
    dialect = Dialect.GEMINI

    def __init__(self, model: str, key: Key, url: str) -> None:
        try:
            import google.genai  # noqa: F401
        except ImportError as error:
            raise MissingExtra(f"gemini/{model}", "gemini") from error
        self.model = model
        self.endpoint = without_login(url)
        self._url = url
        self._key = key
        self._clients: PerLoop[_Clients] = PerLoop(self._client, _close)

    def __repr__(self) -> str:
        return f"Gemini({self.model!r} at {self.endpoint})"

    def _client(self) -> _Clients:
        from google import genai
        from google.genai import types

        # The SDK makes no retries over httpx unless asked; over aiohttp, which it prefers where it
        # is installed, it sleeps up to 9 s and tries again by itself. Ours are the only ones.
        http = _http()
        options = types.HttpOptions(
            base_url=self._url, api_version="v1beta", httpx_async_client=http
        )
        sdk = genai.Client(api_key=self._key.value, vertexai=False, http_options=options)
        return _Clients(sdk, http)

    def config(self, request: WireRequest) -> dict[str, Any]:
        """Return the request's GenerateContentConfig."""
        system = [p for m in request.messages if m.role == "system" for p in m.parts]
        config: dict[str, Any] = {
            "temperature": request.temperature,
            "max_output_tokens": max(ROOM, request.max_tokens),
            # The SDK's timeout is in milliseconds.
            "http_options": {"timeout": int(request.timeout * 1000)},
            "automatic_function_calling": {"disable": True},
        }
        if system:
            config["system_instruction"] = "\n".join(str(part) for part in system)
        if request.seed is not None:
            config["seed"] = request.seed
        if least := thinking(self.model):
            config["thinking_config"] = least
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

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request, without retrying."""
        client = (await self._clients.get()).sdk
        contents = [
            {
                "role": "model" if message.role == "assistant" else "user",
                "parts": gemini_parts(message),
            }
            for message in request.messages
            if message.role != "system"
        ]
        try:
            async with asyncio.timeout(request.timeout):
                answer = await client.aio.models.generate_content(
                    model=self.model, contents=contents, config=self.config(request)
                )
        except Exception as error:
            raise await self._explained(error, request.timeout) from None
        return self._reply(answer)

    async def models(self) -> Sequence[str]:
        """Return the names of the models on offer."""
        client = (await self._clients.get()).sdk
        try:
            async with asyncio.timeout(10.0):
                pager = await client.aio.models.list()
                return [str(model.name).removeprefix("models/") async for model in pager]
        except Exception as error:
            raise await self._explained(error, 10.0) from None

    async def _explained(self, error: Exception, timeout: float) -> Exception:
        """Return what an error of the SDK means. It lets errors of its HTTP client through raw."""
        from google.genai import errors

        who = f"The server at {self.endpoint}"
        if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
            return WireFault(f"{who} gave no answer within {timeout:.0f} s.", Trouble.TIMEOUT)
        if isinstance(error, errors.APIError):
            return await self._api_error(error, who)
        if type(error).__module__.split(".")[0] in ("httpx", "httpx2", "httpcore", "aiohttp"):
            return WireFault(
                f"{who} cannot be reached.",
                Trouble.CONNECTION,
                hint="Check the connection, and GOOGLE_GEMINI_BASE_URL if it is set.",
            )
        if isinstance(error, ConnectionError):
            return WireFault(f"{who} closed the connection.", Trouble.CONNECTION)
        if isinstance(
            error, json.JSONDecodeError | ValidationError | errors.UnknownApiResponseError
        ):
            return WireFault(f"{who} did not answer as the Gemini API does.", Trouble.GIBBERISH)
        return error

    async def _api_error(self, error: Any, who: str) -> Exception:
        message = self._key.scrub(str(error.message or ""))
        if "API key not valid" in message:
            return NotAllowed(f"{who} refused the key.", hint=f"Check {self._key.variable}.")
        if error.code == 404:
            return await self._missing()
        body = {"error": {"message": message, "code": error.status}}
        return fault_of(
            error.code,
            body,
            who=who,
            key=self._key.variable,
            wait=_retry_delay(error.details),
        )

    async def _missing(self) -> Misconfigured:
        try:
            offered = await self.models()
        except Exception:  # The list only improves the hint; the 404 is the error to tell.
            offered = []
        return NoSuchModel("gemini", self.endpoint, self.model, offered)

    def _reply(self, answer: Any) -> WireReply:
        tokens = _tokens(answer.usage_metadata)
        candidates = answer.candidates or []
        feedback = answer.prompt_feedback
        if not candidates:
            reason = getattr(feedback, "block_reason", None)
            return WireReply(text="", finish=Finish.BLOCKED, tokens=tokens, reason=_word(reason))
        word = _word(candidates[0].finish_reason)
        finish = Finish.STOP
        if word in BLOCKED:
            finish = Finish.BLOCKED
        elif word == "MAX_TOKENS":
            finish = Finish.LENGTH
        content = candidates[0].content
        parts = (content.parts if content else None) or []
        return WireReply(
            text="".join(p.text for p in parts if p.text and not p.thought),
            thoughts="".join(p.text for p in parts if p.text and p.thought),
            finish=finish,
            reason=word if finish is Finish.BLOCKED else "",
            tokens=tokens,
            tool_calls=[
                ToolCall(
                    id=p.function_call.id or f"call-{number}",
                    name=p.function_call.name,
                    arguments=json.dumps(p.function_call.args or {}),
                    opaque=base64.b64encode(p.thought_signature or b"").decode("ascii"),
                )
                for number, p in enumerate(parts)
                if p.function_call
            ],
        )


def _http() -> Any:
    """Return an HTTP client of the kind that the installed SDK builds upon."""
    name = "httpx2" if importlib.util.find_spec("httpx2") else "httpx"
    library = importlib.import_module(name)
    return library.AsyncClient(limits=library.Limits(max_connections=None))


async def _close(clients: "_Clients") -> None:
    await clients.http.aclose()
    clients.sdk.close()


def _word(value: Any) -> str:
    return "" if value is None else str(getattr(value, "value", value))


def _retry_delay(details: Any) -> float | None:
    """Return the seconds of a RetryInfo among an error's details."""
    inner = details.get("error", details) if isinstance(details, dict) else {}
    for detail in inner.get("details") or []:
        if found := re.fullmatch(r"([\d.]+)s", str(detail.get("retryDelay", ""))):
            return float(found[1])
    return None


def _tokens(usage: Any) -> Tokens:
    if usage is None:
        return Tokens()
    thoughts = usage.thoughts_token_count
    made = usage.candidates_token_count
    total = None if made is None and thoughts is None else (made or 0) + (thoughts or 0)
    pictures = [
        d.token_count for d in usage.prompt_tokens_details or () if _word(d.modality) == "IMAGE"
    ]
    return Tokens(
        prompt=usage.prompt_token_count,
        # Thoughts are billed as output.
        completion=total,
        reasoning=thoughts,
        cached=usage.cached_content_token_count,
        pictures=pictures[0] if pictures else None,
    )


def gemini_wire(model: str, server: str = "") -> Gemini:
    """Return a Gemini model; key in GEMINI_API_KEY (or GOOGLE_API_KEY). NotAllowed without."""
    key = Key.required("GEMINI_API_KEY", "GOOGLE_API_KEY")
    url = base_url(server, "GOOGLE_GEMINI_BASE_URL", CLOUD)
    return Gemini(model, key, url)
