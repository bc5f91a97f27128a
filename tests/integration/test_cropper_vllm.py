"""Cropper's recipe on a real vLLM server with a tiny model of random weights.

Quality says nothing here; that every message is accepted, the answers parse, and the prompt holds
coordinates in the model's own format, does.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import MemoryTrace
from cropsmith.tools.examples.row import entries_of
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Target
from cropsmith.vectorstore.build import build
from cropsmith.vectorstore.descriptor import LayoutDescriptor
from cropsmith.vectorstore.index import Index
from tests.integration.conftest import Host, MakeVlm

pytestmark = [
    pytest.mark.integration,
    # Every context here has a client of its own, whose idle connections close with the process.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
MODEL = "Qwen/Qwen3-VL-tiny"
REQUESTS = {
    "free": CropRequest(),
    "subject": CropRequest(subject_box=Box(x1=0.2, y1=0.3, x2=0.6, y2=0.7), text="the boat"),
    "ratio": CropRequest(targets=(Target(ratio=Ratio(width=1, height=1)),)),
}


@pytest.fixture(scope="module")
def server(make_vlm: MakeVlm, host: Host) -> Iterator[str]:
    with host(make_vlm("qwen3_vl"), MODEL) as running:
        yield f"{running.hosting.url}/v1"


@pytest.fixture(scope="module")
def pictures(many_photos: list[Path]) -> list[Path]:
    return many_photos[:36]


@pytest.fixture(scope="module")
def index(pictures: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    box = Box(x1=0.1, y1=0.2, x2=0.9, y2=0.8)
    folder = tmp_path_factory.mktemp("index")
    made = Index.create(folder, LayoutDescriptor(), name="builtin", dataset="test")
    labelled = [
        LabelledPhoto(
            name=path.name,
            path=str(path),
            crops=(ExpertCrop(box=box, score=4.0),),
            subject=Box(x1=0.3, y1=0.3, x2=0.7, y2=0.7),
            source="test",
        )
        for path in pictures[1:]
    ]
    build(made, LayoutDescriptor(), list(entries_of(labelled)))
    made.close()
    return folder


@pytest.mark.parametrize("task", list(REQUESTS))
async def test_thirty_pictures_and_rounds_are_taken(
    task: str, server: str, pictures: list[Path], index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROPSMITH_VLLM_URL", server)
    examples = 10 if task == "ratio" else 30
    # One box a call: random weights invert three boxes of four, and greedy ones repeat a token.
    for seed in range(25):
        trace = MemoryTrace()
        context = build_parts(
            RunSettings(
                model=f"vllm/{MODEL}",
                recipe="cropper",
                overrides=("L=1", "R=1", "side=128"),
                index=str(index),
                trace=False,
                timeout=500,
                temperature=1.0,
                seed=seed,
                cache_replies=False,
            ),
            recorder=trace,
        )
        result = await run(pictures[0], REQUESTS[task], context)
        assert result.report.crops[0].box
        calls = [c for s in trace.steps if s.node == "proposal" for c in s.calls]
        assert len(calls) == 2 and len(calls[0].pictures) == examples + 1
        assert {call.status for call in calls} <= {"ok", "invalid", "truncated"}
        assert calls[0].prompt_tokens and calls[0].prompt_tokens > 20 * examples
        if calls[0].status == "ok":
            assert len(calls[1].pictures) == examples + 2
            assert result.report.crops[0].source == f"vllm/{MODEL}"
            return
    pytest.fail("no answer of 25 could be read")
