"""Chat completions by the OpenAI SDK: OpenAI's cloud, and all servers that speak as it does."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cropsmith.agents.backends.boxes.thoughts import spoken
from cropsmith.agents.backends.calls.http_faults import (
    error_message,
    retry_after,
)
from cropsmith.agents.backends.calls.per_loop import PerLoop
from cropsmith.agents.backends.directory.provider import Provider
from cropsmith.agents.backends.protocol.attempt import because, hooks
from cropsmith.agents.backends.protocol.backend import Tokens
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
from cropsmith.agents.backends.providers import responses
from cropsmith.agents.backends.providers.chat_body import chat_body, forms
from cropsmith.agents.backends.providers.chat_faults import refusal, within
from cropsmith.agents.backends.providers.chat_reading import error_in, read_completion
from cropsmith.agents.backends.providers.openai_desk import OpenaiDesk
from cropsmith.agents.backends.providers.server import Server, server_of
from cropsmith.agents.backends.providers.thinking import (
    REFUSES_THINKING,
    TELLINGS,
    Telling,
    habit_of,
)
from cropsmith.errors import Misconfigured, MissingExtra

NO_SCHEMAS = re.compile(r"response_format|json_schema|grammar|structured", re.IGNORECASE)
"""How servers name what they do not take."""


class ChatCompletions:
    """One model at one server that speaks OpenAI's chat completions."""

    def __init__(self, server: Server, model: str) -> None:
        try:
            import openai  # noqa: F401
        except ImportError as error:
            raise MissingExtra(f"{server.row.name}/{model}", "openai") from error
        self._server = server
        self._row = server.row
        self.provider = server.row.name
        self.model = model
        self._known = server.row.stands_for(model)
        """The model by which thinking is known."""
        self.endpoint = without_login(server.url)
        self.dialect = server.row.dialect
        self.batches: Asking | None = None
        self._clients: PerLoop[Any] = PerLoop(self._client, _close)
        self._schemas = 0
        """Which of `forms` of a schema the server takes."""
        self._refused = ""
        """What it said when it refused fields about thinking."""
        self._has_thought = False
        self._summaries = True
        """Whether thoughts may be asked for: OpenAI tells them to verified organisations alone."""

    def __repr__(self) -> str:
        return f"ChatCompletions({self.provider}/{self.model} at {self.endpoint})"

    def _client(self) -> Any:
        import openai

        return openai.AsyncOpenAI(
            api_key=self._server.key.value, base_url=self._server.url, **self._options()
        )

    def _options(self) -> dict[str, Any]:
        """Return what every client is made with."""
        import openai

        return {
            # Retries are ours alone: the SDK's would multiply with them.
            "max_retries": 0,
            "default_headers": self._server.headers,
            "http_client": openai.DefaultAsyncHttpxClient(event_hooks=hooks(), headers=PACKINGS),
        }

    def desk(self) -> Desk:
        """Return OpenAI's batch API."""
        import openai

        def client() -> Any:
            # Answers of a whole batch are longer than what is read of one, and of no single ask.
            options = {**self._options(), "http_client": openai.DefaultAsyncHttpxClient()}
            key, url = self._server.key.value, self._server.url
            return openai.AsyncOpenAI(api_key=key, base_url=url, **options)

        clients: PerLoop[Any] = PerLoop(client, _close)
        place = f"{self.provider} {self.endpoint} {self.model}"
        return OpenaiDesk(clients.get, self._explain, place)

    def body(self, request: WireRequest) -> dict[str, Any]:
        """Return the request's JSON body."""
        return chat_body(self._row, self.model, request, self._told(request))

    def _told(self, request: WireRequest) -> Telling:
        """Return what the request says of thinking; the least where more was refused."""
        level = None if self._refused else request.thinking
        return TELLINGS[self._row.thinking](self._known, level)

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request, without retrying.

        What a server refuses is given up, so that it answers at all: fields about thinking, and at
        compatible servers first bounds by place, then the schema (the prompt describes the format
        too, and every answer is validated). The reply says what is lacking.
        """
        while True:
            form, showing = self._schemas, self._summaries
            asked = request.thinking is not None and not self._refused
            held = None if request.schema is None else forms(request.schema)[form]
            try:
                reply = await self._send(replace(request, schema=held))
            except (Misconfigured, WireFault) as error:
                # The address may hold any word. Others under way may have been refused meanwhile.
                why = str(error).replace(self.endpoint, "")
                if showing and re.search(r"summar", why, re.IGNORECASE):
                    self._summaries = False
                    because(f"without asking for thoughts, which it refused: {why}")
                elif asked and REFUSES_THINKING.search(why):
                    self._refused = self._refused or why
                    because(f"without fields about thinking, which it refused: {why}")
                elif held and self._row.yields and NO_SCHEMAS.search(why):
                    self._schemas = max(self._schemas, form + 1)
                    because(f"with a simpler schema or none, since it refused this one: {why}")
                else:
                    raise
            else:
                return replace(reply, lacking=self._lacking(request, held is not None, reply))

    def _lacking(self, request: WireRequest, held: bool, reply: WireReply) -> list[str]:
        found = [*reply.lacking]
        who = f"The server at {self.endpoint}"
        if request.schema is not None and not held:
            found.append(f"{who} does not hold answers to a schema; the prompt alone asks for it.")
        level = request.thinking
        thought = bool(reply.thoughts or reply.tokens.reasoning or spoken(reply.text).thoughts)
        self._has_thought = self._has_thought or thought
        # OpenAI's models are known, and may be told what they cannot keep.
        tells = self._row.thinking == "openai"
        if level is None or reply.problem:
            return found
        if self._refused:
            found.append(f"{who} does not take the setting thinking: {self._refused[:200]}")
        elif told := self._told(request).lacking:
            found.append(told)
        elif level == "off" and thought and not tells:
            found.append(f"{self.model} was told not to think at {self.endpoint}, and did.")
        elif level != "off" and not self._has_thought and not tells:
            parser = habit.parser if (habit := habit_of(self._known)) else ""
            hint = f" (vLLM needs --reasoning-parser {parser})" if parser else ""
            found.append(f"No thoughts of {self.model} came from {self.endpoint}{hint}.")
        return found

    async def _send(self, request: WireRequest) -> WireReply:
        told = self._told(request)
        responds = self._row.wire == "responses" or (
            self._row.responses and responses.wanted(request, told)
        )
        if responds:
            body = responses.responses_body(
                self._row, self.model, request, told, summaries=self._summaries
            )
        else:
            body = self.body(request)
        whole = {**body, **body.pop("extra_body", {})}
        path = "/responses" if responds else "/chat/completions"
        if self.batches is not None:
            return await self._batched(await self.batches.answer(f"/v1{path}", whole), responds)
        client = await self._clients.get()
        try:
            async with asyncio.timeout(request.timeout):
                # `create` looks through the body for types that ours has none of, which takes half
                # of the processor time of a call.
                options = {"timeout": request.timeout, "security": {"bearer_auth": True}}
                raw = await client.post(path, cast_to=bytes, body=whole, options=options)
        except Exception as error:
            return await self._explain(error, request.timeout)
        return self._reply(raw, responds)

    async def models(self) -> Sequence[str]:
        """Return the names of the models on offer."""
        page = await self._page()
        data = getattr(page, "data", None)
        if not isinstance(data, list):
            raise self._gibberish(page)
        return [str(model.id) for model in data if hasattr(model, "id")]

    async def served(self) -> str:
        """Return what the server loaded the model from, as vLLM tells; else the model's name."""
        rows = getattr(await self._page(), "data", None) or []
        found = next((row for row in rows if getattr(row, "id", "") == self.model), None)
        return str(getattr(found, "root", None) or self.model)

    async def _page(self) -> Any:
        """Return the server's list of models, as the SDK reads it."""
        client = await self._clients.get()
        try:
            return await client.models.list(timeout=10.0)
        except Exception as error:
            told = await self._explain(error, 10.0)
            raise self._gibberish(told.problem or told.reason) from None

    async def _explain(self, error: Exception, timeout: float) -> WireReply:
        """Raise what an error of the SDK means; a content filter's 400 is an answer, though."""
        import openai

        who = f"The server at {self.endpoint}"
        if (limit := oversized(error)) is not None:
            problem = f"What {self.endpoint} sent cannot be read: {limit}."
            return WireReply(text="", finish=Finish.STOP, tokens=Tokens(), problem=problem)
        if isinstance(error, TimeoutError | openai.APITimeoutError):
            raise WireFault(
                f"{who} gave no answer within {timeout:.0f} s.", Trouble.TIMEOUT
            ) from None
        if isinstance(error, openai.APIStatusError):
            if error.status_code == 404:
                raise await self._missing(error.body) from None
            wait = retry_after(error.response.headers)
            return refusal(error.status_code, error.body, who, self._server.key, wait)
        if isinstance(error, openai.APIConnectionError):
            raise WireFault(
                f"{who} cannot be reached.", Trouble.CONNECTION, hint=self._server.help(self.model)
            ) from None
        if isinstance(error, openai.OpenAIError | ValueError | RecursionError):
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

    def _reply(self, content: bytes, responds: bool) -> WireReply:
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            raise self._gibberish(content.decode("utf-8", "replace")) from None
        return self._read(answer, responds)

    async def _batched(self, answered: Answered, responds: bool) -> WireReply:
        """Return what came of a job, as if it had been asked alone."""
        if answered.status == 404:
            raise await self._missing(answered.body)
        if answered.status < 400:
            return replace(self._read(answered.body, responds), share=SHARE)
        who = f"The server at {self.endpoint}"
        return refusal(answered.status, answered.body, who, self._server.key)

    def _read(self, answer: Any, responds: bool) -> WireReply:
        error = error_in(answer) if isinstance(answer, dict) else None
        if error is not None:
            return within(error, f"The server at {self.endpoint}", self._server.key)
        if not isinstance(answer, dict) or ("output" if responds else "choices") not in answer:
            raise self._gibberish(json.dumps(answer))
        reply = responses.read_response(answer) if responds else read_completion(answer)
        return reply if self._row.bills else replace(reply, cost=None)


async def _close(client: Any) -> None:
    await client.close()


def chat_wire(row: Provider, model: str, server: str = "") -> ChatCompletions:
    """Return a model at a server, given or of the environment. NotAllowed without a needed key."""
    return ChatCompletions(server_of(row, server), model)
