from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.evals.training.photographer.export import as_shipped, head_arrays, write_eyes  # noqa: E402
from cropsmith.evals.training.photographer.faces import face_maps, targets, train_finder  # noqa: E402
from cropsmith.evals.training.photographer.network import Eyes, FaceFinder, Head, Trunk  # noqa: E402
from cropsmith.tools.photographer.network_head import Head as Shipped  # noqa: E402
from cropsmith.tools.schema.geometry import Box  # noqa: E402
from cropsmith.tools.vision.faces import learned_faces  # noqa: E402

pytestmark = pytest.mark.integration


def boxes(count: int) -> np.ndarray:
    random = np.random.default_rng(0)
    size = random.uniform(0.2, 1, (count, 2))
    low = random.uniform(0, 1, (count, 2)) * (1 - size)
    return np.concatenate([low, low + size], 1)


def test_the_shipped_head_is_the_trained_head() -> None:
    torch.manual_seed(0)
    head, drawn = Head().eval(), boxes(50)
    maps = torch.rand(1, 12, 12, 24)
    with torch.no_grad():
        trained = head(maps, torch.from_numpy(drawn).float()[None], torch.tensor([1.4]))[0]
    shipped = Shipped(**head_arrays(head)).scores(maps[0].numpy(), drawn, 1.4)
    assert shipped == pytest.approx(trained.numpy(), abs=1e-4)


@pytest.mark.filterwarnings("ignore")
def test_the_shipped_eyes_are_the_trained_eyes(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="exporting needs onnx; the package does not")
    onnxruntime = pytest.importorskip("onnxruntime")
    torch.manual_seed(0)
    eyes = Eyes(Trunk(), FaceFinder()).eval()
    write_eyes(eyes, tmp_path / "eyes.onnx")
    assert (tmp_path / "eyes.onnx").stat().st_size < 5_000_000
    pixels = np.random.default_rng(0).integers(0, 255, (1, 192, 192, 3), dtype=np.uint8)
    session = onnxruntime.InferenceSession(str(tmp_path / "eyes.onnx"))
    features, faces = session.run(["features", "faces"], {"pixels": pixels})
    as_shipped(eyes.trunk)
    with torch.no_grad():
        expected = eyes(torch.from_numpy(pixels))
    assert features == pytest.approx(expected[0].numpy(), abs=1e-3)
    assert faces == pytest.approx(expected[1].numpy(), abs=1e-2)


def test_a_finder_learns_where_a_bright_spot_is() -> None:
    random = np.random.default_rng(0)
    early = random.random((40, 40, 24, 24)).astype(np.float16)
    faces = [np.empty((0, 4))] * 20 + [np.array([[0.25, 0.25, 0.5, 0.5]])] * 20
    early[20:, :, 8:10, 8:10] += 4
    features = np.zeros((40, 12, 12, 24), np.float32)
    finder = train_finder(early, features, targets(faces), np.arange(40))
    found = learned_faces(face_maps(finder, early[30:31], features[30:31])[0])
    surest = max(found, key=lambda face: face.confidence or 0)
    assert surest.box.iou(Box.of((0.25, 0.25, 0.5, 0.5))) > 0.3
    assert learned_faces(face_maps(finder, early[:1], features[:1])[0]) == ()
