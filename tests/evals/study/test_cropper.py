"""Croppers of others in a study: functions, tables, addresses, plug-ins of a file."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cropsmith.errors import UsageError
from cropsmith.evals.report.results import tables
from cropsmith.evals.report.writing import opened
from cropsmith.evals.study.plan import Plan
from cropsmith.evals.study.runner import Outcome, Runner
from cropsmith.evals.study.study_file import StudyError
from cropsmith.evals.trial import SampleStatus
from tests.evals.study.conftest import study_of

HEAD = """
name = "others"
baselines = ["centre 0.9"]
concurrency = 3
retries = 0
[[datasets]]
path = "own"
"""


def system(cropper: str, *more: str) -> str:
    return "\n".join(["[[systems]]", 'name = "theirs"', f'cropper = "{cropper}"', *more, ""])


def run(folder: Path, text: str) -> tuple[Outcome, dict[str, Any]]:
    study = folder / "study.toml"
    study.write_text(text, "utf-8")
    with opened(study, folder / "out", write=True) as plan:
        outcome = Runner(plan, pause=0).run()
        return outcome, {row.name: row for row in tables(plan)[0].rows}


def keys(folder: Path, text: str) -> set[str]:
    study = folder / "study.toml"
    study.write_text(text, "utf-8")
    with opened(study, folder / "out", write=True) as plan:
        return {planned.key for planned in plan.samples() if planned.arm.name == "theirs"}


FILE = """
from cropsmith.tools.schema.geometry import Box

def crop(trial):
    if trial.name == "1.jpg":
        return None
    if trial.name == "2.jpg":
        return (0.5, 0.5, 0.2)
    if trial.name == "3.jpg":
        raise ValueError("oh")
    return 0.0, 0.0, 0.5, 1.0

async def slowly(trial):
    return Box.of((0.0, 0.0, 0.5, 1.0))
"""


def test_a_function_of_a_file_is_a_system(photos: Path) -> None:
    folder = photos.parent
    (folder / "mine.py").write_text(FILE, "utf-8")
    outcome, rows = run(folder, HEAD + system("mine.py:crop"))
    assert rows["theirs"].statuses == {
        SampleStatus.OK: 3, SampleStatus.REFUSED: 1, SampleStatus.INVALID: 1, SampleStatus.ERROR: 1,
    }  # fmt: skip
    # One annotator of each photo cropped the left half.
    assert rows["theirs"].cells["iou"].answered == pytest.approx(1)
    assert not rows["theirs"].in_sample
    again, rows = run(folder, HEAD + system("mine.py:slowly"))
    assert rows["theirs"].statuses == {SampleStatus.OK: 6}


def test_another_file_or_version_is_another_sample(photos: Path) -> None:
    folder = photos.parent
    (folder / "mine.py").write_text(FILE, "utf-8")
    before = keys(folder, HEAD + system("mine.py:crop"))
    assert keys(folder, HEAD + system("mine.py:crop")) == before
    assert not before & keys(folder, HEAD + system("mine.py:crop", 'version = "2"'))
    (folder / "mine.py").write_text(FILE + "# changed", "utf-8")
    assert not before & keys(folder, HEAD + system("mine.py:crop"))


def test_boxes_made_elsewhere_are_a_system(photos: Path) -> None:
    table = photos.parent / "theirs.csv"
    table.write_text("file,x,y,width,height\n0.jpg,0,0,60,80\n1.jpg,0,0,60,80\n", "utf-8")
    _, rows = run(photos.parent, HEAD + system("theirs.csv"))
    assert rows["theirs"].statuses == {SampleStatus.OK: 2, SampleStatus.REFUSED: 4}
    assert rows["theirs"].cells["iou"].answered == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (system("nobody.py:crop"), "There is no Python file"),
        (system("mine.py:other"), "has no 'other'"),
        (system("mine.py:FACTS"), "neither a function nor a Cropper"),
        (system("broken.py:crop"), "cannot be used: ZeroDivisionError"),
        (system("nobody"), "There is no cropper 'nobody'"),
        (system("http://me:secret@127.0.0.1/x"), "may hold no name, password or query"),
    ],
)
def test_what_is_no_cropper_is_told_in_one_sentence(photos: Path, text: str, said: str) -> None:
    (photos.parent / "mine.py").write_text("FACTS = 3\n", "utf-8")
    (photos.parent / "broken.py").write_text("1 / 0\n", "utf-8")
    with pytest.raises(UsageError) as caught:
        run(photos.parent, HEAD + text)
    assert said in str(caught.value) and "secret" not in str(caught.value)


def test_settings_of_a_model_mean_nothing_to_it(photos: Path) -> None:
    with pytest.raises(StudyError, match="'effort' means nothing to a cropper of others"):
        study_of(photos.parent, HEAD + system("mine.py:crop", 'effort = "quick"'))
    with pytest.raises(StudyError, match="are those of a 'cropper'"):
        study_of(photos.parent, HEAD + '[[systems]]\nname = "a"\nversion = "1"')


PLUGINS = """
from pathlib import Path
from cropsmith.evals.datasets.dataset import Dataset, Format
from cropsmith.evals.measure import Measure, Metric
from cropsmith.evals.study.cropper import Cropper
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

def load(root):
    photos = tuple(
        LabelledPhoto(name=p.name, path=str(p), source="mine",
                      crops=(ExpertCrop(box=Box.of((0, 0, 0.5, 1))),))
        for p in sorted(root.glob("*.jpg"))
    )
    return Dataset("mine", root, photos, files=(root / "mine.txt",))

MINE = Format(
    name="mine", title="mine", recognised=lambda root: (root / "mine.txt").is_file(), load=load,
    published={}, labels="halves", obtain="nowhere", licence="mine",
)
LEFT = Metric(Measure("left", "left edge", higher_is_better=False), lambda photo, box: box.x1)
HALF = Cropper("half", crop=lambda trial: (0.25, 0, 0.75, 1))
"""


def test_a_file_brings_dataset_metric_and_system_for_its_study_alone(photos: Path) -> None:
    folder = photos.parent
    (folder / "plug.py").write_text(PLUGINS, "utf-8")
    (photos / "mine.txt").write_text("", "utf-8")
    text = 'plugins = ["plug.py"]' + HEAD + 'format = "mine"\n' + system("half")
    _, rows = run(folder, text)
    assert rows["theirs"].cells["left"].interval.value == pytest.approx(0.25)
    assert rows["theirs"].cells["iou"].interval.value == pytest.approx(1 / 3)
    with pytest.raises(UsageError, match="'mine' is not a known dataset format"):
        run(folder, HEAD + 'format = "mine"\n')


class Server(ThreadingHTTPServer):
    asked: list[dict[str, Any]]
    answers: list[tuple[int, object]]
    lock = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        body["token"] = self.headers.get("authorization", "")
        with self.server.lock:
            self.server.asked.append(body)
            status, told = self.server.answers[(len(self.server.asked) - 1)
                                               % len(self.server.answers)]  # fmt: skip
        data = told.encode() if isinstance(told, str) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(("127.0.0.1", 0), _Handler)
    running.asked = []
    running.answers = [(200, {"box": [0, 0, 0.5, 1], "cost": 0.01, "reasons": ["left"]})]
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def at(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/crop"


def test_an_address_is_a_system_and_each_kind_of_answer_is_told_apart(
    photos: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROPSMITH_CROPPER_KEY", "k-123")
    server.answers += [
        (200, {"status": "refused", "message": "a person"}),
        (200, "no json"),
        (503, "busy"),
        (200, {"box": [1, 2, 3]}),
        (400, "bad"),
    ]
    _, rows = run(photos.parent, HEAD + system(at(server)))
    assert rows["theirs"].statuses == {
        SampleStatus.OK: 1, SampleStatus.REFUSED: 1, SampleStatus.INVALID: 3,
        SampleStatus.UNAVAILABLE: 1,
    }  # fmt: skip
    assert rows["theirs"].cost == pytest.approx(0.01)
    sent = server.asked[0]
    assert (
        sent["token"] == "Bearer k-123"
        and sent["width"] == 120
        and len(sent["image"]) > 100
        and "path" not in sent
    )
    server.answers = server.answers[:1]
    outcome, rows = run(photos.parent, HEAD + system(at(server)))
    assert outcome.done == 1 and len(server.asked) == 7, "only what was unavailable is asked again"


def test_a_refused_key_stops_the_system_and_no_other(photos: Path, server: Server) -> None:
    server.answers = [(401, "no")]
    outcome, rows = run(photos.parent, HEAD + system(at(server)))
    assert "answered 401" in outcome.broken["theirs"]
    with opened(photos.parent / "study.toml", photos.parent / "out", write=False) as plan:
        assert plan.store.spending().broken_off == 0, "a refused request is not on the bill"
    assert rows["centre 0.9"].samples == 6


def test_a_ceiling_holds_for_an_address(photos: Path, server: Server) -> None:
    limit = "max_cost = 0.035\n"
    outcome, _ = run(photos.parent, limit + HEAD + system(at(server)))
    assert "price of http" in outcome.broken["theirs"]
    outcome, _ = run(photos.parent, limit + HEAD + system(at(server), "cost = 0.01"))
    assert outcome.unpaid == {"theirs"} and len(server.asked) == 3
    outcome, _ = run(photos.parent, limit + HEAD + system(at(server), "cost = 0.01"))
    assert len(server.asked) == 3, "what was spent is remembered"


def test_an_answer_that_was_kept_is_not_asked_again(
    photos: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEAD + system(at(server))
    study = photos.parent / "study.toml"
    study.write_text(text, "utf-8")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with opened(study, photos.parent / "out", write=True) as plan:
        plan = Plan(plan.study.model_copy(update={"concurrency": 1}), plan.store, plan.parts)
        with monkeypatch.context() as patch:
            patch.setattr(plan.store, "finish", killed)
            with pytest.raises(KeyboardInterrupt):
                Runner(plan, pause=0).run()
    before = len(server.asked)
    run(photos.parent, text)
    assert len(server.asked) == 6 and before <= 1
