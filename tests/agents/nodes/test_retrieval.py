from pathlib import Path

import pytest

from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import MemoryTrace
from cropsmith.errors import UsageError
from cropsmith.tools.examples.indexes import keep_crop
from cropsmith.tools.examples.row import entries_of
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.evidence import Example, ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Target
from cropsmith.vectorstore.build import build
from cropsmith.vectorstore.descriptor import LayoutDescriptor
from cropsmith.vectorstore.index import Index, index_folder

SQUARE = CropRequest(targets=(Target(ratio=Ratio(width=1, height=1)),))


@pytest.fixture(scope="module")
def photos(many_photos: list[Path]) -> list[Path]:
    return many_photos[:10]


@pytest.fixture
def default_index(photos: list[Path], home: Path) -> Path:
    crop = ExpertCrop(box=Box(x1=0, y1=0, x2=0.6, y2=0.9))
    folder = index_folder("default")
    made = Index.create(folder, LayoutDescriptor(), name="builtin", dataset="test", store="exact")
    labelled = [
        LabelledPhoto(name=p.name, path=str(p), crops=(crop,), source="test") for p in photos[1:]
    ]
    build(made, LayoutDescriptor(), list(entries_of(labelled)))
    made.close()
    return folder


async def retrieved(
    photo: Path, **settings: object
) -> tuple[CropResult, tuple[Example, ...], MemoryTrace]:
    trace = MemoryTrace()
    context = build_parts(RunSettings.checked({"trace": False, **settings}), recorder=trace)
    result = await run(photo, SQUARE, context)
    (step,) = [step for step in trace.steps if step.node == "retrieval"]
    assert isinstance(step.outputs, dict)
    return result, tuple(Example.model_validate(e) for e in step.outputs["examples"]), trace


async def test_without_an_index_nothing_is_retrieved(photos: list[Path]) -> None:
    result, examples, _ = await retrieved(photos[0])
    assert examples == () and not result.report.failures


async def test_the_default_index_serves_the_builtin_photographer(
    photos: list[Path], default_index: Path
) -> None:
    _, examples, trace = await retrieved(photos[0])
    assert len(examples) == len(photos) - 1
    (step,) = [step for step in trace.steps if step.node == "proposal"]
    assert isinstance(step.outputs, dict)
    assert "9 similar photos" in str(step.outputs["candidates"])
    _, examples, _ = await retrieved(photos[0], index="off")
    assert examples == ()


async def test_taste_is_preferred(photos: list[Path], default_index: Path) -> None:
    for photo in photos[1:4]:
        keep_crop(open_photo(photo), Box(x1=0.3, y1=0.1, x2=1, y2=1))
    _, examples, _ = await retrieved(photos[0])
    assert examples[0].source.startswith("personal/")


async def test_a_named_index_must_be_there(photos: list[Path]) -> None:
    with pytest.raises(UsageError, match="There is no index"):
        await retrieved(photos[0], index="nowhere")


async def test_a_broken_default_index_is_a_failure_and_no_end(
    photos: list[Path], default_index: Path
) -> None:
    (default_index / "rows.sqlite").write_bytes(b"broken" * 5000)
    result, examples, _ = await retrieved(photos[0])
    assert examples == () and result.report.crops
    assert [failure.node for failure in result.report.failures] == ["retrieval"]
    assert "is damaged" in result.report.failures[0].message
    with pytest.raises(UsageError, match="is damaged"):
        await retrieved(photos[0], strict=True)
