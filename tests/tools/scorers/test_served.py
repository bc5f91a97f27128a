"""A scorer behind HTTP: right pictures, right order, honest failure."""

import base64
import http.server
import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from PIL import Image

from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.scorers.content import ContentScorer
from cropsmith.tools.scorers.served import ServedScorer
from cropsmith.tools.scorers.table import ScorerTable
from cropsmith.tools.scorers.wishes import AreaScorer

Make = Callable[..., Candidate]


@dataclass
class Server:
    url: str = ""
    sizes: list[tuple[int, int]] = field(default_factory=list)
    answer: Any = None
    """What to send instead of the pictures' widths / 1000."""


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            pictures = [Image.open(io.BytesIO(base64.b64decode(i))) for i in body["images"]]
            state.sizes = [p.size for p in pictures]
            answer = state.answer or {"scores": [p.width / 1000 for p in pictures]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{httpd.server_port}/score"
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield state
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def run(server_url: str, view: View, intent: Intent, candidates: list[Candidate]) -> Any:
    table = ScorerTable(scorers=[ServedScorer(server_url, timeout=5)])
    return table.score(view, intent, Target(), candidates)


def test_all_crops_go_in_one_request(
    server: Server, view: View, intent: Intent, candidate: Make
) -> None:
    crops = [candidate("a", 0, 0, 1, 1), candidate("b", 0, 0, 0.5, 0.25)]
    scored = run(server.url, view, intent, crops)
    width, height = view.size.width, view.size.height
    shrunk = 512 / max(width, height)
    assert server.sizes[0] == (round(width * shrunk), round(height * shrunk))
    assert server.sizes[1] == (width // 2, height // 4)
    assert [c.scores["aesthetic"] for c in scored.candidates] == [
        size[0] / 1000 for size in server.sizes
    ]


@pytest.mark.parametrize(
    "answer", [{"scores": [1.0]}, {"scores": ["x", 1]}, {"other": 1}, {"scores": [1, "nan"]}]
)
def test_a_wrong_answer_is_no_score(
    server: Server, view: View, intent: Intent, candidate: Make, answer: Any
) -> None:
    server.answer = answer
    crops = [candidate("a", 0, 0, 1, 1), candidate("b", 0, 0, 0.5, 0.25)]
    scored = run(server.url, view, intent, crops)
    assert all("aesthetic" not in c.scores and c.total is None for c in scored.candidates)
    assert "scoring server" in str(scored.left_out[0])


def test_a_server_that_is_down_is_said(view: View, intent: Intent, candidate: Make) -> None:
    scored = run("http://127.0.0.1:9/score", view, intent, [candidate("a", 0, 0, 1, 1)])
    assert "did not answer" in str(scored.left_out[0])


@pytest.mark.parametrize("task", ["free", "ratio"])
def test_croppers_three_terms_weigh_alike(
    server: Server, view: View, candidate: Make, encoder: Any, task: Any
) -> None:
    """VILA-R is any server that gives a number in [0, 1] a crop."""
    server.answer = {"scores": [0.2, 0.8]}
    scorers: list[Any] = [ServedScorer(server.url, timeout=5), ContentScorer(), AreaScorer()]
    table = ScorerTable(scorers=scorers, profile="cropper-three", encoder=encoder)
    crops = [candidate("a", 0, 0, 1, 1), candidate("b", 0.3, 0.2, 0.8, 0.6)]
    scored = table.score(view, Intent(task=task, targets=(Target(),)), Target(), crops)
    assert scored.weights == {"aesthetic": 1.0, "content": 1.0, "area": 1.0}
    whole, part = scored.candidates
    assert whole.scores["content"] == pytest.approx(1, abs=1e-6) and whole.scores["area"] == 1
    for crop, vila in ((whole, 0.2), (part, 0.8)):
        terms = (vila, crop.scores["content"], crop.box.area)
        assert crop.total == pytest.approx(sum(terms) / 3, abs=1e-6)


def test_without_the_server_the_other_two_share_its_weight(
    view: View, intent: Intent, candidate: Make, encoder: Any
) -> None:
    table = ScorerTable(
        scorers=[ServedScorer("http://127.0.0.1:9/score"), ContentScorer(), AreaScorer()],
        profile="cropper-three",
        encoder=encoder,
    )
    scored = table.score(view, intent, Target(), [candidate("a", 0.3, 0.2, 0.8, 0.6)])
    assert "did not answer" in str(scored.left_out[0])
    (crop,) = scored.candidates
    assert crop.total == pytest.approx((crop.scores["content"] + crop.box.area) / 2, abs=1e-6)
