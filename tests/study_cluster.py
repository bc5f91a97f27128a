"""A study on a Ray cluster of three nodes on this machine, one of which is killed in its middle.

python tests/study_cluster.py [PHOTOS]    2,000 photos, the photographer and a model at a stub, here
                                          and on the cluster: the same answers, each once; a tenth
                                          of them on one node and on two: how much sooner
"""

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cropsmith.evals.report.writing import opened
from cropsmith.evals.study.rays import Rays
from cropsmith.evals.study.runner import Outcome, Runner
from cropsmith.evals.study.store import Spending
from cropsmith.evals.trial import Answer
from tests.cluster import cluster, cluster_cpu, cpu_of_us, small_photos
from tests.stubs.openai_stub import OpenaiStub

STUDY = """
name = "cluster"
traces = false
max_cost = 900.0
baselines = ["centre 0.9", "random"]
[[datasets]]
path = "own"
[[systems]]
name = "model"
model = "vllm/Qwen/Qwen3-VL-8B-Instruct"
server = "URL/v1"
solo = true
price = { input = 1.0, output = 1.0 }
[[systems]]
name = "photographer"
"""


@dataclass(frozen=True)
class Ran:
    """A study that was run."""

    outcome: Outcome
    answers: dict[str, Answer]
    spent: Spending
    questions: Counter[str]
    """How often each question was put to the model."""
    wall: float
    cpu: float
    """Seconds of this process: not of a cluster's nodes."""


def study_of(folder: Path, count: int, server: OpenaiStub) -> Path:
    """Write photos and a study of them; return its file."""
    small_photos(folder / "own", count)
    rows = [f"{path.name},6,4,114,76" for path in sorted((folder / "own").glob("*.jpg"))]
    (folder / "own" / "crops.csv").write_text("\n".join(["file,x1,y1,x2,y2", *rows]), "utf-8")
    path = folder / "study.toml"
    path.write_text(STUDY.replace("URL", server.url), "utf-8")
    return path


def ran(
    study: Path,
    out: Path,
    server: OpenaiStub,
    *,
    away: type[Rays] | None = None,
    at: int = 0,
    then: Callable[[], object] = lambda: None,
) -> Ran:
    """Run a study into a folder; do `then` when `at` of its samples are done."""
    server.bodies.clear()

    def look(outcome: Outcome, *_: object) -> None:
        if outcome.done == at:
            then()

    began, before = time.monotonic(), cpu_of_us()
    with opened(study, out, write=True) as plan:
        outcome = Runner(plan, away=away, progress=look, pause=0.01).run()
        keys = [planned.key for planned in plan.samples()]
        found = {key: plan.store.sample(key) for key in keys}
        answers = {key: sample.answer for key, sample in found.items() if sample is not None}
        questions = Counter(sha256(body).hexdigest() for body in server.bodies)
        wall = time.monotonic() - began
        return Ran(outcome, answers, plan.store.spending(), questions, wall, cpu_of_us() - before)


def main(count: int) -> int:
    """Do all, print what each took, and return how much is wrong."""
    os.environ["OMP_NUM_THREADS"] = "1"
    server = OpenaiStub(dialect="vllm", fills=True).start()
    wrong = 0
    with tempfile.TemporaryDirectory() as place:
        top = Path(place)
        os.environ["CROPSMITH_HOME"] = str(top / "home")
        study = study_of(top / "all", count, server)
        here = ran(study, top / "here", server)
        wrong += _told("here", here, here)
        with cluster(3) as kill:
            away = ran(study, top / "away", server, away=Rays, at=3 * count, then=kill)
            wrong += _told("Ray, three nodes, one killed in the middle", away, here)
        few = study_of(top / "few", max(10, count // 10), server)
        for nodes in (1, 2):
            with cluster(nodes):
                before = cluster_cpu()
                ran(few, top / f"warm{nodes}", server, away=Rays)
                done = ran(few, top / f"few{nodes}", server, away=Rays)
                print(f"CPU of its nodes, warming included: {cluster_cpu() - before:.0f} s")
                wrong += _told(f"Ray, {nodes} nodes, {count // 10} photos", done, done)
    server.shutdown()
    server.server_close()
    return wrong


def _told(name: str, done: Ran, other: Ran) -> int:
    """Print how a study went, and return what is wrong with it."""
    keys = done.answers.keys() | other.answers.keys()
    differ = sum(done.answers.get(key) != other.answers.get(key) for key in keys)
    twice = sum(times - 1 for times in done.questions.values())
    lacks = done.outcome.not_run + len(done.outcome.broken)
    print(
        f"{name}: {done.wall:.0f} s, CPU of this process {done.cpu:.0f} s; {done.outcome.done} "
        f"samples, {differ} differ, {lacks} not run; {done.questions.total()} calls, {twice} made "
        f"again, ${done.spent.cost:.4f} billed, ${done.spent.unsure:.4f} unsure",
        flush=True,
    )
    return differ + lacks


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000) else 0)
