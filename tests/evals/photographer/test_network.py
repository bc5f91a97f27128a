import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.evals.photographer.export import as_shipped, head_arrays, write_trunk  # noqa: E402
from cropsmith.evals.photographer.network import Head, Trunk  # noqa: E402
from cropsmith.tools.head import Head as Shipped  # noqa: E402


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
def test_the_shipped_trunk_is_the_trained_trunk(tmp_path) -> None:  # type: ignore[no-untyped-def]
    onnx = pytest.importorskip("onnx", reason="exporting needs onnx; the package does not")
    onnxruntime = pytest.importorskip("onnxruntime")
    torch.manual_seed(0)
    trunk = Trunk().eval()
    write_trunk(trunk, tmp_path / "eyes.onnx")
    assert (tmp_path / "eyes.onnx").stat().st_size < 5_000_000
    assert onnx.load(tmp_path / "eyes.onnx").graph.input[0].name == "pixels"
    pixels = np.random.default_rng(0).integers(0, 255, (2, 192, 192, 3), dtype=np.uint8)
    session = onnxruntime.InferenceSession(str(tmp_path / "eyes.onnx"))
    (found,) = session.run(None, {"pixels": pixels})
    with torch.no_grad():
        expected = as_shipped(trunk)(torch.from_numpy(pixels)).numpy()
    assert found == pytest.approx(expected, abs=1e-3)
