"""Native tool calling through the real SDKs of OpenAI, vLLM and Gemini, against a local server."""

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.backends.registry import build_backend
from cropsmith.agents.minds.argued.mind import Argued
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.agents.minds.with_tools.mind import WithTools
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import OpenStep, current_step
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Grounding
from cropsmith.tools.schema.request import Intent, Target

USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}


@dataclass
class Server:
    """Plays one tool call, one turn without, then an answer; keeps what it was sent."""

    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.bodies.append(body)
        return self.gemini(body) if "generateContent" in path else self.openai(body)

    def openai(self, body: dict[str, Any]) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": None}
        if body.get("tools") and len(self.bodies) == 1:
            box = self.native_box(body["tools"])
            function = {"name": "show_crop", "arguments": json.dumps(box)}
            message["tool_calls"] = [{"id": "call_7", "type": "function", "function": function}]
        elif body.get("tools"):
            message["content"] = "I know enough."
        else:
            key = self.native_box(body)
            idea = {"element": "center", "reason": "calm", **key}
            message["content"] = json.dumps({"crops": [idea], "keep": False})
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return {
            "id": "x", "object": "chat.completion", "created": 1, "model": body["model"],
            "choices": [choice], "usage": USAGE,
        }  # fmt: skip

    def gemini(self, body: dict[str, Any]) -> dict[str, Any]:
        part: dict[str, Any] = {"text": "I know enough."}
        if body.get("tools") and len(self.bodies) == 1:
            args = self.native_box(body["tools"])
            part = {"functionCall": {"name": "show_crop", "args": args}, "thoughtSignature": "c2ln"}
        elif not body.get("tools"):
            idea = {"element": "center", "reason": "calm", **self.native_box(body)}
            part = {"text": json.dumps({"crops": [idea], "keep": False})}
        content = {"role": "model", "parts": [part]}
        return {
            "candidates": [{"content": content, "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 10},
        }

    @staticmethod
    def native_box(schema: Any) -> dict[str, Any]:
        """Return a box as the request's own schema calls it."""
        text = json.dumps(schema)
        if "bbox_2d" in text:
            return {"bbox_2d": [100, 100, 700, 900]}
        if "box_2d" in text:
            return {"box_2d": [100, 100, 900, 700]}
        return {"box": [51, 51, 358, 461]}  # of 512 pixels


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    state = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = json.dumps(state.answer(self.path, body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{httpd.server_port}"
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"{state.url}/v1")
    monkeypatch.setenv("CROPSMITH_VLLM_URL", f"{state.url}/v1")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", state.url)
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("GEMINI_API_KEY", "key")
    yield state
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.fixture
def brief(photos: Path) -> Brief:
    return Brief(
        view=View(open_photo(photos / "astronaut.jpg")),
        intent=Intent(task="free", targets=(Target(),), keep=False),
        target=Target(),
        target_index=0,
        analysis=None,
        grounding=Grounding(),
        evidence=(),
    )


@pytest.mark.parametrize("opening", ["auto", "show_crop"])
@pytest.mark.parametrize(
    "model", ["openai/gpt-4.1", "vllm/Qwen/Qwen3-VL-8B-Instruct", "gemini/gemini-2.5-flash"]
)
async def test_a_call_goes_out_and_its_result_goes_back(
    server: Server, brief: Brief, model: str, opening: str
) -> None:
    pytest.importorskip("google.genai" if model.startswith("gemini") else "openai")
    context = build_parts(RunSettings(trace=False, model=model))
    asker = Asker(build_backend(model, cache_replies=False))
    mind = WithTools(
        Argued(asker, BuiltinMind()), context.bench, openings=() if opening == "auto" else [opening]
    )
    step = OpenStep(node="proposal")
    token = current_step.set(step)
    try:
        (candidate,) = await mind.propose(brief)
    finally:
        current_step.reset(token)
    (record,) = step.tools
    assert (record.name, record.by, record.error) == ("show_crop", model, "")
    result: Any = record.result
    if not model.startswith("openai"):  # both of 0 to 1000; OpenAI's are pixels of what was sent
        assert result["shown"] == pytest.approx([0.1, 0.1, 0.7, 0.9], abs=2e-3)
        assert candidate.box.corners == pytest.approx((0.1, 0.1, 0.7, 0.9), abs=2e-3)
    first, second, last = server.bodies
    check = check_gemini if model.startswith("gemini") else check_openai
    check(first, second, last, opening)


def check_openai(first: Any, second: Any, last: Any, opening: str) -> None:
    assert {tool["function"]["name"] for tool in first["tools"]} >= {"ground", "solve_constraints"}
    named = {"type": "function", "function": {"name": "show_crop"}}
    assert first["tool_choice"] == ("auto" if opening == "auto" else named)
    assert second["tool_choice"] == "auto"
    roles = [message["role"] for message in second["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "user"]
    assistant, outcome, shown = second["messages"][2:]
    assert assistant["tool_calls"][0]["id"] == outcome["tool_call_id"] == "call_7"
    assert any(part["type"] == "image_url" for part in shown["content"])
    assert "tools" not in last and last["response_format"]["type"] == "json_schema"


def check_gemini(first: Any, second: Any, last: Any, opening: str) -> None:
    declared = first["tools"][0]["functionDeclarations"]
    assert {tool["name"] for tool in declared} >= {"ground", "solve_constraints"}
    calling = first["toolConfig"]["functionCallingConfig"]
    assert calling["mode"] == ("AUTO" if opening == "auto" else "ANY")
    assert calling.get("allowedFunctionNames") == (None if opening == "auto" else ["show_crop"])
    assert [c["role"] for c in second["contents"]] == ["user", "model", "user"]
    call, *_ = second["contents"][1]["parts"]
    assert call["functionCall"]["name"] == "show_crop" and call["thoughtSignature"]
    outcome, *shown = second["contents"][2]["parts"]
    assert outcome["functionResponse"]["name"] == "show_crop"
    assert any("inlineData" in part for part in shown)
    assert "tools" not in last
    assert last["generationConfig"]["responseMimeType"] == "application/json"
