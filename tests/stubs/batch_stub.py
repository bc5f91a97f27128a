"""Stubs of the batch APIs of OpenAI, Anthropic and Gemini, which can kill whoever asks them.

A batch is paid for when it is made: `paid` counts each job's times. It ends at the poll `polls`.
"""

import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from tests.stubs.anthropic_stub import AnthropicHandler, AnthropicStub, answer, read_blocks
from tests.stubs.faults import Ending, Spoken, spoil
from tests.stubs.gemini_stub import GeminiHandler, GeminiStub
from tests.stubs.gemini_stub import reply as generated
from tests.stubs.openai_stub import OpenaiHandler, OpenaiStub
from tests.stubs.openai_stub import reply as completion
from tests.stubs.stub_server import StubHandler, StubServer

Moment = Literal["intent", "submitted", "running", "collect"]
"""When who asks is killed: before a batch is made, after it, at a poll, at the answers."""


@dataclass
class Batch:
    """One batch, its answers made already."""

    id: str
    label: str
    rows: Mapping[str, tuple[int, Any]]
    """Of each job, status and body."""
    created: float = field(default_factory=time.time)
    polled: int = 0


class Desk:
    """What a stub of a batch API keeps."""

    def __init__(self, polls: int = 1) -> None:
        self.polls = polls
        self.batches: dict[str, Batch] = {}
        self.paid: Counter[str] = Counter()
        self.collected = 0
        self.kill: tuple[Moment, int] | None = None
        self.refuses = ""
        """What a batch fails with."""

    def moment(self, now: Moment) -> bool:
        """Kill the asking process if this is the moment; tell whether it was."""
        if self.kill is None or self.kill[0] != now:
            return False
        pid, self.kill = self.kill[1], None
        os.kill(pid, signal.SIGKILL)
        return True

    def make(self, label: str, rows: Mapping[str, tuple[int, Any]]) -> Batch:
        batch = Batch(f"batch_{len(self.batches)}", label, rows)
        self.batches[batch.id] = batch
        self.paid.update(list(rows))
        return batch

    def ended(self, batch: Batch) -> bool:
        return batch.polled >= self.polls


def spoken_of(server: StubServer) -> tuple[int, Spoken]:
    """Return what comes of the next job: a status, and what was spoken at 200."""
    fault = server.next_fault()
    if fault.name.isdigit():
        return int(fault.name), Spoken("")
    return 200, spoil(server.answer, fault)


class _Quits(StubHandler):
    """Knows who asks, and ends a connection whose other end was killed."""

    def knows(self) -> bool:
        """Tell whether the right key came with a request."""
        bearer = (self.headers.get("authorization") or "").removeprefix("Bearer ")
        key = self.server.api_key
        return key in (None, bearer, self.headers.get("x-goog-api-key"))

    def quit(self) -> None:
        self.close_connection = True


class OpenaiBatchStub(OpenaiStub):
    """OpenAI's."""

    def __init__(self, *, polls: int = 1, **options: Any) -> None:
        super().__init__(**options)
        self.RequestHandlerClass = OpenaiBatchHandler
        self.desk = Desk(polls)
        self.files: dict[str, bytes] = {}


class OpenaiBatchHandler(OpenaiHandler, _Quits):
    """Files, and batches of them."""

    server: OpenaiBatchStub

    def do_POST(self) -> None:
        if self.path != "/v1/files":
            return super().do_POST()
        raw = self.rfile.read(int(self.headers["content-length"]))
        boundary = self.headers["content-type"].partition("boundary=")[2].encode()
        parts = [part for part in raw.split(b"--" + boundary) if b"\r\n\r\n" in part]
        text = next(p for p in parts if b'name="file"' in p).partition(b"\r\n\r\n")[2]
        assert b"batch" in next(p for p in parts if b'name="purpose"' in p)
        name = f"file-{len(self.server.files)}"
        self.server.files[name] = text.strip()
        facts = {"object": "file", "bytes": len(text), "created_at": 0, "filename": "x"}
        self.send_json(200, {"id": name, **facts, "purpose": "batch", "status": "processed"})

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        desk = self.server.desk
        if "batch" in path.lower() and not self.knows():
            return self.fail(401)
        if (method, path) == ("POST", "/v1/batches"):
            if desk.moment("intent"):
                return self.quit()
            asked = map(json.loads, self.server.files[body["input_file_id"]].splitlines())
            rows = {line["custom_id"]: self._answered(line) for line in asked}
            batch = desk.make(body["metadata"]["cropsmith"], rows)
            if desk.moment("submitted"):
                return self.quit()
            return self.send_json(200, self._row(batch))
        if path == "/v1/batches":
            newest = sorted(desk.batches.values(), key=lambda batch: -batch.created)
            return self.send_json(
                200, {"object": "list", "data": [self._row(b) for b in newest], "has_more": False}
            )
        if found := re.fullmatch(r"/v1/batches/(\w+)", path):
            if desk.moment("running"):
                return self.quit()
            batch = desk.batches[found[1]]
            batch.polled += 1
            return self.send_json(200, self._row(batch))
        if found := re.fullmatch(r"/v1/files/(out|err)-(\w+)/content", path):
            if desk.moment("collect"):
                return self.quit()
            desk.collected += 1
            good = found[1] == "out"
            lines = [
                {"id": "r", "custom_id": id, "error": None,
                 "response": {"status_code": status, "request_id": "q", "body": told}}
                for id, (status, told) in desk.batches[found[2]].rows.items()
                if (status == 200) is good
            ]  # fmt: skip
            text = "\n".join(map(json.dumps, lines)).encode()
            return self._send(200, text, "application/octet-stream", {})
        super().call(method, path, body)

    def _answered(self, line: dict[str, Any]) -> tuple[int, Any]:
        assert line["url"] == "/v1/chat/completions" and line["method"] == "POST"
        status, spoken = spoken_of(self.server)
        if status != 200:
            return status, self.error(status)
        return 200, completion(line["body"]["model"], spoken, 400)

    def _row(self, batch: Batch) -> dict[str, Any]:
        desk = self.server.desk
        status = "completed" if desk.ended(batch) else "in_progress"
        status = "failed" if desk.refuses else status
        done = status == "completed"
        bad = any(status != 200 for status, _ in batch.rows.values())
        return {
            "id": batch.id, "object": "batch", "endpoint": "/v1/chat/completions",
            "input_file_id": "file-0", "completion_window": "24h", "status": status,
            "created_at": int(batch.created), "metadata": {"cropsmith": batch.label},
            "output_file_id": f"out-{batch.id}" if done else None,
            "error_file_id": f"err-{batch.id}" if done and bad else None,
            "errors": {"object": "list", "data": [{"code": "x", "message": desk.refuses}]}
            if desk.refuses else None,
        }  # fmt: skip


class AnthropicBatchStub(AnthropicStub):
    """Anthropic's."""

    def __init__(self, *, polls: int = 1, **options: Any) -> None:
        super().__init__(**options)
        self.RequestHandlerClass = AnthropicBatchHandler
        self.desk = Desk(polls)


class AnthropicBatchHandler(AnthropicHandler, _Quits):
    """Batches without a label."""

    server: AnthropicBatchStub

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        desk = self.server.desk
        if "batch" in path.lower() and not self.knows():
            return self.fail(401)
        if (method, path) == ("POST", "/v1/messages/batches"):
            if desk.moment("intent"):
                return self.quit()
            rows = {one["custom_id"]: self._answered(one["params"]) for one in body["requests"]}
            batch = desk.make("", rows)
            if desk.moment("submitted"):
                return self.quit()
            return self.send_json(200, self._row(batch))
        if path == "/v1/messages/batches":
            newest = sorted(desk.batches.values(), key=lambda batch: -batch.created)
            for batch in newest:
                batch.polled += 1
            return self.send_json(200, {"data": [self._row(b) for b in newest], "has_more": False,
                                        "first_id": None, "last_id": None})  # fmt: skip
        if found := re.fullmatch(r"/v1/messages/batches/(\w+)", path):
            if desk.moment("running"):
                return self.quit()
            batch = desk.batches[found[1]]
            batch.polled += 1
            return self.send_json(200, self._row(batch))
        if found := re.fullmatch(r"/v1/messages/batches/(\w+)/results", path):
            if desk.moment("collect"):
                return self.quit()
            desk.collected += 1
            lines = [
                {"custom_id": id, "result": {"type": "succeeded", "message": told}
                 if status == 200 else {"type": "errored", "error": told}}
                for id, (status, told) in desk.batches[found[1]].rows.items()
            ]  # fmt: skip
            text = "\n".join(map(json.dumps, lines)).encode()
            return self._send(200, text, "application/x-jsonl", {})
        super().call(method, path, body)

    def _answered(self, body: dict[str, Any]) -> tuple[int, Any]:
        status, spoken = spoken_of(self.server)
        if status != 200:
            return status, self.error(status)
        prompt, _ = read_blocks(body)
        return 200, answer(body, spoken, len(prompt) // 4, None, 0)

    def _row(self, batch: Batch) -> dict[str, Any]:
        done = self.server.desk.ended(batch)
        bad = sum(status != 200 for status, _ in batch.rows.values())
        counts = {"processing": 0 if done else len(batch.rows), "canceled": 0, "expired": 0,
                  "errored": bad if done else 0,
                  "succeeded": len(batch.rows) - bad if done else 0}  # fmt: skip
        when = datetime.fromtimestamp(batch.created, UTC).isoformat()
        results = f"{self.server.url}/v1/messages/batches/{batch.id}/results"
        return {
            "id": batch.id, "type": "message_batch", "request_counts": counts,
            "processing_status": "ended" if done else "in_progress", "created_at": when,
            "expires_at": when, "ended_at": when if done else None,
            "results_url": results if done else None,
        }  # fmt: skip


class GeminiBatchStub(GeminiStub):
    """Google's."""

    def __init__(self, *, polls: int = 1, **options: Any) -> None:
        super().__init__(**options)
        self.RequestHandlerClass = GeminiBatchHandler
        self.desk = Desk(polls)


class GeminiBatchHandler(GeminiHandler, _Quits):
    """Batches whose answers stand within them."""

    server: GeminiBatchStub

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        desk = self.server.desk
        if "batch" in path.lower() and not self.knows():
            return self.fail(401)
        if path.endswith(":batchGenerateContent"):
            if desk.moment("intent"):
                return self.quit()
            requests = body["batch"]["inputConfig"]["requests"]["requests"]
            rows = {one["metadata"]["key"]: self._answered(one["request"]) for one in requests}
            batch = desk.make(body["batch"]["displayName"], rows)
            if desk.moment("submitted"):
                return self.quit()
            return self.send_json(200, self._row(batch))
        if re.fullmatch(r"/v\w+/batches", path):
            rows_ = [self._row(batch) for batch in desk.batches.values()]
            return self.send_json(200, {"operations": rows_})
        if found := re.fullmatch(r"/v\w+/batches/(\w+)", path):
            batch = desk.batches[found[1]]
            if desk.moment("collect" if desk.ended(batch) else "running"):
                return self.quit()
            batch.polled += 1
            desk.collected += desk.ended(batch)
            return self.send_json(200, self._row(batch))
        super().call(method, path, body)

    def _answered(self, body: dict[str, Any]) -> tuple[int, Any]:
        assert body["contents"][0]["parts"] and body["generationConfig"]
        status, spoken = spoken_of(self.server)
        if status != 200:
            return status, self.error(status)
        made: Any = generated("m", spoken, 400)
        if spoken.ending is Ending.BLOCKED:
            made.pop("candidates", None)
        return 200, made

    def _row(self, batch: Batch) -> dict[str, Any]:
        desk = self.server.desk
        done = desk.ended(batch)
        state = "BATCH_STATE_SUCCEEDED" if done else "BATCH_STATE_RUNNING"
        row: dict[str, Any] = {"displayName": batch.label, "state": state,
                               "createTime": "2026-11-26T00:00:00Z"}  # fmt: skip
        if desk.refuses:
            row["state"] = "BATCH_STATE_FAILED"
            return {"name": f"batches/{batch.id}", "metadata": row,
                    "error": {"code": 3, "message": desk.refuses}}  # fmt: skip
        if done:
            inlined = [
                {"metadata": {"key": id}, "response": told} if status == 200
                else {"metadata": {"key": id}, "error": {"code": 8, "message": "exhausted"}}
                for id, (status, told) in batch.rows.items()
            ]  # fmt: skip
            row["output"] = {"inlinedResponses": {"inlinedResponses": inlined}}
        return {"name": f"batches/{batch.id}", "metadata": row, "done": done}
