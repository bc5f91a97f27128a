"""Cropper takes its examples from any store and embedder, those of the bare core and the others."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import skimage
from PIL import Image

from cropsmith.agents.backends.protocol.backend import Ask
from cropsmith.agents.backends.providers.scripted import Scripted
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import MemoryTrace
from cropsmith.tools.examples.near_duplicate import SAME
from cropsmith.tools.examples.row import entries_of
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.request import CropRequest
from cropsmith.vectorstore.build import build
from cropsmith.vectorstore.embedders import embedder
from cropsmith.vectorstore.index import STORES, Index

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

PHOTO = Path(skimage.__file__).parent / "data" / "astronaut.png"
CROP = Box(x1=0.1, y1=0.05, x2=0.7, y2=0.9)


def indexed(folder: Path, embedder_name: str, store: str) -> Path:
    """Index four other views of real pictures: parts of the photo that no guard takes for it."""
    with Image.open(PHOTO) as opened:
        photo = opened.convert("RGB")
    labelled = []
    for number, corner in enumerate(((0, 0), (256, 0), (0, 256), (256, 256))):
        path = folder.parent / f"{number}.png"
        photo.crop((*corner, corner[0] + 256, corner[1] + 256)).save(path)
        crops = (ExpertCrop(box=Box(x1=0.05 * number, y1=0, x2=0.9, y2=0.8), score=4),)
        labelled.append(LabelledPhoto(name=path.name, path=str(path), crops=crops, source="test"))
    by = embedder(embedder_name)
    index = Index.create(folder, by, name=embedder_name, dataset="test", store=STORES[store])
    report = build(index, by, list(entries_of(labelled)))
    index.close()
    assert report.added == 4 and not report.bad
    return folder


async def crops_with(index: Path) -> None:
    def player(ask: Ask) -> dict[str, Any]:
        box = {name: getattr(CROP, name) for name in ("x1", "y1", "x2", "y2")}
        return {"crops": [{"score": 0.5, "box": box}]}

    backend, trace = Scripted(player), MemoryTrace()
    settings = RunSettings(recipe="cropper", index=str(index), overrides=("S=3", "R=1", "L=1"))
    result = await run(PHOTO, CropRequest(), build_parts(settings, backend=backend, recorder=trace))
    first = next(ask for ask in backend.asked if ask.purpose == "propose")
    assert len(first.pictures) == 1 + 3
    assert result.report.crops[0].source == "scripted/script"
    assert result.report.failures == ()


@pytest.mark.parametrize("store", STORES)
async def test_the_built_in_descriptor_in_either_store(store: str, tmp_path: Path) -> None:
    if store == "chroma" and importlib.util.find_spec("chromadb") is None:
        pytest.skip("the chroma extra is not installed")
    await crops_with(indexed(tmp_path / store, "builtin", store))


@pytest.mark.integration
@pytest.mark.parametrize("store", STORES)
async def test_open_clip_in_either_store(
    store: str, tmp_path: Path, tiny_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # To random weights all photos look nearly alike: that is not the guard's business here.
    monkeypatch.setitem(SAME, "open_clip", 1.1)
    await crops_with(indexed(tmp_path / store, f"open_clip/{tiny_clip}", store))
