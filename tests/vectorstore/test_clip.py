"""open_clip with a tiny model of random weights; a real one differs in size alone."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cropsmith.errors import CropsmithError, UsageError
from cropsmith.vectorstore.embedder import Embedder, embed_picture, embedder
from cropsmith.vectorstore.torchvision_guard import import_torchvision

if any(importlib.util.find_spec(name) is None for name in ("open_clip", "torchvision")):
    pytest.skip("the clip extra is not installed", allow_module_level=True)

TINY = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "head_width": 32, "patch_size": 8},
    "text_cfg": {"context_length": 8, "vocab_size": 64, "width": 32, "heads": 2, "layers": 1},
}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import_torchvision()
    import open_clip
    import torch

    folder = tmp_path_factory.mktemp("clip")
    (folder / "tiny.json").write_text(json.dumps(TINY))
    open_clip.add_model_config(folder)
    torch.manual_seed(0)
    model, _, _ = open_clip.create_model_and_transforms("tiny")
    torch.save(model.state_dict(), folder / "weights.pt")
    return folder / "weights.pt"


@pytest.fixture(scope="module")
def by(tiny: Path) -> Embedder:
    return embedder(f"open_clip/tiny:{tiny}")


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (40, 60, 3), dtype=np.uint8)


def test_a_checkpoint_is_known_by_its_content(by: Embedder, tiny: Path) -> None:
    assert by.id.startswith("open_clip/tiny:file-") and by.dimension == 32
    assert embedder(f"open_clip/tiny:{tiny}").id == by.id


def test_a_batch_gives_the_same_unit_vectors(by: Embedder) -> None:
    pictures = [noise(seed) for seed in range(5)]
    rows = by.embed([by.prepare(picture) for picture in pictures])
    assert rows.shape == (5, 32) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    for row, picture in zip(rows, pictures, strict=True):
        assert row @ embed_picture(by, picture) > 0.999
    assert by.embed([]).shape == (0, 32)


def test_lighter_weights_agree_with_full_ones(by: Embedder, tiny: Path) -> None:
    import open_clip
    import torch

    model, _, preprocess = open_clip.create_model_and_transforms("tiny", pretrained=str(tiny))
    picture = noise(1)
    with torch.inference_mode():
        full = model.visual.eval()(torch.from_numpy(by.prepare(picture)[None]))[0].numpy()
    assert full @ embed_picture(by, picture) / np.linalg.norm(full) > 0.999


@pytest.mark.parametrize("name", ["open_clip/ViT-B-33", "open_clip/tiny:nowhere"])
def test_unknown_names_are_sentences(tiny: Path, name: str) -> None:
    with pytest.raises(UsageError) as refused:
        embedder(name)
    assert refused.value.hint


def test_broken_weights_are_a_sentence(tiny: Path) -> None:
    broken = tiny.with_name("broken.pt")
    broken.write_bytes(b"nothing")
    with pytest.raises(CropsmithError, match="cannot be loaded"):
        embedder(f"open_clip/tiny:{broken}")


GUARDED = """
import importlib, sys, types
real = importlib.import_module
calls = []
def fake(name, package=None):
    if name != "torchvision":
        return real(name, package)
    calls.append(name)
    if len(calls) == 1 or KIND == "always":
        raise RuntimeError("operator torchvision::nms does not exist")
    return types.ModuleType("torchvision")
importlib.import_module = fake
from cropsmith.vectorstore import torchvision_guard
class Library:
    def __init__(self, *_): self.made = []
    def define(self, text): self.made.append(text)
import torch
torch.library.Library = Library
try:
    torchvision_guard.import_torchvision()
    print("imported", torchvision_guard._declared[0].made)
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize(
    ("kind", "told"),
    [("once", "imported ['nms("), ("always", "CropsmithError torchvision does not")],
)
def test_a_mismatched_torchvision_is_mended_or_explained(kind: str, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-W", "ignore", "-c", f"KIND = {kind!r}\n{GUARDED}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told in done.stdout


def test_torchvision_imports_here() -> None:
    assert isinstance(import_torchvision(), ModuleType)
