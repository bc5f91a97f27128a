"""Gemini by google-genai, the SDK that Google maintains (google-generativeai ended in 2025)."""

import asyncio
import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from cropsmith.agents.backends.calls.http_faults import error_message, fault_of
from cropsmith.agents.backends.calls.per_loop import PerLoop
from cropsmith.agents.backends.directory.provider import Provider
from cropsmith.agents.backends.protocol.attempt import hooks
from cropsmith.agents.backends.protocol.backend import (
    Tokens,
)
from cropsmith.agents.backends.protocol.batch import SHARE, Answered, Asking, Desk
from cropsmith.agents.backends.protocol.bounded_body import PACKINGS, oversized
from cropsmith.agents.backends.protocol.secrets import without_login
from cropsmith.agents.backends.protocol.wire import (
    Finish,
    NoSuchModel,
    Trouble,
    WireFault,
    WireReply,
    WireRequest,
)
from cropsmith.agents.backends.providers.gemini_body import ALONE, gemini_config, gemini_contents
from cropsmith.agents.backends.providers.gemini_desk import GeminiDesk
from cropsmith.agents.backends.providers.gemini_reading import read_generated, retry_delay
from cropsmith.agents.backends.providers.server import Server, server_of
from cropsmith.agents.backends.providers.thinking import thinking_gemini
from cropsmith.errors import Misconfigured, MissingExtra, NotAllowed, UsageError


@dataclass(frozen=True)
class Clients:
    """The SDK's client, and the HTTP client below it."""

    sdk: Any
    http: Any
    """Ours to close: the SDK leaves a client that it was given open."""


class Gemini:
    """One Gemini model."""

    def __init__(self, server: Server, model: str) -> None:
        try:
            import google.genai  # noqa: F401
        except ImportError as error:
            raise MissingExtra(f"{server.row.name}/{model}", "gemini") from error
        self.provider = server.row.name
        self.model = model
        self.endpoint = without_login(server.url)
        self.dialect = server.row.dialect
        self._server = server
        self._key = server.key
        self._known = server.row.stands_for(model)
        """The model by which thinking is known."""
        self.batches: Asking | None = None
        self._clients: PerLoop[Clients] = PerLoop(self._client, _close)

    def __repr__(self) -> str:
        return f"Gemini({self.model!r} at {self.endpoint})"

    def _client(self) -> Clients:
        from google import genai

        http = http_client()
        options = self._options(http, "v1beta")
        sdk = genai.Client(api_key=self._key.value, vertexai=False, http_options=options)
        return Clients(sdk, http)

    def _options(self, http: Any, version: str) -> Any:
        """Return what a client is made with; `version` is the API's."""
        from google.genai import types

        # The SDK makes no retries over httpx unless asked; over aiohttp, which it prefers where it
        # is installed, it sleeps up to 9 s and tries again by itself. Ours are the only ones.
        return types.HttpOptions(
            base_url=self._server.url,
            api_version=version,
            httpx_async_client=http,
            headers=dict(self._server.headers),
        )

    def desk(self) -> Desk:
        """Return Gemini's batch API. UsageError where fields are added to its bodies."""
        from google import genai

        if self._server.row.body:
            raise UsageError(f"Fields that are added to bodies of {self.provider} go in no batch.")

        def client() -> Clients:
            # Answers of a whole batch are longer than what is read of one, and of no single ask.
            http = http_client(hooked=False)
            options = self._options(http, "v1beta")
            sdk = genai.Client(api_key=self._key.value, vertexai=False, http_options=options)
            return Clients(sdk, http)

        clients: PerLoop[Clients] = PerLoop(client, _close)

        async def sdk() -> Any:
            return (await clients.get()).sdk

        place = f"{self.provider} {self.endpoint} {self.model}"
        return GeminiDesk(sdk, self._explained, place, self.model)

    def config(self, request: WireRequest) -> dict[str, Any]:
        """Return the request's GenerateContentConfig."""
        told = thinking_gemini(self._known, request.thinking)
        return gemini_config(request, told, self._server.row.body)

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request, without retrying."""
        contents = gemini_contents(request)
        lacking = thinking_gemini(self._known, request.thinking).lacking
        if self.batches is not None:
            config = {k: v for k, v in self.config(request).items() if k not in ALONE}
            whole = {"contents": contents, "config": config}
            answered = await self.batches.answer("generateContent", whole)
            reply = replace(await self._batched(answered), share=SHARE)
            return replace(reply, lacking=[lacking]) if lacking else reply
        client = (await self._clients.get()).sdk
        try:
            async with asyncio.timeout(request.timeout):
                answer = await client.aio.models.generate_content(
                    model=self.model, contents=contents, config=self.config(request)
                )
        except Exception as error:
            if (limit := oversized(error)) is not None:
                problem = f"What {self.endpoint} sent cannot be read: {limit}."
                return WireReply(text="", finish=Finish.STOP, tokens=Tokens(), problem=problem)
            raise await self._explained(error, request.timeout) from None
        reply = self._reply(answer.sdk_http_response.body)
        return replace(reply, lacking=[lacking]) if lacking else reply

    def _reply(self, body: Any) -> WireReply:
        try:
            answer = json.loads(body)
        except (TypeError, ValueError, RecursionError):
            answer = None
        return self._read(answer)

    async def _batched(self, answered: Answered) -> WireReply:
        """Return what came of a job, as if it had been asked alone."""
        if answered.status == 404:
            raise await self._missing()
        if answered.status >= 400:
            message = self._key.scrub(error_message(answered.body))
            who = f"The server at {self.endpoint}"
            body = {"error": {"message": message}}
            raise fault_of(answered.status, body, who=who, key=self._key.variable)
        return self._read(answered.body)

    def _read(self, answer: Any) -> WireReply:
        if not isinstance(answer, dict) or not answer.keys() & {"candidates", "promptFeedback"}:
            raise WireFault(
                f"The server at {self.endpoint} did not answer as the Gemini API does.",
                Trouble.GIBBERISH,
            )
        return read_generated(answer)

    async def models(self) -> Sequence[str]:
        """Return the names of the models on offer."""
        client = (await self._clients.get()).sdk
        try:
            async with asyncio.timeout(10.0):
                pager = await client.aio.models.list()
                return [str(model.name).rpartition("models/")[2] async for model in pager]
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
        if type(error).__module__.startswith("google.auth"):
            told = self._key.scrub(str(error)).partition("\n")[0][:300]
            hint = "Sign in with: gcloud auth application-default login"
            return NotAllowed(f"Signing in to Google Cloud failed: {told}.", hint=hint)
        if type(error).__module__.split(".")[0] in ("httpx", "httpx2", "httpcore", "aiohttp"):
            return WireFault(
                f"{who} cannot be reached.",
                Trouble.CONNECTION,
                hint=self._server.help(self.model),
            )
        if isinstance(error, ConnectionError):
            return WireFault(f"{who} closed the connection.", Trouble.CONNECTION)
        if isinstance(
            error, ValueError | RecursionError | ValidationError | errors.UnknownApiResponseError
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
            wait=retry_delay(error.details),
        )

    async def _missing(self) -> Misconfigured:
        try:
            offered = await self.models()
        except Exception:  # The list only improves the hint; the 404 is the error to tell.
            offered = []
        return NoSuchModel(self.provider, self.endpoint, self.model, offered)


def http_client(*, hooked: bool = True) -> Any:
    """Return an HTTP client of the kind that the installed SDK builds upon."""
    name = "httpx2" if importlib.util.find_spec("httpx2") else "httpx"
    library = importlib.import_module(name)
    return library.AsyncClient(
        limits=library.Limits(max_connections=None),
        event_hooks=hooks() if hooked else {},
        headers=PACKINGS if hooked else {},
    )


async def _close(clients: "Clients") -> None:
    await clients.http.aclose()
    clients.sdk.close()


def gemini_wire(row: Provider, model: str, server: str = "") -> Gemini:
    """Return a Gemini model at Google's cloud. NotAllowed without a key."""
    return Gemini(server_of(row, server), model)
