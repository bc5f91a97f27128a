"""Gemini at Vertex AI through google-genai and Google's own sign-in, against a local server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.availability import standing
from cropsmith.agents.backends.protocol.backend import Ask, Message, Status
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.registry import build_backend
from cropsmith.errors import Misconfigured, NotAllowed
from cropsmith.tools.schema.geometry import Box
from tests.stubs.faults import THOUGHT
from tests.stubs.stub_server import stop
from tests.stubs.vertex_stub import TOKEN, VertexStub, write_account

pytest.importorskip("google.genai")

MODEL = "vertex/gemini-2.5-flash"
ANSWER = {"label": "dog", "box_2d": [200, 100, 900, 600]}
PICTURE = picture_of(np.full((68, 102, 3), 128, np.uint8))


class Found(BaseModel):
    label: str
    box: Box


def question(**changes: Any) -> Ask:
    messages = [Message("user", [PICTURE, "Where is the dog?"])]
    return Ask(purpose="find", messages=messages, answer=Found, frame=PICTURE, **changes)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[VertexStub]:
    stub = VertexStub(answer=ANSWER, model="gemini-2.5-flash").start()
    account = write_account(tmp_path / "account.json", stub.url)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account))
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "crops")
    monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", "europe-west4")
    monkeypatch.setenv("GOOGLE_VERTEX_BASE_URL", stub.url)
    yield stub
    stop([stub])


async def test_a_service_account_signs_in_and_is_answered(server: VertexStub) -> None:
    backend = build_backend(MODEL, cache_replies=False, timeout=10)
    for _ in range(2):
        reply = await backend.ask(question())
        assert reply.status is Status.OK, reply.reason
        assert reply.value.box.iou(Box(x1=0.1, y1=0.2, x2=0.6, y2=0.9)) > 0.99
    assert reply.cost is not None and reply.cost > 0 and reply.tokens.prompt
    assert server.places == [("crops", "europe-west4")] * 2 and server.signed_in == 1
    assert server.requests[0].parameters["generationConfig"]["responseJsonSchema"]
    assert TOKEN not in reply.model_dump_json()


@pytest.mark.parametrize(
    ("fault", "status"),
    [("blocked", Status.BLOCKED), ("truncated*2", Status.TRUNCATED), ("thoughtful", Status.OK)],
)
async def test_endings_and_thoughts(server: VertexStub, fault: str, status: Status) -> None:
    from tests.stubs.faults import read_faults

    server._faults.extend(read_faults(fault))
    backend = build_backend(MODEL, cache_replies=False, timeout=10)
    reply = await backend.ask(question(thinking="low"))
    assert reply.status is status
    assert reply.thoughts == (THOUGHT if fault == "thoughtful" else "")


async def test_what_is_missing_is_one_sentence(
    server: VertexStub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT")
    with pytest.raises(NotAllowed, match="no project in GOOGLE_CLOUD_PROJECT"):
        build_backend(MODEL)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "crops")
    # Nobody is signed in at an address that never answers.
    account = write_account(tmp_path / "account.json", "http://127.0.0.1:9")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account))
    with pytest.raises(NotAllowed, match="Signing in to Google Cloud failed") as caught:
        await build_backend(MODEL, cache_replies=False, timeout=20).ask(question())
    assert "PRIVATE KEY" not in str(caught.value)


async def test_a_missing_model_and_the_list(server: VertexStub) -> None:
    row = await standing("vertex")
    assert row.ready and row.models == ("vertex/gemini-2.5-flash",)
    from tests.stubs.faults import read_faults

    server._faults.extend(read_faults("404"))
    with pytest.raises(Misconfigured, match="It offers: vertex/gemini-2.5-flash"):
        await build_backend(MODEL, cache_replies=False, timeout=10).ask(question())
