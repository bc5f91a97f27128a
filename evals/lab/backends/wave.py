"""When 64 requests come again after each was told to wait: spread over the pause, or in bursts."""

import asyncio
import json
import os
import urllib.request
from collections import Counter
from itertools import pairwise

from cropsmith.agents.backends.protocol.backend import Status
from cropsmith.agents.backends.registry import build_backend
from cropsmith.evals.lab.backends.slow_server import slow_server
from cropsmith.evals.lab.backends.throughput import IN_FLIGHT, MODEL, picture, question

PAUSE = 4.0
PARTS = 8


async def _asked() -> Counter[Status]:
    backend = build_backend(MODEL, cache_replies=False, in_flight=IN_FLIGHT)
    shown = picture()
    replies = await asyncio.gather(*(backend.ask(question(shown)) for _ in range(IN_FLIGHT)))
    return Counter(reply.status for reply in replies)


def main() -> None:
    """Print when the second wave came, in eighths of the pause."""
    with slow_server(0.05, busy=IN_FLIGHT, pause=PAUSE) as url:
        os.environ["CROPSMITH_VLLM_URL"] = url
        ends = asyncio.run(_asked())
        with urllib.request.urlopen(url.replace("/v1", "/arrivals"), timeout=10) as answer:
            arrivals = json.load(answer)
    first, second = arrivals[:IN_FLIGHT], arrivals[IN_FLIGHT:]
    counts = Counter(int((when - second[0]) / PAUSE * PARTS) for when in second)
    told = ", ".join(str(counts[part]) for part in range(max(counts) + 1))
    print(f"{IN_FLIGHT} asks, each told to wait {PAUSE:.0f} s: {dict(ends)}")
    print(f"first wave within {first[-1]:.2f} s, second from {second[0]:.2f} to {second[-1]:.2f} s")
    print(f"requests in each eighth of the pause: {told}")
    print(f"longest gap {max(b - a for a, b in pairwise(second)):.2f} s")


if __name__ == "__main__":
    main()
