"""kill -9 in the middle, again and again: nothing is lost, nothing finished is paid twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from cropsmith.evals.study.store import Store
from tests.evals.study.conftest import plan_of

STUDY = """
name = "kill"
concurrency = 3
baselines = ["full frame"]
traces = false
[[datasets]]
path = "own"
[[systems]]
name = "slow"
model = "scripted/none"
"""
CHILD = """
import asyncio, sys
from pathlib import Path
from pydantic import BaseModel
from cropsmith.agents.backends.protocol.backend import Ask, Message, Reply, Status
from cropsmith.evals.study.ledger import Ledger
from cropsmith.evals.study.reserve import Reserve
from cropsmith.evals.study.till import OwnTill
from cropsmith.evals.study.plan import make_plan
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.study_file import parse_study
from cropsmith.evals.trial import Answer, SampleStatus
from cropsmith.tools.schema.geometry import Box

folder = Path(sys.argv[1])

class Word(BaseModel):
    word: str

class Paid:
    name = "scripted/paid"
    def fit(self, size):
        return size
    async def ask(self, ask):
        line = ask.messages[0].parts[0] + chr(10)
        with (folder / "begun").open("a") as file:
            file.write(line)
        await asyncio.sleep(0.03)
        with (folder / "bill").open("a") as file:
            file.write(line)
        return Reply(status=Status.OK, value=Word(word="x"), model=self.name, cost=1.0)

class System:
    def __init__(self, ledger):
        self.ledger = ledger
    async def answer(self, trial):
        for step in ("analyse", "propose", "decide"):
            ask = Ask(purpose=step, answer=Word,
                      messages=[Message("user", [trial.name + " " + step])])
            await self.ledger.ask(ask)
        return Answer(status=SampleStatus.OK, box=Box.whole(), cost=3.0)

with Store(folder / "samples.sqlite3", write=True) as store:
    study = parse_study((folder / "study.toml").read_text(), folder / "study.toml")
    runner = Runner(make_plan(study, store))
    default = runner.answering.build
    system = System(Ledger(Paid(), OwnTill(store, Reserve())))
    runner.answering.build = lambda arm: system if arm.name == "slow" else default(arm)
    runner.run()
"""


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-P", "-c", CHILD, str(folder)])


@pytest.mark.integration  # for its length alone
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 on this system")
def test_kill_and_resume(photos: Path) -> None:
    folder = photos.parent
    (folder / "study.toml").write_text(STUDY, "utf-8")
    kills = 0
    bill = folder / "bill"
    for size in (1, 60, 140):
        child = start(folder)
        while child.poll() is None and (not bill.exists() or bill.stat().st_size < size):
            time.sleep(0.005)
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
            kills += 1
        child.wait()
    assert kills == 3
    assert start(folder).wait() == 0

    begun = Counter((folder / "begun").read_text().split("\n")[:-1])
    assert len(begun) == 18  # six photos, three calls each
    # Only what was under way at a kill may have been begun again: a call a worker and kill.
    assert sum(begun.values()) - 18 <= 3 * kills
    with Store(folder / "samples.sqlite3", write=False) as store:
        plan = plan_of(folder, STUDY, store)
        samples = [store.sample(p.key) for p in plan.samples()]
        assert len(samples) == 12 and all(samples)
        spent = store.spending()
        assert (spent.calls, spent.cost, spent.broken_off) == (18, 18.0, 0)
        runs = store.runs()
    assert [run["ended"] is None for run in runs] == [True, True, True, False]
