"""A chat-completions server in a process of its own: a fixed latency, or busy at first.

`GET /arrivals` tells when each request came, in seconds since the first.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

ANSWER = '{"crops":[{"element":"center","reason":"calm","bbox_2d":[100,100,900,900]}],"keep":false}'


def _reply() -> bytes:
    message = {"role": "assistant", "content": ANSWER}
    return _framed(
        "200 OK",
        {
            "id": "x",
            "object": "chat.completion",
            "created": 0,
            "model": "Qwen/Qwen3-VL-8B-Instruct",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 900, "completion_tokens": 40, "total_tokens": 940},
        },
    )


def _framed(status: str, body: object, *headers: str) -> bytes:
    data = json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status}",
        "content-type: application/json",
        f"content-length: {len(data)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


async def _serve(latency: float, busy: int, pause: float) -> None:
    reply = _reply()
    wait = _framed("429 Too Many Requests", {"error": {"message": "busy"}}, f"retry-after: {pause}")
    arrivals: list[float] = []

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"GET"):
                    since = [when - arrivals[0] for when in arrivals]
                    writer.write(_framed("200 OK", since))
                    continue
                lines = head.lower().split(b"\r\n")
                length = next(int(x[15:]) for x in lines if x.startswith(b"content-length:"))
                await reader.readexactly(length)
                arrivals.append(time.monotonic())
                refused = len(arrivals) <= busy
                await asyncio.sleep(latency)
                writer.write(wait if refused else reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, limit=2**24, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def slow_server(latency: float, busy: int = 0, pause: float = 0.0) -> Iterator[str]:
    """Run the server and yield its base address; each answer takes `latency` seconds.

    The first `busy` requests are told to come again after `pause` seconds.
    """
    told = map(str, (latency, busy, pause))
    command = [sys.executable, "-m", "cropsmith.evals.lab.backends.slow_server", *told]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
