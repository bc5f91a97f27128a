"""Open models in vLLM's offline engine, inside this process: thousands of requests, no server.

`vllm.LLM.chat` takes many conversations in one call and schedules them itself; each is held to its
own schema. Needs vLLM in this environment.
"""

import importlib.util
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cropsmith.agents.backends.calls.http_faults import BROKEN_PICTURE, INCAPABLE
from cropsmith.agents.backends.protocol.backend import Tokens
from cropsmith.agents.backends.protocol.wire import (
    Dialect,
    Finish,
    Incapable,
    Trouble,
    WireFault,
    WireReply,
    WireRequest,
)
from cropsmith.agents.backends.providers.batching import Batching, Job
from cropsmith.agents.backends.providers.chat_body import chat_messages
from cropsmith.agents.backends.providers.serving import Hosting, engine_arguments
from cropsmith.errors import CropsmithError, Misconfigured, MissingExtra, UsageError

ARGUMENTS = "CROPSMITH_VLLM_ENGINE"
"""Variable with further arguments of `vllm.LLM`, a JSON object."""

QUIET = {
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_NO_USAGE_STATS": "1",
}

_engines: dict[str, "OfflineEngine"] = {}
_lock = threading.Lock()


@dataclass(eq=False, kw_only=True)
class RequestJob(Job):
    """One request."""

    request: WireRequest


class OfflineEngine(Batching[RequestJob]):
    """One model in `vllm.LLM`."""

    most = 512
    gather = 0.05

    def __init__(self, model: str) -> None:
        super().__init__(model)
        self._llm: Any = None

    def load(self) -> None:
        """Start the engine, once. UsageError where vLLM cannot; it says why."""
        if self._llm is not None:
            return
        # vLLM reads them at its import: its log must not get among what a command prints.
        for name, value in QUIET.items():
            os.environ.setdefault(name, value)
        from vllm import LLM

        arguments = engine_arguments(Hosting(model=self.model)) | _told()
        try:
            self._llm = LLM(model=self.model, **arguments)
        except Exception as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise UsageError(
                f"vLLM cannot load {self.model}: {lines[0][:300]}",
                hint=f"Its own log says more. Arguments of vllm.LLM may be set in {ARGUMENTS}.",
            ) from error

    def answer(self, batch: Sequence[RequestJob]) -> list[WireReply | Exception]:
        """Answer all in one call; one by one if it fails, since one request can fail them all."""
        wanted = [job for job in batch if not job.cancelled]
        try:
            found = iter(self._chat([job.request for job in wanted]))
        except Exception as error:
            if len(wanted) == 1:
                return [self._meant(error)] * len(batch)
            return [answer for job in batch for answer in self.answer([job])]
        gone = WireFault("Nobody waits for it any more.", Trouble.TIMEOUT)
        return [gone if job.cancelled else next(found) for job in batch]

    def _chat(self, requests: Sequence[WireRequest]) -> list[WireReply]:
        if not requests:
            return []
        outputs = self._llm.chat(
            [chat_messages(request.messages, None) for request in requests],
            [sampling(request) for request in requests],
            use_tqdm=False,
            # Held to a schema from the first word: a template must not open a thought.
            chat_template_kwargs={"enable_thinking": False, "thinking": False},
        )
        return [read_output(output) for output in outputs]

    def _meant(self, error: Exception) -> Exception:
        """Return what an error of the engine means for its request."""
        if isinstance(error, CropsmithError):
            return error
        told = str(error).strip()[:300] or type(error).__name__
        if type(error).__name__ == "EngineDeadError":
            self._llm = None  # started anew by the next request
            return WireFault(f"The engine of {self.model} died: {told}", Trouble.SERVER)
        if BROKEN_PICTURE.search(told) or isinstance(error, OSError):
            return WireFault(f"vLLM could not read a picture: {told}", Trouble.PICTURE)
        kind = Incapable if INCAPABLE.search(told) else Misconfigured
        return kind(f"vLLM rejects the request: {told}")


def _told() -> dict[str, Any]:
    """Return what the variable says. UsageError where it is no JSON object."""
    try:
        told = json.loads(os.environ.get(ARGUMENTS) or "{}")
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise UsageError(
            f"{ARGUMENTS} is no JSON object.", hint='For example: {"max_model_len": 16384}'
        )
    return told


def sampling(request: WireRequest) -> Any:
    """Return how vLLM is to sample: seeded, within the limit, held to the schema."""
    from vllm import SamplingParams
    from vllm.sampling_params import StructuredOutputsParams

    schema = request.schema
    return SamplingParams(
        temperature=request.temperature,
        seed=request.seed,
        max_tokens=request.max_tokens,
        structured_outputs=None if schema is None else StructuredOutputsParams(json=schema.native),
        skip_special_tokens=False,  # some families write their boxes in them
    )


def read_output(output: Any) -> WireReply:
    """Return what the engine made of one request."""
    made = output.outputs[0]
    return WireReply(
        text=made.text,
        finish=Finish.LENGTH if made.finish_reason == "length" else Finish.STOP,
        tokens=Tokens(
            prompt=len(output.prompt_token_ids or ()),
            completion=len(made.token_ids),
            cached=output.num_cached_tokens,
        ),
    )


class Offline:
    """One model in the offline engine of this process."""

    provider = "vllm-offline"
    dialect = Dialect.GRAMMAR
    endpoint = "vLLM in this process"
    in_flight = OfflineEngine.most

    def __init__(self, model: str) -> None:
        if importlib.util.find_spec("vllm") is None:
            raise MissingExtra(f"{self.provider}/{model}", "vllm")
        self.model = model

    def __repr__(self) -> str:
        return f"Offline({self.model!r})"

    async def send(self, request: WireRequest) -> WireReply:
        """Answer one request, in one call with all others that wait."""
        if request.tools:
            raise Incapable("vLLM's offline engine calls no tools.", hint="Serve the model.")
        job = RequestJob(request=request)
        reply = await engine_of(self.model).ask(job, request.timeout)
        if request.thinking in (None, "off"):
            return reply
        lacks = "Models in vLLM's offline engine are held to their schema and do not think."
        return replace(reply, lacking=[lacks])

    async def models(self) -> Sequence[str]:
        """Return the models that this process has loaded."""
        return sorted(_engines)


def engine_of(model: str) -> OfflineEngine:
    """Return the engine of a model; its weights are loaded once in a process."""
    with _lock:
        return _engines.setdefault(model, OfflineEngine(model))


def offline_wire(model: str, server: str = "") -> Offline:
    """Return a model of this process: a folder or a name of the hub. MissingExtra without vLLM."""
    if server:
        raise UsageError("A model inside this process has no server.", hint="Leave server out.")
    return Offline(model)
