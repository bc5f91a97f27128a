"""What the record of a model call costs: the hooks around the wire, and the step that keeps it."""

import asyncio
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cropsmith.agents.backends.protocol.attempt import Attempt, Tape, hooks, sending, taping
from cropsmith.agents.backends.protocol.backend import Picture
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.protocol.wire import WireMessage, WireRequest
from cropsmith.agents.trace.record import CallRecord, Facts, record_step
from cropsmith.agents.trace.store import StoredTrace

CALLS = 100
SIDE = 1024
WORDS = "Say where the dog is, and why. " * 250
"""Eight thousand signs, as the longest of our prompts."""


def main() -> None:
    """Print the CPU of a call's record: the median over many calls with one picture each."""
    noise = np.random.default_rng(0).integers(0, 256, (SIDE // 4, SIDE // 4, 3), dtype=np.uint8)
    picture = picture_of(noise.repeat(4, 0).repeat(4, 1))
    made, wire = asyncio.run(_taped(picture))
    print(f"picture          {len(picture.data) / 1e3:6.0f} KB, prompt {len(WORDS)} signs")
    print(f"hooks            {wire:6.2f} ms CPU a call")
    print(f"kept in the file {_kept(made):6.2f} ms CPU a call")
    print("asked            < 2 ms CPU a call")


async def _taped(picture: Picture) -> tuple[Attempt, float]:
    """Return an attempt, and what the hooks add to a request that goes nowhere."""
    import httpx

    answer = {"choices": [{"message": {"content": "The dog is on the left. " * 40}}]}
    silent = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
    request = WireRequest(messages=[WireMessage("user", [picture, WORDS])], schema=None)
    url = f"data:image/jpeg;base64,{picture.base64}"
    parts = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": WORDS}]
    body = json.dumps({"messages": [{"role": "user", "content": parts}]}).encode()

    async def asked(tape: Tape | None, client: httpx.AsyncClient) -> float:
        token, started = taping.set(tape), time.process_time()
        with sending(request):
            await client.post("http://nowhere/v1/chat/completions", content=body)
        taping.reset(token)
        return (time.process_time() - started) * 1e3

    tape = Tape()
    async with (
        httpx.AsyncClient(transport=silent, event_hooks=dict(hooks())) as ours,
        httpx.AsyncClient(transport=silent) as plain,
    ):
        pairs = [(await asked(tape, ours), await asked(None, plain)) for _ in range(CALLS)]
    return tape.attempts[-1], float(np.median([ours - plain for ours, plain in pairs]))


def _kept(attempt: Attempt) -> float:
    """Return what the attempt adds to a step that is kept."""
    bare = CallRecord(purpose="propose", model="m", status="ok", prompt=WORDS)
    taped = bare.model_copy(update={"wire": (attempt,)})

    def spent(call: CallRecord) -> float:
        started = time.process_time()
        with TemporaryDirectory() as home:
            trace = StoredTrace(Path(home))
            trace.begin(Facts(source="a.jpg"))
            for _ in range(CALLS):
                with record_step(trace, "proposal") as step:
                    step.calls.append(call)
            trace.end("ok", None)
        return (time.process_time() - started) * 1e3 / CALLS

    return float(np.median([spent(taped) - spent(bare) for _ in range(5)]))


if __name__ == "__main__":
    main()
