"""open_clip with a tiny model of random weights; a real one differs in size alone."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cropsmith.errors import CropsmithError, MissingExtra, UsageError
from cropsmith.vectorstore import clip_weights
from cropsmith.vectorstore.clip import load_clip
from cropsmith.vectorstore.embedder import Embedder, embed_picture
from cropsmith.vectorstore.embedders import default_embedder, embedder
from cropsmith.vectorstore.torchvision_guard import import_torchvision

if any(importlib.util.find_spec(name) is None for name in ("open_clip", "torchvision")):
    pytest.skip("the clip extra is not installed", allow_module_level=True)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def by(tiny_clip: Path) -> Embedder:
    return embedder(f"open_clip/{tiny_clip}")


@pytest.fixture(scope="module")
def named(tiny_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make open_clip know the tiny model by the name "tiny"; return its checkpoint."""
    import open_clip

    folder = tmp_path_factory.mktemp("configs")
    facts = json.loads((tiny_clip / "open_clip_config.json").read_text())
    (folder / "tiny.json").write_text(json.dumps(facts["model_cfg"]))
    open_clip.add_model_config(folder)
    return tiny_clip / "open_clip_pytorch_model.bin"


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (40, 60, 3), dtype=np.uint8)


def test_weights_of_a_file_are_known_by_their_content(by: Embedder, named: Path) -> None:
    digest = by.id.rpartition(":")[2]
    assert digest.startswith("file-") and by.dimension == 32
    assert embedder(f"open_clip/tiny:{named}").id == f"open_clip/tiny:{digest}"


def test_scorers_and_retrieval_share_one_model(by: Embedder, tiny_clip: Path) -> None:
    assert by._clip is load_clip(str(tiny_clip))  # type: ignore[attr-defined]


def test_a_batch_gives_the_same_unit_vectors(by: Embedder) -> None:
    pictures = [noise(seed) for seed in range(5)]
    rows = by.embed([by.prepare(picture) for picture in pictures])
    assert rows.shape == (5, 32) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    for row, picture in zip(rows, pictures, strict=True):
        assert row @ embed_picture(by, picture) > 0.999
    assert by.embed([]).shape == (0, 32)


def test_lighter_weights_agree_with_full_ones(
    tiny_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cropsmith.vectorstore import clip_embedder

    monkeypatch.setattr(clip_embedder, "_gains_from_bfloat16", lambda device: True)
    light = clip_embedder.OpenClip(load_clip(str(tiny_clip)))
    pictures = [noise(1), noise(2)]
    rows = light.embed([light.prepare(picture) for picture in pictures])
    assert light._light is not light._clip.model.visual
    for row, picture in zip(rows, pictures, strict=True):
        assert row @ embed_picture(light, picture) > 0.999  # a single one goes in float32


@pytest.mark.parametrize("name", ["open_clip/ViT-B-33", "open_clip/tiny:nowhere"])
def test_unknown_names_are_sentences(named: Path, name: str) -> None:
    with pytest.raises(UsageError) as refused:
        embedder(name)
    assert refused.value.hint


def test_broken_weights_are_a_sentence(named: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"nothing")
    with pytest.raises(CropsmithError, match="cannot be loaded"):
        embedder(f"open_clip/tiny:{broken}")


def test_weights_in_a_program_are_read(named: Path, by: Embedder, tmp_path: Path) -> None:
    """OpenAI publishes its weights as a TorchScript archive in half precision."""
    import torch

    class Holder(torch.nn.Module):  # type: ignore[misc]
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    holder = Holder()
    for name, weight in torch.load(named, weights_only=True).items():
        if not weight.is_floating_point():
            continue
        *path, last = name.split(".")
        place = holder
        for part in path:
            if not hasattr(place, part):
                place.add_module(part, Holder())
            place = getattr(place, part)
        place.register_parameter(last, torch.nn.Parameter(weight.half()))
    torch.jit.save(torch.jit.script(holder), str(tmp_path / "openai.pt"))
    program = embedder(f"open_clip/tiny:{tmp_path / 'openai.pt'}")
    assert embed_picture(program, noise(3)) @ embed_picture(by, noise(3)) > 0.999


def test_weights_at_hand_make_it_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("CROPSMITH_WEIGHTS", str(tmp_path))
    assert default_embedder() == "builtin"
    (tmp_path / "open_clip").mkdir()
    (tmp_path / "open_clip" / "ViT-B-32-openai.pt").touch()
    assert default_embedder() == "open_clip"
    monkeypatch.setenv("CROPSMITH_WEIGHTS", str(tmp_path / "none"))
    fetched = tmp_path / "hub" / clip_weights.HUB_FOLDER / "snapshots" / "abc"
    fetched.mkdir(parents=True)
    (fetched / "open_clip_model.safetensors").touch()
    assert default_embedder() == "open_clip"


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


def test_transforms_work_in_a_fresh_process() -> None:
    code = (
        "from cropsmith.vectorstore.torchvision_guard import import_torchvision as guard\n"
        "assert guard() is guard()\n"
        "import torch\n"
        "from torchvision.transforms.v2.functional import resize\n"
        "print(tuple(resize(torch.zeros(3, 8, 8), [4, 4]).shape))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "(3, 4, 4)", done.stderr[-500:]


def test_without_it_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(MissingExtra, match=r"cropsmith\[clip\]"):
        import_torchvision("CLIP", "clip")
