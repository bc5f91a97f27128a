"""The official SDKs against servers that misbehave: every fault ends as its own status, in time."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.calls import retry
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Message, Picture, Reply, Status
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.registry import build_backend
from cropsmith.errors import Misconfigured, NotAllowed
from cropsmith.tools.schema.geometry import Box
from tests.stubs.gemini_stub import GeminiStub
from tests.stubs.openai_stub import OpenaiStub
from tests.stubs.stub_server import StubServer, point_at, stop

pytest.importorskip("openai")
pytest.importorskip("google.genai")

KEY = "sk-very-secret-key-0123456789"
TRUTH = Box(x1=0.1, y1=0.2, x2=0.6, y2=0.9)
NATIVE = {
    "openai/gpt-4o": {"label": "dog", "box": [10, 14, 60, 63]},  # pixels
    "vllm/Qwen/Qwen3-VL-8B-Instruct": {"label": "dog", "bbox_2d": [100, 200, 600, 900]},
    "openai-compatible/qwen3-vl:8b": {"label": "dog", "bbox_2d": [100, 200, 600, 900]},
    "gemini/gemini-2.5-flash": {"label": "dog", "box_2d": [200, 100, 900, 600]},
}
MODELS = list(NATIVE)


class Found(BaseModel):
    label: str
    box: Box


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait in hundredths of seconds instead of halves."""
    rules = {k: retry.Rule(r.retries, 0.01, r.at_once) for k, r in retry.POLICY.items()}
    monkeypatch.setattr(retry, "POLICY", rules)
    for name in ("OPENAI_API_KEY", "GEMINI_API_KEY", "VLLM_API_KEY", "OPENAI_COMPATIBLE_API_KEY"):
        monkeypatch.setenv(name, KEY)


Serve = Callable[..., Any]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Return a function that starts the stub of a model's provider with the given faults."""
    started: list[StubServer] = []

    def start(name: str, faults: str = "", **options: Any) -> StubServer:
        provider = name.split("/")[0]
        answered = {"faults": faults, "answer": NATIVE[name], **options}
        server: StubServer
        if provider == "gemini":
            server = GeminiStub(**answered)
        else:
            server = OpenaiStub(dialect="openai" if provider == "openai" else "vllm", **answered)
        started.append(server.start())
        point_at(server, monkeypatch)
        return server

    yield start
    stop(started)


def picture() -> Picture:
    return picture_of(np.full((70, 100, 3), 128, np.uint8))


def question(*pictures: Picture) -> Ask:
    shown = pictures or (picture(),)
    return Ask(
        purpose="find",
        messages=[Message("system", ["Look."]), Message("user", [*shown, "Where is the dog?"])],
        answer=Found,
        frame=shown[-1],
    )


def backend(model: str, **limits: Any) -> Backend:
    return build_backend(model, **{"cache_replies": False, "timeout": 5, "deadline": 5, **limits})


SCREEN = [
    # fault, status, how many requests reach the server
    ("ok", Status.OK, 1),
    ("429", Status.OK, 2),
    ("429:0", Status.OK, 2),
    ("429*6", Status.UNAVAILABLE, 6),
    ("500", Status.OK, 2),
    ("502", Status.OK, 2),
    ("503*3", Status.OK, 4),
    ("503*4", Status.UNAVAILABLE, 4),
    ("504*4", Status.UNAVAILABLE, 4),
    ("slow:0.2", Status.OK, 1),
    ("slow:1", Status.OK, 2),
    ("slow:1*2", Status.UNAVAILABLE, 2),
    ("hang:0.1", Status.OK, 2),
    ("drop", Status.OK, 2),
    ("drop*4", Status.UNAVAILABLE, 4),
    ("notjson", Status.OK, 2),
    ("notjson*2", Status.UNAVAILABLE, 2),
    ("truncated", Status.OK, 2),
    ("truncated*2", Status.TRUNCATED, 2),
    ("whitespace*2", Status.TRUNCATED, 2),
    ("thinking*2", Status.TRUNCATED, 2),
    ("empty*2", Status.INVALID, 2),
    ("prose", Status.OK, 2),
    ("prose*2", Status.INVALID, 2),
    ("inf*2", Status.INVALID, 2),
    ("fenced", Status.OK, 1),
    ("refused", Status.REFUSED, 1),
    ("blocked", Status.BLOCKED, 1),
]


ALL = [(model, *row) for model in (MODELS[0], MODELS[3]) for row in SCREEN]
# These two share OpenAI's adapter: what differs is dialect and error bodies.
FEW = [(m, *r) for m in MODELS[1:3] for r in SCREEN if r[0] in ("429*6", "503*3", "prose*2")]


@pytest.mark.parametrize(("model", "fault", "status", "requests"), [*ALL, *FEW])
async def test_every_fault_ends_as_its_status(
    serve: Serve, model: str, fault: str, status: Status, requests: int
) -> None:
    server = serve(model, fault)
    started = time.monotonic()
    late = fault.startswith("slow:1")
    reply = await backend(model, timeout=0.6 if late else 5).ask(question())
    assert time.monotonic() - started < 5
    assert (reply.status, len(server.requests)) == (status, requests), reply.reason
    if status is Status.OK:
        assert isinstance(reply.value, Found)
        assert reply.value.box.iou(TRUTH) > 0.99
        assert reply.tokens.prompt and reply.convention.endswith("(table, verified)")
    else:
        # Nothing that was not an answer carries a value, and each says why.
        assert reply.value is None and reply.reason
    assert KEY not in repr(reply) and KEY not in reply.model_dump_json()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("fault", "error"),
    [("400", Misconfigured), ("401", NotAllowed), ("403", NotAllowed), ("404", Misconfigured)],
)
async def test_our_own_mistakes_are_told_to_the_caller(
    serve: Serve, model: str, fault: str, error: type[Exception]
) -> None:
    server = serve(model, fault)
    with pytest.raises(error) as caught:
        await backend(model).ask(question())
    assert len(server.requests) == 1
    assert KEY not in "".join(map(str, _chain(caught.value)))


def _chain(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield f"{error!r} {error} {vars(error)}"
        error = error.__cause__


@pytest.mark.parametrize("model", MODELS)
async def test_a_wrong_key_is_one_sentence_without_the_key(serve: Serve, model: str) -> None:
    serve(model, api_key="another")
    with pytest.raises(NotAllowed, match="refused the key") as caught:
        await backend(model).ask(question())
    assert KEY not in str(caught.value)


async def test_too_many_pictures_and_too_long_a_prompt_are_configuration(serve: Serve) -> None:
    model = "vllm/Qwen/Qwen3-VL-8B-Instruct"
    serve(model, max_images=40)
    small = [picture() for _ in range(40)]
    with pytest.raises(Misconfigured, match="41 pictures"):
        await backend(model).ask(question(*small, picture()))
    serve(model, max_images=3)
    with pytest.raises(Misconfigured, match="At most 3 image"):
        await backend(model).ask(question(*small[:4]))
    serve(model, context=50)
    with pytest.raises(Misconfigured, match="maximum context length"):
        await backend(model).ask(question())


async def test_a_picture_that_the_server_cannot_read_is_that_items_own(serve: Serve) -> None:
    model = "vllm/Qwen/Qwen3-VL-8B-Instruct"
    serve(model)
    broken = Picture(data=b"no picture", size=FAMILIES["qwen3-vl"].sent(picture().size))
    reply = await backend(model).ask(question(broken))
    assert reply.status is Status.UNAVAILABLE and reply.trouble == "picture"
    assert reply.attempts == 1


@pytest.mark.parametrize("model", MODELS)
async def test_a_wrong_model_gets_a_suggestion(serve: Serve, model: str) -> None:
    provider = model.split("/")[0]
    options = {} if provider == "gemini" else {"model": "qwen3-vl", "strict_model": True}
    serve(model, "404" if provider == "gemini" else "", **options)
    with pytest.raises(Misconfigured, match=f"It offers: {provider}/"):
        await backend(model).ask(question())


async def test_waiting_as_told_is_shared_and_bounded(serve: Serve) -> None:
    model = "openai/gpt-4o"
    server = serve(model, "429:1")
    asks = [backend(model).ask(question()) for _ in range(4)]
    started = time.monotonic()
    replies = await asyncio.gather(*asks)
    assert all(reply.status is Status.OK for reply in replies)
    assert sum(reply.attempts for reply in replies) == 5
    assert 1 <= time.monotonic() - started < 3
    assert len(server.requests) == 5
    # A wish beyond the deadline is not waited for.
    serve(model, "429:60")
    started = time.monotonic()
    reply = await backend(model, deadline=2).ask(question())
    assert reply.status is Status.UNAVAILABLE and time.monotonic() - started < 1


@pytest.mark.parametrize("model", MODELS)
async def test_cancelling_ends_the_call_at_once(serve: Serve, model: str) -> None:
    serve(model, "slow:2")
    task = asyncio.create_task(backend(model, timeout=10).ask(question()))
    await asyncio.sleep(0.3)
    started = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - started < 0.5


@pytest.mark.parametrize("model", MODELS)
async def test_an_unreachable_server_is_one_sentence(serve: Serve, model: str) -> None:
    server = serve(model)
    server.shutdown()
    server.server_close()
    reply: Reply = await backend(model).ask(question())
    assert reply.status is Status.UNAVAILABLE and reply.trouble == "connection"
    assert "cannot be reached" in reply.reason


@pytest.mark.parametrize("model", MODELS)
async def test_what_is_sent(serve: Serve, model: str) -> None:
    server = serve(model)
    large = picture_of(np.zeros((900, 1600, 3), np.uint8))
    await backend(model).ask(question(large))
    (sent,) = server.requests
    (image,) = sent.pictures
    assert image.format == "jpeg" and not image.exif
    assert max(image.width, image.height) <= 1024
    params = json.dumps(sent.parameters)
    # The format is asked of the server and told in the prompt: no parameter is trusted.
    assert "label" in params and '"label"' in sent.prompt
    assert sent.prompt.startswith("Look.") and KEY not in params
    assert server.requests[0].prompt.index("Where is the dog?") < sent.prompt.index("JSON")


async def test_a_server_without_schemas_is_asked_by_prompt_alone(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = "openai-compatible/qwen3-vl:8b"
    server = serve(model)
    handler = server.RequestHandlerClass
    normal = handler.call

    def without(self: Any, method: str, path: str, body: dict[str, Any]) -> Any:
        if "response_format" in body:
            return self.fail(400, "response_format of type json_schema is not supported")
        return normal(self, method, path, body)

    monkeypatch.setattr(handler, "call", without)
    asked = backend(model)
    for _ in range(2):
        reply = await asked.ask(question())
        assert reply.status is Status.OK and reply.attempts == 1
        assert "does not hold answers to a schema" in reply.lacking[0]
    # Those under way are refused together, and give up no more than one after another would.
    many = backend(model, timeout=60, deadline=60)
    replies = await asyncio.gather(*(many.ask(question()) for _ in range(8)))
    assert [reply.status for reply in replies] == [Status.OK] * 8
    assert all(reply.lacking for reply in replies)
    assert all("response_format" not in sent.parameters for sent in server.requests)


def test_one_backend_serves_many_loops(serve: Serve) -> None:
    for model in MODELS:
        serve(model)
        asked = backend(model)
        for _ in range(2):
            assert asyncio.run(asked.ask(question())).status is Status.OK


def test_the_sdks_stay_unimported_until_asked() -> None:
    import subprocess

    code = (
        "import sys; from cropsmith.agents.backends import registry; "
        "from cropsmith.agents.backends.providers import scripted; "
        "print([m for m in ('openai', 'google.genai', 'torch') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "[]", out.stderr
