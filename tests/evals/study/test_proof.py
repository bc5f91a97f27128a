"""A study against a server that misbehaves, 32 at once: killed at random, and at its ceiling.

The server knows best what was asked and what was billed; what the study says is held against it.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cropsmith.evals.report.results import tables
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.store import Store
from cropsmith.evals.trial import SampleStatus
from tests.evals.conftest import MakePhoto
from tests.evals.study.conftest import plan_of, quick_answer, script
from tests.stubs.faults import Fault, Spoken
from tests.stubs.openai_stub import OpenaiHandler, OpenaiStub

PHOTOS = 48
MODEL = "vllm/Qwen/Qwen3-VL-8B-Instruct"
INPUT, OUTPUT = 100.0, 2.0
"""US dollars per million tokens: a call is half a dollar."""
PADDING = 4000
"""Tokens of the prompt that only the server knows of, as of a picture in tiles."""
IDEA = {"bbox_2d": [100, 100, 900, 900], "element": "center", "reason": "It fills the frame."}
ANSWER = {"thoughts": "calm", "crops": [IDEA], "keep": False}

STUDY = """
name = "proof"
concurrency = 32
timeout = 120
retries = 2
traces = false
baselines = ["full frame", "random"]
max_cost = {ceiling}
[[datasets]]
path = "own"
[[systems]]
name = "stub"
model = "{model}"
server = "{url}/v1"
effort = "quick"
solo = true
price = {{ input = {input}, output = {output} }}
[[systems]]
name = "script"
model = "{script}"
effort = "quick"
solo = true
[[systems]]
name = "photographer"
"""


@dataclass
class Bill:
    """What the server was asked, and what it billed."""

    questions: list[str] = field(default_factory=list)
    """Of the answers that it gave, good or bad."""
    played: Counter[str] = field(default_factory=Counter)
    cost: float = 0.0


class Misbehaving(OpenaiHandler):
    """Refuses, blocks, cuts off and turns away at random, and writes down what it billed."""

    server: "Server"
    _question = ""

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        asked = [body.get("messages"), body.get("max_tokens"), body.get("seed")]
        self._question = sha256(json.dumps(asked).encode()).hexdigest()
        super().call(method, path, body)

    def play(self, text: str | None = None) -> Spoken | None:
        time.sleep(0.02)
        return super().play(text)

    def send_json(self, status: int, body: Any, headers: Any = None) -> None:
        if status == 200 and "usage" in body:
            usage = body["usage"]
            usage["prompt_tokens"] += PADDING
            cost = usage["prompt_tokens"] * INPUT + usage["completion_tokens"] * OUTPUT
            with self.server.lock:
                self.server.bill.questions.append(self._question)
                self.server.bill.cost += cost / 1e6
        super().send_json(status, body, headers)


class Server(OpenaiStub):
    def __init__(self) -> None:
        super().__init__(dialect="vllm", answer=ANSWER)
        self.RequestHandlerClass = Misbehaving
        self.bill, self.lock = Bill(), threading.Lock()
        self._random = random.Random(7)

    def next_fault(self) -> Fault:
        names = ["429", "refused", "blocked", "truncated", "fenced", "ok"]
        with self.lock:
            name = self._random.choices(names, [8, 6, 6, 6, 6, 68])[0]
            self.bill.played[name] += 1
        return Fault(name, 0.05 if name == "429" else None)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server().start()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def folder(tmp_path: Path, make_photo: MakePhoto) -> Path:
    rows = ["file,x1,y1,x2,y2"]
    for number in range(PHOTOS):
        make_photo(tmp_path / "own" / f"{number}.jpg", shade=5 * number)
        rows.append(f"{number}.jpg,6,4,114,76")
    (tmp_path / "own" / "crops.csv").write_text("\n".join(rows), "utf-8")
    return tmp_path


def study(folder: Path, server: Server, ceiling: float) -> str:
    named = script(folder / "script.jsonl", quick_answer(repeat=True))
    return STUDY.format(
        ceiling=ceiling, model=MODEL, url=server.url, script=named, input=INPUT, output=OUTPUT
    )


def test_the_ceiling_is_used_and_never_passed(folder: Path, server: Server) -> None:
    ceiling = 18.0
    text = study(folder, server, ceiling).split('[[systems]]\nname = "script"')[0]
    with Store(folder / "samples.sqlite3", write=True) as store:
        plan = plan_of(folder, text, store)
        outcome = Runner(plan, pause=0.01).run()
        spent = store.spending()
        again = Runner(plan, pause=0.01).run()
    assert outcome.unpaid == {"stub"} and outcome.broken == {}
    assert outcome.done + outcome.not_run == 3 * PHOTOS and outcome.done >= 2 * PHOTOS
    assert server.bill.cost == pytest.approx(spent.cost + spent.unsure)
    assert 0.9 * ceiling <= server.bill.cost <= ceiling
    assert again.done == 0, "nothing more fits"
    assert max(Counter(server.bill.questions).values()) == 1


@pytest.mark.integration  # for its length alone
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 on this system")
def test_killed_at_random_each_sample_is_there_once(folder: Path, server: Server) -> None:
    ceiling, chance, kills = 900.0, random.Random(11), 0
    text = study(folder, server, ceiling)
    (folder / "study.toml").write_text(text, "utf-8")
    database = folder / "study.study" / "samples.sqlite3"
    for _ in range(8):
        child = start(folder)
        wanted = len(server.bill.questions) + chance.randint(1, 8)
        while child.poll() is None and len(server.bill.questions) < wanted:
            time.sleep(0.002)
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
            kills += 1
        child.wait()
    assert kills >= 4
    assert start(folder).wait() == 0

    with Store(database, write=False) as store:
        plan = plan_of(folder, text, store)
        keys = [planned.key for planned in plan.samples()]
        assert len(keys) == len(set(keys)) == 5 * PHOTOS
        assert set(store.states()) == set(keys)
        (table,) = tables(plan)
        spent = store.spending()
    statuses = next(row for row in table.rows if row.name == "stub").statuses
    fired = {SampleStatus.OK, SampleStatus.REFUSED, SampleStatus.BLOCKED}
    assert set(statuses) >= fired and sum(statuses.values()) == PHOTOS
    assert all(server.bill.played[name] for name in ("429", "truncated", "refused", "blocked"))
    # Asked twice was only what was under way at a kill, and that is counted as it may be billed.
    twice = sum(count - 1 for count in Counter(server.bill.questions).values())
    assert twice <= 32 * kills
    assert spent.cost <= server.bill.cost <= spent.cost + spent.unsure <= ceiling
    assert spent.broken_off == 0


def start(folder: Path) -> subprocess.Popen[bytes]:
    home = folder / "home"
    environment = {**os.environ, "CROPSMITH_HOME": str(home), "OMP_NUM_THREADS": "1"}
    code = "from cropsmith.commands.main import main; main()"
    run = [sys.executable, "-P", "-c", code, "eval", "run", str(folder / "study.toml"), "-q"]
    return subprocess.Popen(run, env=environment)
