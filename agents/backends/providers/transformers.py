"""Open models inside this process: transformers, constrained by llguidance, batched."""

import asyncio
import importlib.util
import io
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cropsmith.agents.backends.directory.provider import Provider
from cropsmith.agents.backends.protocol.backend import Picture
from cropsmith.agents.backends.protocol.wire import (
    Dialect,
    Incapable,
    WireReply,
    WireRequest,
)
from cropsmith.agents.backends.providers.engine import Engine, PromptJob
from cropsmith.errors import MissingExtra, UsageError

_engines: dict[str, Engine] = {}
_lock = threading.Lock()


def engine_of(model: str) -> Engine:
    """Return the engine of a model; its weights are loaded once in a process."""
    with _lock:
        return _engines.setdefault(model, Engine(model))


class InProcess:
    """One model of this process."""

    provider = "transformers"
    dialect = Dialect.GRAMMAR
    endpoint = "this process"

    def __init__(self, model: str) -> None:
        for package in ("torch", "transformers", "llguidance"):
            if importlib.util.find_spec(package) is None:
                raise MissingExtra(f"transformers/{model}", "transformers")
        self.model = model

    def __repr__(self) -> str:
        return f"InProcess({self.model!r})"

    async def send(self, request: WireRequest) -> WireReply:
        """Answer one request, together with others that arrive now."""
        if request.tools:
            raise Incapable(
                "Models in this process do not call tools.", hint="Serve the model with vLLM."
            )
        job = await asyncio.to_thread(_job, request)
        reply = await engine_of(self.model).ask(job, request.timeout)
        if request.thinking in (None, "off"):
            return reply
        lacks = (
            "Models in this process are held to their schema from the first word and do not think."
        )
        return replace(reply, lacking=[lacks])

    async def models(self) -> Sequence[str]:
        """Return the models that this process has loaded."""
        return sorted(_engines)


def _job(request: WireRequest) -> PromptJob:
    from PIL import Image

    conversation: list[dict[str, Any]] = []
    images: list[Any] = []
    for message in request.messages:
        content: list[dict[str, Any]] = []
        for part in message.parts:
            if isinstance(part, Picture):
                images.append(Image.open(io.BytesIO(part.data)).convert("RGB"))
                content.append({"type": "image"})
            else:
                content.append({"type": "text", "text": str(part)})
        conversation.append({"role": message.role, "content": content})
    return PromptJob(
        conversation=conversation,
        images=images,
        schema=None if request.schema is None else request.schema.native,
        temperature=request.temperature,
        seed=request.seed,
        max_tokens=request.max_tokens,
    )


def transformers_wire(row: Provider, model: str, server: str = "") -> InProcess:
    """Return a model of this process: a folder or a name of the hub. MissingExtra without torch."""
    if server:
        raise UsageError("A model inside this process has no server.", hint="Leave server out.")
    return InProcess(model)
