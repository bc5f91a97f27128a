"""LangGraph's own server runs the graph, pauses for a person, and blocks on nothing."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cropsmith.evals.study.serving import free_port

pytestmark = pytest.mark.integration
pytest.importorskip("langgraph_api")
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    port = free_port()
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


def cropped(server: httpx.Client, thread: str, order: dict[str, Any]) -> Any:
    return server.post(f"/threads/{thread}/runs/wait", json=order).json()


def new_thread(server: httpx.Client) -> str:
    name: str = server.post("/threads", json={}).json()["thread_id"]
    return name


@pytest.mark.parametrize("approve", [False, True])
def test_a_second_photo_on_a_thread_is_as_on_a_fresh_one(
    server: httpx.Client, order: dict[str, Any], shared_data: Path, approve: bool
) -> None:
    order = {**order, "context": {"approve": approve}}
    photo = str(shared_data / "photos/kodak/04.jpg")
    first = {**order, "input": {"photo": photo, "request": "4:5 and 1:1, without the unicorn"}}
    used, fresh = new_thread(server), new_thread(server)
    go_on = {**order, "input": None, "command": {"resume": "go on"}}
    answers = [cropped(server, used, first)]
    if approve:
        assert "report" not in answers[0]
        answers.append(cropped(server, used, go_on))
    assert len(answers[-1]["report"]["crops"]) == 2 and answers[-1]["report"]["notes"]
    pair = [cropped(server, thread, order) for thread in (used, fresh)]
    if approve:
        assert "report" not in pair[0]
        questions = [answer["__interrupt__"][0]["value"] for answer in pair]
        assert questions[0] == questions[1]
        pair = [cropped(server, thread, go_on) for thread in (used, fresh)]
    reports = [{**answer["report"], "trace_id": ""} for answer in pair]
    assert reports[0] == reports[1] and len(reports[0]["crops"]) == 1


def test_the_servers_stream_tells_the_steps(server: httpx.Client, order: dict[str, Any]) -> None:
    answer = server.post("/runs/stream", json={**order, "stream_mode": "custom"})
    events = [
        json.loads(line[6:])
        for line in answer.text.splitlines()
        if "_began" in line or "_ended" in line
    ]
    began = [event["node"] for event in events if event["kind"] == "step_began"]
    ended = [event["step"]["node"] for event in events if event["kind"] == "step_ended"]
    assert began[0] == "intent" and ended[-1] == "render" and sorted(began) == sorted(ended)
