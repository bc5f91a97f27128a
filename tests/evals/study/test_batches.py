"""A study whose model is asked in its provider's batches: half the price, taken up after a kill."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cropsmith.agents.backends.calls import batch_book
from cropsmith.agents.backends.calls.batch_book import Pace
from cropsmith.agents.backends.calls.prices import price_of
from cropsmith.agents.backends.protocol.backend import Tokens
from cropsmith.errors import UsageError
from cropsmith.evals.study.runner import Outcome, Runner
from cropsmith.evals.study.store import Store
from cropsmith.evals.trial import SampleStatus
from tests.evals.study.conftest import plan_of
from tests.stubs.batch_stub import OpenaiBatchStub
from tests.stubs.stub_server import stop

pytest.importorskip("openai")

STUDY = """
name = "batches"
seeds = [0, 1]
retries = 0
baselines = ["full frame"]
traces = false
max_cost = {ceiling}
[[datasets]]
path = "own"
limit = 3
[[systems]]
name = "vlm"
model = "openai/gpt-4o"
effort = "quick"
solo = true
run = "batch"
"""
IDEA = {"element": "center", "reason": "calm", "box": [6, 6, 42, 54]}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenaiBatchStub]:
    monkeypatch.setattr(batch_book, "Pace", lambda: Pace(1.0, 20.0, 0.1, 0.0))
    stub = OpenaiBatchStub(answer={"thoughts": "", "crops": [IDEA], "keep": False}).start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"{stub.url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "very-secret-key-0123456789")
    yield stub
    stop([stub])


def outcome_of(folder: Path, ceiling: float = 1.0) -> tuple[Outcome, float]:
    with Store(folder / "samples.sqlite3", write=True) as store:
        plan = plan_of(folder, STUDY.format(ceiling=ceiling), store)
        outcome = Runner(plan, pause=0.01).run()
        return outcome, store.spending().cost


def test_samples_go_together_at_half_the_price(server: OpenaiBatchStub, photos: Path) -> None:
    outcome, cost = outcome_of(photos.parent)
    assert not outcome.broken and outcome.by_status == {SampleStatus.OK: 9}
    # Three photos at two seeds wait for one another.
    assert len(server.desk.paid) == 6 and set(server.desk.paid.values()) == {1}
    assert max(len(batch.rows) for batch in server.desk.batches.values()) > 2
    # Each answer bears its tokens; at the list price they cost twice as much.
    tokens = Tokens(prompt=6 * 400, completion=6 * (len(server.answer) // 4), cached=0)
    price = price_of("openai/gpt-4o")
    assert price is not None
    assert cost == pytest.approx(price.of(tokens) / 2)  # type: ignore[operator]


def test_a_study_that_is_killed_finds_its_batch_again(
    server: OpenaiBatchStub, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Killed before anything of the answers was written down: the samples are gone, not the book.
    outcome_of(photos.parent)
    (photos.parent / "samples.sqlite3").unlink()
    outcome, _ = outcome_of(photos.parent)
    assert outcome.by_status == {SampleStatus.OK: 9} and len(server.desk.paid) == 6
    assert set(server.desk.paid.values()) == {1}


def test_a_batch_beyond_the_ceiling_is_not_submitted(server: OpenaiBatchStub, photos: Path) -> None:
    outcome, _ = outcome_of(photos.parent, ceiling=0.0001)
    assert outcome.unpaid == {"vlm"} and not server.desk.batches


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("builtin", "run = 'batch' is for models of a cloud"),
        ("vllm/Qwen/Qwen3-VL-8B-Instruct", "vllm takes no batches"),
        ("openrouter/qwen/qwen3-vl-8b-instruct", "openrouter takes no batches"),
    ],
)
def test_what_cannot_be_batched_is_told(
    photos: Path, tmp_path: Path, model: str, told: str
) -> None:
    with (
        Store(tmp_path / "x.sqlite3", write=True) as store,
        pytest.raises(UsageError, match=told),
    ):
        text = STUDY.format(ceiling=1).replace("openai/gpt-4o", model)
        plan_of(photos.parent, text, store)
