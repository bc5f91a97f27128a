"""LangGraph's own server runs the graph, pauses for a person, and blocks on nothing."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.integration
pytest.importorskip("langgraph_api")
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("langgraph")
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-c", "from langgraph_cli.cli import cli; cli()", "dev",
         "--no-browser", "--no-reload", "--port", str(port)],
        cwd=ROOT,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={
            **os.environ,
            "CROPSMITH_HOME": str(folder),
            "LANGSMITH_TRACING": "false",
            "LANGGRAPH_CLI_NO_ANALYTICS": "1",
        },
    )  # fmt: skip
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120)
    try:
        until = time.monotonic() + 90
        while time.monotonic() < until:
            try:
                if client.get("/ok").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.5)
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(30)
        log.close()
    assert "BlockingError" not in (folder / "log").read_text()


@pytest.fixture
def order(photos: Path) -> dict[str, Any]:
    photo = photos / "coffee.jpg"
    return {
        "assistant_id": "cropsmith",
        "input": {"photo": str(photo), "request": "square"},
    }


def test_the_graph_looks_right(server: httpx.Client) -> None:
    (assistant,) = server.post("/assistants/search", json={}).json()
    schemas = server.get(f"/assistants/{assistant['assistant_id']}/schemas").json()
    assert set(schemas["input_schema"]["properties"]) == {"photo", "request"}
    assert {"model", "effort", "approve"} <= set(schemas["context_schema"]["properties"])
    graph = server.get(f"/assistants/{assistant['assistant_id']}/graph").json()
    names = {node["id"] for node in graph["nodes"]}
    assert {"intent", "analysis", "grounding", "retrieval", "proposal", "decision"} <= names


def test_a_run_answers_over_http(server: httpx.Client, order: dict[str, Any]) -> None:
    answer = server.post("/runs/wait", json=order).json()
    (crop,) = answer["report"]["crops"]
    pixels = crop["pixels"]
    assert pixels["right"] - pixels["left"] == pixels["bottom"] - pixels["top"]


def test_updates_stream_node_by_node(server: httpx.Client, order: dict[str, Any]) -> None:
    answer = server.post("/runs/stream", json={**order, "stream_mode": "updates"})
    events = [line for line in answer.text.splitlines() if line.startswith("data: {")]
    assert any('"decision"' in line for line in events) and '"report"' in events[-1]


def test_a_person_is_asked_and_answers(server: httpx.Client, order: dict[str, Any]) -> None:
    thread = server.post("/threads", json={}).json()["thread_id"]
    order = {**order, "context": {"approve": True}}
    stopped = server.post(f"/threads/{thread}/runs/wait", json=order).json()
    (stop,) = stopped["__interrupt__"]
    leader = stop["value"]["shapes"][0]["leaders"][2]
    word = {"choices": [{"target": 0, "candidate": leader["id"]}]}
    resumed = {
        "assistant_id": "cropsmith",
        "command": {"resume": word},
        "context": {"approve": True},
    }
    answer = server.post(f"/threads/{thread}/runs/wait", json=resumed).json()
    assert answer["report"]["crops"][0]["box"] == leader["box"]
