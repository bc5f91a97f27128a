"""CPU of one call at 1024 px, beside what the SDK itself needs for the same body."""

import asyncio
import io
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from PIL import Image

from cropsmith.agents.backends.model import Model
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.registry import build_backend, make_wire, usable_convention
from cropsmith.evals.lab.backends.slow_server import slow_server
from cropsmith.evals.lab.backends.throughput import MODEL, picture, question, sdk_body

REPEATS = 60
GOAL = 3.0
"""Milliseconds of a call besides the SDK's own."""


async def _least(run: Callable[[], Awaitable[Any]]) -> float:
    await run()
    best = float("inf")
    for _ in range(5):
        before = time.process_time()
        for _ in range(REPEATS // 5):
            await run()
        best = min(best, (time.process_time() - before) / (REPEATS // 5) * 1e3)
    return best


async def _measure() -> tuple[float, float, float]:
    import openai

    shown = picture()
    wire = make_wire(MODEL)
    convention = usable_convention(MODEL, wire.endpoint)
    body = sdk_body(shown)
    async with openai.AsyncOpenAI(
        api_key="none", base_url=os.environ["CROPSMITH_VLLM_URL"], max_retries=0
    ) as client:
        bare = await _least(lambda: client.chat.completions.create(**body))
    whole = build_backend(MODEL, cache_replies=False)
    full = await _least(lambda: whole.ask(question(shown)))

    with Image.open(io.BytesIO(shown.data)) as image:
        pixels = np.asarray(image)

    async def encoding() -> None:
        await Model(wire, convention).ask(question(picture_of(pixels)))

    encoded = await _least(encoding)
    return bare, full, encoded


def main() -> None:
    """Print milliseconds: the SDK alone, our whole stack, and with the photo encoded anew."""
    with slow_server(0.0) as url:
        os.environ["CROPSMITH_VLLM_URL"] = url
        bare, full, encoded = asyncio.run(_measure())
    print(f"SDK alone, same body           {bare:5.1f} ms")
    print(
        f"ours                           {full:5.1f} ms, {full - bare:.1f} more (goal {GOAL:.0f})"
    )
    print(f"ours, and the photo encoded    {encoded:5.1f} ms, once for all calls about a photo")


if __name__ == "__main__":
    main()
