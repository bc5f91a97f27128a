from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.evals.training.photographer import things  # noqa: E402
from cropsmith.evals.training.photographer.export import (  # noqa: E402
    as_shipped,
    head_arrays,
    read_eyes,
    write_eyes,
)
from cropsmith.evals.training.photographer.faces import face_maps, targets, train_finder  # noqa: E402
from cropsmith.evals.training.photographer.network import (  # noqa: E402
    Eyes,
    FaceFinder,
    Head,
    ThingFinder,
    Trunk,
)
from cropsmith.tools.photographer.network_head import Head as Shipped  # noqa: E402
from cropsmith.tools.schema.geometry import Box  # noqa: E402
from cropsmith.tools.vision.faces import learned_faces  # noqa: E402
from cropsmith.tools.vision.things import suspected_things  # noqa: E402

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
    eyes = Eyes(Trunk(), FaceFinder(), ThingFinder()).eval()
    write_eyes(eyes, tmp_path / "eyes.onnx")
    assert (tmp_path / "eyes.onnx").stat().st_size < 5_000_000
    pixels = np.random.default_rng(0).integers(0, 255, (1, 192, 192, 3), dtype=np.uint8)
    session = onnxruntime.InferenceSession(str(tmp_path / "eyes.onnx"))
    features, faces, seen = session.run(["features", "faces", "things"], {"pixels": pixels})
    trunk, finder = read_eyes(tmp_path / "eyes.onnx")
    as_shipped(eyes.trunk)
    with torch.no_grad():
        expected = eyes(torch.from_numpy(pixels))
        read = Eyes(trunk, finder, eyes.things)(torch.from_numpy(pixels))
    assert read[0].numpy() == pytest.approx(expected[0].numpy(), abs=1e-5)
    assert read[1].numpy() == pytest.approx(faces, abs=1e-3)
    assert seen == pytest.approx(expected[2].numpy(), abs=1e-2)
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


def test_a_finder_of_things_learns_where_a_bright_part_is() -> None:
    random = np.random.default_rng(0)
    middle = random.random((64, 2, 112, 12, 12)).astype(np.float16)
    top = random.random((64, 2, 320, 6, 6)).astype(np.float16)
    box = np.array([[3 / 12, 2 / 12, 6 / 12, 9 / 12, 0.9]])
    middle[32:, 0, :20, 2:9, 3:6] += 6
    middle[32:, 1, :20, 2:9, 6:9] += 6
    shown = things.targets([np.empty((0, 5))] * 32 + [box] * 32)
    finder = things.train_things(middle, top, shown, np.arange(64))
    maps = things.thing_maps(finder, middle[[0, 40]], top[[0, 40]])
    found = suspected_things(maps[1])
    assert Box.of(found.boxes[0]).iou(Box.of(box[0, :4])) > 0.5
    assert suspected_things(maps[0]).chances.max(initial=0) < found.chances[0] / 2
