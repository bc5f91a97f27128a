"""The rate of answers with 64 requests in flight, against a server that takes one second each."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np

from cropsmith.agents.backends.boxes.rendering import Renderer
from cropsmith.agents.backends.protocol.backend import Ask, Message, Picture, Status
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.providers.openai import ChatCompletions
from cropsmith.agents.backends.registry import build_backend, make_wire, usable_convention
from cropsmith.agents.minds.argued.answers import Proposals
from cropsmith.evals.lab.backends.slow_server import slow_server

MODEL = "vllm/Qwen/Qwen3-VL-8B-Instruct"
IN_FLIGHT = 64
ROUNDS = 10
LATENCY = 1.0
GOAL = 0.95


def picture() -> Picture:
    """Return a picture of photographic size: smooth shapes with grain, 1024 px."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:672, 0:1024]
    smooth = 128 + 80 * np.sin(x / 90)[..., None] * np.cos(y / 70)[..., None]
    grain = rng.normal(0, 6, (672, 1024, 3))
    return picture_of(np.clip(smooth + grain, 0, 255).astype(np.uint8))


def question(shown: Picture) -> Ask:
    """Return a question of the usual size about a picture."""
    return Ask(
        purpose="propose",
        messages=[
            Message("system", ["You crop photographs. " * 20]),
            Message("user", [shown, "Propose crops. " * 40]),
        ],
        answer=Proposals,
        frame=shown,
    )


async def _rate(ask: Callable[[], Awaitable[object]]) -> float:
    """Return calls per second; the first call, which connects, is not counted."""
    await ask()
    asks = IN_FLIGHT * ROUNDS
    started = time.monotonic()
    await asyncio.gather(*(ask() for _ in range(asks)))
    return asks / (time.monotonic() - started)


async def _ours() -> float:
    backend = build_backend(MODEL, cache_replies=False, in_flight=IN_FLIGHT)
    shown = picture()

    async def ask() -> None:
        reply = await backend.ask(question(shown))
        if reply.status is not Status.OK:
            raise RuntimeError(reply.reason)

    return await _rate(ask)


async def _bare() -> float:
    """The SDK alone with the same body: what this machine can do at all just now."""
    import openai

    body = sdk_body(picture())
    room = asyncio.Semaphore(IN_FLIGHT)
    url = os.environ["CROPSMITH_VLLM_URL"]
    async with openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client:

        async def ask() -> None:
            async with room:
                await client.chat.completions.create(**body)

        return await _rate(ask)


def sdk_body(shown: Picture) -> dict[str, Any]:
    """Return the body of the same question, as the SDK takes it."""
    wire = make_wire(MODEL)
    assert isinstance(wire, ChatCompletions)
    renderer = Renderer(usable_convention(MODEL, wire.endpoint), wire.dialect)
    return wire.body(renderer.render(question(shown), 60.0).request)


def main() -> None:
    """Print the rates reached and their share of the ideal."""
    ideal = IN_FLIGHT / LATENCY
    print(f"{IN_FLIGHT} in flight, {LATENCY:.0f} s latency, {IN_FLIGHT * ROUNDS} calls")
    with slow_server(LATENCY) as url:
        os.environ["CROPSMITH_VLLM_URL"] = url
        for name, run in [("SDK alone", _bare), ("ours", _ours)]:
            before = time.process_time()
            rate = asyncio.run(run())
            cpu = (time.process_time() - before) / (IN_FLIGHT * ROUNDS) * 1e3
            print(
                f"{name:10} {rate:5.1f} calls/s of {ideal:.0f}: {rate / ideal:.1%} "
                f"(goal {GOAL:.0%}), {cpu:.1f} ms CPU per call"
            )


if __name__ == "__main__":
    main()
