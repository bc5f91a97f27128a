"""Spans of a run: the tree, the conventions' names, and nothing that should not leave."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.tools.schema.request import CropRequest
from tests.stubs.openai_stub import OpenaiStub

pytest.importorskip("opentelemetry.sdk")


@pytest.fixture(scope="module")
def exporter() -> Any:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    trace.set_tracer_provider(provider)  # once for a process: OpenTelemetry allows no second
    return memory


@pytest.fixture
def spans(exporter: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("CROPSMITH_OTEL", "1")
    exporter.clear()
    yield exporter.get_finished_spans


def cropped(photo: Path, context: Parts) -> None:
    asyncio.run(run(photo, CropRequest(text="square"), context))


def test_the_tree_and_its_names(
    spans: Callable[[], Any], library: TraceLibrary, photo: Path, played: Callable[..., Parts]
) -> None:
    cropped(photo, played(2, failures=0.9))
    found = {span.context.span_id: span for span in spans()}
    (root,) = [span for span in found.values() if span.parent is None]
    assert root.name == "invoke_agent cropsmith"
    trace = library.read("last")
    assert root.attributes["gen_ai.conversation.id"] == trace.head.id
    nodes = [span for span in found.values() if span.parent and found[span.parent.span_id] is root]
    assert sorted(s.name for s in nodes) == sorted(step.node for step in trace.steps)
    calls = [s for s in found.values() if s.attributes.get("gen_ai.operation.name") == "chat"]
    assert len(calls) == trace.head.calls
    failed = [s for s in calls if s.attributes["cropsmith.status"] != "ok"]
    assert len(failed) == trace.head.failed_calls > 0
    assert all(not s.status.is_ok and s.attributes["error.type"] for s in failed)
    assert all(found[s.parent.span_id].start_time <= s.start_time <= s.end_time for s in calls)


def test_prompts_stay_here_unless_asked_for(
    spans: Callable[[], Any],
    photo: Path,
    played: Callable[..., Parts],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cropped(photo, played(4, failures=0.0))
    assert not any("gen_ai.input.messages" in span.attributes for span in spans())
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")
    cropped(photo, played(4, failures=0.0))
    told = [s.attributes for s in spans() if "gen_ai.input.messages" in s.attributes]
    assert told and all(len(a["gen_ai.input.messages"]) < 60_000 for a in told)
    assert not any("base64" in a["gen_ai.input.messages"] for a in told)


def test_messages_are_those_of_the_wire(
    spans: Callable[[], Any], photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")
    stub = OpenaiStub(dialect="vllm", fills=True).start()
    model = "vllm/Qwen/Qwen3-VL-8B-Instruct"
    try:
        cropped(photo, build_parts(RunSettings(model=model, server=f"{stub.url}/v1")))
    finally:
        stub.shutdown()
        stub.server_close()
    bodies = [json.loads(body)["messages"] for body in stub.bodies]
    calls = [s for s in spans() if "gen_ai.input.messages" in s.attributes]
    told = [json.loads(s.attributes["gen_ai.input.messages"]) for s in calls]
    assert [[m["role"] for m in messages] for messages in told] == [
        [m["role"] for m in messages] for messages in bodies
    ]
    parts = [p["content"] for m in told[-1] for p in m["parts"]]
    assert any(part.startswith("[picture ") for part in parts)
    sent = json.dumps(bodies[-1], ensure_ascii=False)
    words = [part for part in parts if not part.startswith("[picture ")]
    assert words and all(json.dumps(part, ensure_ascii=False)[1:-1] in sent for part in words)


def test_off_by_default(exporter: Any, library: TraceLibrary, photo: Path) -> None:
    exporter.clear()
    cropped(photo, build_parts())
    assert exporter.get_finished_spans() == ()
