"""OpenTelemetry spans of a run, after the GenAI semantic conventions; needs cropsmith[otel].

    invoke_agent cropsmith         the run
    ├── analysis                   a node
    │   └── chat vllm/Qwen/...     a model call, also a failed one
    └── grounding
        └── execute_tool find      a tool call

Switched on by `CROPSMITH_OTEL=1`. Spans go wherever the process's tracer provider sends them; if
it has none, to OTEL_EXPORTER_OTLP_ENDPOINT. Pictures appear by their hash only; prompts and replies
only if OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT is true, as the conventions ask.
"""

import json
import os
import threading
from collections.abc import Sequence
from typing import Any

from cropsmith.agents.backends.directory.directory import provider_of
from cropsmith.agents.trace.conversation import Piece, Turn, turns_of
from cropsmith.agents.trace.record import (
    CallRecord,
    Facts,
    Recorder,
    Step,
    StepMark,
    ToolRecord,
)
from cropsmith.agents.trace.scrub import scrub, secrets_of_environment
from cropsmith.errors import MissingExtra
from cropsmith.settings import setting


def wanted() -> bool:
    """Tell whether spans are asked for (`CROPSMITH_OTEL`, or `otel` in the config file)."""
    return setting("otel", default="").lower() in ("1", "true", "on", "yes")


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)


class Spanned:
    """A recorder that also makes spans of what it keeps. MissingExtra without the packages."""

    def __init__(self, inner: Recorder) -> None:
        try:
            from opentelemetry import trace
        except ModuleNotFoundError as error:
            raise MissingExtra("Tracing with OpenTelemetry", "otel") from error
        self.inner = inner
        _provide()
        self._trace = trace
        self._tracer = trace.get_tracer("cropsmith")
        self._content = (
            os.environ.get("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "").lower()
            == "true"
        )
        self._secrets = secrets_of_environment()
        self._lock = threading.Lock()
        self._root: Any = None

    @property
    def trace_id(self) -> str | None:
        """Of the trace within."""
        return self.inner.trace_id

    @property
    def problem(self) -> str:
        """Of the trace within."""
        return self.inner.problem

    def begin(self, facts: Facts) -> None:
        """Keep the start, and open the run's span."""
        self.inner.begin(facts)
        self._open(facts)

    def start(self, mark: StepMark) -> None:
        """Keep that a step is under way; its span is made whole when it has ended."""
        self.inner.start(mark)

    def write(self, step: Step) -> None:
        """Keep a step, and make its span with one for each call and tool."""
        self.inner.write(step)
        if self._root is None:
            self._open(Facts(source=""))
        span = self._child(self._root, step.node, step.started, "INTERNAL")
        span.set_attributes({"cropsmith.round": step.round, "cropsmith.cpu_s": step.cpu_seconds})
        if step.shape is not None:
            span.set_attribute("cropsmith.shape", step.shape)
        for call in step.calls:
            self._call(span, step, call)
        for tool in step.tools:
            self._tool(span, step, tool)
        self._end(span, step.started + step.seconds, step.error)

    def picture(self, data: bytes, role: str = "shown") -> str:
        """Keep a picture; no span ever holds one."""
        return self.inner.picture(data, role)

    def end(self, status: str, result: Any) -> None:
        """Keep the ending, and close the run's span."""
        self.inner.end(status, result)
        with self._lock:
            root, self._root = self._root, None
        if root is not None:
            root.set_attribute("cropsmith.status", status)
            self._end(root, None, str(result) if status == "error" else "")

    def _open(self, facts: Facts) -> None:
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "cropsmith",
            "gen_ai.request.model": facts.model,
            "gen_ai.provider.name": _provider(facts.model),
            "cropsmith.photo.name": self._clean(facts.source),
            "cropsmith.photo.sha256": facts.sha256,
        }
        if self.trace_id:
            attributes["gen_ai.conversation.id"] = self.trace_id
        if self._content:
            attributes["cropsmith.request"] = self._clean(facts.text)
        with self._lock:
            if self._root is None:
                self._root = self._tracer.start_span(
                    "invoke_agent cropsmith", attributes=attributes
                )

    def _call(self, parent: Any, step: Step, call: CallRecord) -> None:
        began = call.asked or step.started
        span = self._child(parent, f"chat {call.model}", began, "CLIENT")
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": _provider(call.model),
            "gen_ai.request.model": call.model.partition("/")[2] or call.model,
            "gen_ai.request.temperature": call.temperature,
            "gen_ai.request.seed": call.seed,
            "gen_ai.output.type": "json",
            "gen_ai.usage.input_tokens": call.prompt_tokens,
            "gen_ai.usage.output_tokens": call.completion_tokens,
            "cropsmith.purpose": call.purpose,
            "cropsmith.status": call.status,
            "cropsmith.cost_usd": call.cost,
            "cropsmith.attempts": call.attempts,
            "cropsmith.convention": call.convention,
            "cropsmith.pictures": list(call.pictures),
        }
        if self._content:
            attributes["gen_ai.input.messages"] = self._messages(turns_of(call))
            answer = Turn(role="assistant", pieces=(Piece(text=call.raw),))
            attributes["gen_ai.output.messages"] = self._messages((answer,))
        span.set_attributes({k: v for k, v in attributes.items() if v is not None})
        self._end(span, began + call.seconds, "" if call.status == "ok" else call.status)

    def _tool(self, parent: Any, step: Step, tool: ToolRecord) -> None:
        span = self._child(parent, f"execute_tool {tool.name}", step.started, "INTERNAL")
        span.set_attributes(
            {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": tool.name,
                "cropsmith.called_by": tool.by,
            }
        )
        self._end(span, step.started + tool.seconds, tool.error)

    def _child(self, parent: Any, name: str, began: float, kind: str) -> Any:
        return self._tracer.start_span(
            name,
            context=self._trace.set_span_in_context(parent),
            start_time=_nanoseconds(began),
            kind=getattr(self._trace.SpanKind, kind),
        )

    def _end(self, span: Any, ended: float | None, error: str) -> None:
        if error:
            text = self._clean(error)
            span.set_status(self._trace.StatusCode.ERROR, text)
            span.set_attribute("error.type", text.partition(":")[0])
        span.end(end_time=None if ended is None else _nanoseconds(ended))

    def _messages(self, turns: Sequence[Turn]) -> str:
        """Return turns as the conventions have messages, a picture as its hash in words."""
        return json.dumps(
            [
                {
                    "role": turn.role,
                    "parts": [
                        {"type": "text", "content": self._clean(piece.shown)}
                        for piece in turn.pieces
                    ],
                }
                for turn in turns
            ]
        )

    def _clean(self, text: str) -> str:
        return scrub(text, self._secrets)


def _provider(model: str) -> str:
    """Return the well-known value of gen_ai.provider.name; our own name for others."""
    row = provider_of(model)
    return row.otel if row and row.otel else model.partition("/")[0]


def _provide() -> None:
    """Send spans to OTEL_EXPORTER_OTLP_ENDPOINT, where the process has said nothing else."""
    from opentelemetry import trace

    if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return
    if not (
        os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
        or os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    ):
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise MissingExtra("Sending spans", "otel") from error
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
