"""Claude by Anthropic's SDK: the messages API."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cropsmith.agents.backends.calls.http_faults import error_message, fault_of, retry_after
from cropsmith.agents.backends.calls.per_loop import PerLoop
from cropsmith.agents.backends.directory.provider import Provider
from cropsmith.agents.backends.protocol.attempt import because, hooks
from cropsmith.agents.backends.protocol.backend import Tokens
from cropsmith.agents.backends.protocol.batch import SHARE, Answered, Asking, Desk
from cropsmith.agents.backends.protocol.bounded_body import PACKINGS, oversized
from cropsmith.agents.backends.protocol.secrets import without_login
from cropsmith.agents.backends.protocol.wire import (
    CannotForce,
    Finish,
    NoSuchModel,
    Trouble,
    WireFault,
    WireReply,
    WireRequest,
)
from cropsmith.agents.backends.providers.anthropic_body import messages_body, unthought
from cropsmith.agents.backends.providers.anthropic_desk import AnthropicDesk
from cropsmith.agents.backends.providers.anthropic_reading import read_message
from cropsmith.agents.backends.providers.claude import claude_of, thinking_claude
from cropsmith.agents.backends.providers.server import Server, server_of
from cropsmith.agents.backends.providers.thinking import Telling
from cropsmith.errors import Misconfigured, MissingExtra

NO_SCHEMAS = re.compile(r"output_config|output_format|output format|schema", re.IGNORECASE)
NO_THINKING = re.compile(r"thinking|effort|budget_tokens", re.IGNORECASE)
"""How Anthropic names what a model does not take."""


class Anthropic:
    """One Claude model."""

    def __init__(self, server: Server, model: str) -> None:
        try:
            import anthropic  # noqa: F401
        except ImportError as error:
            raise MissingExtra(f"{server.row.name}/{model}", "anthropic") from error
        self.provider = server.row.name
        self.model = model
        self.endpoint = without_login(server.url)
        self.dialect = server.row.dialect
        self._server = server
        self._known = server.row.stands_for(model)
        """The model by which thinking is known."""
        self.batches: Asking | None = None
        self._clients: PerLoop[Any] = PerLoop(self._client, _close)
        self._schemas = True
        """Whether the model is held to schemas: those before Claude 4.5 are not."""
        self._refused = ""
        """What it said when it refused fields about thinking."""

    def __repr__(self) -> str:
        return f"Anthropic({self.model!r} at {self.endpoint})"

    def _client(self) -> Any:
        import anthropic

        http = anthropic.DefaultAsyncHttpxClient(event_hooks=hooks(), headers=PACKINGS)
        return self._made(http)

    def _made(self, http: Any) -> Any:
        import anthropic

        return anthropic.AsyncAnthropic(
            api_key=self._server.key.value,
            base_url=self._server.url,
            default_headers=self._server.headers,
            # Retries are ours alone: the SDK's would multiply with them.
            max_retries=0,
            http_client=http,
        )

    def desk(self) -> Desk:
        """Return Anthropic's batch API."""
        import anthropic

        # Answers of a whole batch are longer than what is read of one, and of no single ask.
        clients: PerLoop[Any] = PerLoop(
            lambda: self._made(anthropic.DefaultAsyncHttpxClient()), _close
        )
        place = f"{self.provider} {self.endpoint} {self.model}"
        return AnthropicDesk(clients.get, self._explained, place)

    def _told(self, request: WireRequest) -> Telling:
        """Return what the request says of thinking. CannotForce where no tool can be forced."""
        forced = request.tool_choice not in (None, "auto")
        row = claude_of(self._known)
        if forced and not row.forced:
            raise CannotForce(f"{self.model} cannot be told to call a tool")
        if self._refused:
            return Telling(plain=False)
        told = thinking_claude(self._known, request.thinking)
        wanted = request.thinking not in (None, "off")
        silent = wanted and row.thinks == "by budget" and unthought(request)
        if wanted and (forced or silent):
            lacks = f"{self.model} does not think where it is told to call a tool, nor right after."
            return replace(thinking_claude(self._known, "off"), lacking=lacks)
        return told

    def body(self, request: WireRequest) -> dict[str, Any]:
        """Return the request's JSON body."""
        return messages_body(self.model, request, self._told(request))

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request, without retrying.

        Fields about thinking and schemas that the model refuses are given up; the reply says so.
        """
        while True:
            asked, held = not self._refused, self._schemas and request.schema is not None
            try:
                reply = await self._send(request if held else replace(request, schema=None))
            except CannotForce:
                raise
            except Misconfigured as error:
                why = str(error).replace(self.endpoint, "")
                if asked and NO_THINKING.search(why):
                    self._refused = self._refused or why
                    because(f"without fields about thinking, which it refused: {why}")
                elif held and NO_SCHEMAS.search(why):
                    self._schemas = False
                    because(f"without a schema, which it refused: {why}")
                else:
                    raise
            else:
                return replace(reply, lacking=self._lacking(request, held))

    def _lacking(self, request: WireRequest, held: bool) -> list[str]:
        found = []
        if request.schema is not None and not held:
            found.append(f"{self.model} is not held to a schema; the prompt alone asks for it.")
        if self._refused and request.thinking is not None:
            found.append(f"{self.model} does not take the setting thinking: {self._refused[:200]}")
        elif told := self._told(request).lacking:
            found.append(told)
        return found

    async def _send(self, request: WireRequest) -> WireReply:
        body = self.body(request)
        if self.batches is not None:
            whole = {**body, **self._server.row.body}
            return await self._batched(await self.batches.answer("/v1/messages", whole))
        client = await self._clients.get()
        # The SDK no longer names the temperature, which models up to Claude 4.6 take.
        extra = {name: body.pop(name) for name in ("temperature",) if name in body}
        extra |= self._server.row.body
        try:
            async with asyncio.timeout(request.timeout):
                raw = await client.messages.with_raw_response.create(
                    **body, extra_body=extra, timeout=request.timeout
                )
                content = await raw.read()
        except Exception as error:
            if (limit := oversized(error)) is not None:
                problem = f"What {self.endpoint} sent cannot be read: {limit}."
                return WireReply(text="", finish=Finish.STOP, tokens=Tokens(), problem=problem)
            raise await self._explained(error, request.timeout) from None
        return self._reply(content)

    async def models(self) -> Sequence[str]:
        """Return the names of the models on offer."""
        client = await self._clients.get()
        try:
            async with asyncio.timeout(10.0):
                return [str(model.id) async for model in client.models.list(timeout=10.0)]
        except Exception as error:
            raise await self._explained(error, 10.0) from None

    async def _explained(self, error: Exception, timeout: float) -> Exception:
        """Return what an error of the SDK means."""
        import anthropic

        who = f"The server at {self.endpoint}"
        if isinstance(error, TimeoutError | anthropic.APITimeoutError):
            return WireFault(f"{who} gave no answer within {timeout:.0f} s.", Trouble.TIMEOUT)
        if isinstance(error, anthropic.APIStatusError):
            wait = retry_after(error.response.headers)
            return await self._meant(error.status_code, error.body, wait)
        if isinstance(error, anthropic.APIConnectionError):
            hint = self._server.help(self.model)
            return WireFault(f"{who} cannot be reached.", Trouble.CONNECTION, hint=hint)
        if isinstance(error, anthropic.AnthropicError | ValueError | RecursionError):
            return self._gibberish(str(error))
        return error

    async def _meant(self, status: int, body: Any, wait: float | None = None) -> Exception:
        """Return what an error's status and body mean."""
        if status == 404:
            return await self._missing()
        message = self._server.key.scrub(error_message(body))
        return fault_of(
            status,
            {"error": {"message": message}},
            who=f"The server at {self.endpoint}",
            key=self._server.key.variable,
            wait=wait,
        )

    async def _missing(self) -> Misconfigured:
        try:
            offered = await self.models()
        except Exception:  # The list only improves the hint; the 404 is the error to tell.
            offered = []
        return NoSuchModel(self.provider, self.endpoint, self.model, offered)

    def _gibberish(self, answer: str) -> WireFault:
        start = self._server.key.scrub(answer)[:80]
        return WireFault(
            f"The server at {self.endpoint} did not answer as Anthropic's API does: {start!r}",
            Trouble.GIBBERISH,
        )

    def _reply(self, content: bytes) -> WireReply:
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            raise self._gibberish(content.decode("utf-8", "replace")) from None
        return self._read(answer)

    async def _batched(self, answered: Answered) -> WireReply:
        """Return what came of a job, as if it had been asked alone."""
        if answered.status >= 400:
            raise await self._meant(answered.status, answered.body)
        return replace(self._read(answered.body), share=SHARE)

    def _read(self, answer: Any) -> WireReply:
        if not isinstance(answer, dict) or answer.get("type") == "error" or "content" not in answer:
            raise self._gibberish(json.dumps(answer))
        return read_message(answer)


async def _close(client: Any) -> None:
    await client.close()


def anthropic_wire(row: Provider, model: str, server: str = "") -> Anthropic:
    """Return a Claude model. NotAllowed without a key, MissingExtra without the SDK."""
    return Anthropic(server_of(row, server), model)
