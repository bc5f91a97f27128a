"""The model: what it shares with its CLIP, prompts that know the picture, ratings of boxes."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="rating needs torch; the package does not")

from cropsmith.errors import UsageError  # noqa: E402
from cropsmith.evals.training.clipcropping.start import begun  # noqa: E402
from cropsmith.tools.clipcropping.checkpoint import load_model, rater_folder  # noqa: E402
from cropsmith.tools.clipcropping.model import CropModel  # noqa: E402
from cropsmith.tools.clipcropping.rater import Rater  # noqa: E402
from cropsmith.tools.images.photo import open_photo  # noqa: E402
from cropsmith.tools.models.trained import save_trained  # noqa: E402
from cropsmith.tools.photographer.opened_photo import View  # noqa: E402
from cropsmith.tools.schema.geometry import Box  # noqa: E402
from cropsmith.tools.scorers.crops import WHOLE, cut  # noqa: E402
from cropsmith.tools.scorers.elements import prompts  # noqa: E402
from cropsmith.vectorstore.clip import load_clip  # noqa: E402

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def model(tiny_resnet: Path) -> CropModel:
    made = begun(str(tiny_resnet), ("composition", "aesthetic"))
    made.eval()
    return made


def view_of(photos: Path, name: str) -> View:
    return View(open_photo(photos / f"{name}.jpg"))


def test_it_starts_as_its_clip(model: CropModel, tiny_resnet: Path, photos: Path) -> None:
    clip = load_clip(str(tiny_resnet))
    squares = cut(view_of(photos, "coffee").pixels(512), np.array([WHOLE]), clip.side)
    with torch.inference_mode():
        maps = model.see(torch.from_numpy(squares))
        pooled = clip.model.visual.attnpool(maps).numpy()
    assert maps.shape == (1, 256, 3, 3)
    assert pooled[0] / np.linalg.norm(pooled) == pytest.approx(clip.pictures(squares)[0], abs=1e-5)


def test_prompts_without_a_shift_are_the_words_that_clip_reads(
    model: CropModel, tiny_resnet: Path
) -> None:
    """Four words of context, the element, and nothing moved: CLIP's own text features."""
    branch = model.knowledge["composition"]
    kept = {name: value.clone() for name, value in branch.learner.state_dict().items()}
    seen = torch.randn(2, 32)
    moved = branch.told(model.clip, seen)
    assert not torch.allclose(moved[0], moved[1], atol=1e-4)  # they know the picture
    for value in branch.learner.parameters():
        torch.nn.init.zeros_(value)
    still = branch.told(model.clip, seen).detach().numpy()
    branch.learner.load_state_dict(kept)
    words = [f"a photo of a {name}." for name in prompts("composition")]
    for row in still:
        assert row == pytest.approx(load_clip(str(tiny_resnet)).texts(words), abs=1e-5)


def test_one_look_rates_every_box_and_crops_are_told_by_elements(
    model: CropModel, photos: Path
) -> None:
    rater, view = Rater(model), view_of(photos, "coffee")
    looks: list[int] = []
    handle = model.clip.visual.register_forward_hook(
        lambda _, given, __: looks.append(len(given[0]))
    )
    boxes = np.random.default_rng(0).uniform(0, 0.5, (90, 4)) + [0, 0, 0.5, 0.5]
    first = rater.ratings(view, boxes)
    again = rater.ratings(view, boxes[::-1].copy())
    assert looks == [1] and len(set(first.round(6))) > 60
    assert again[::-1] == pytest.approx(first, abs=1e-5)
    box = Box(x1=0.2, y1=0.1, x2=0.7, y2=0.8)
    changes = rater.changes(view, box)
    handle.remove()
    assert looks == [1, 2]
    assert [c.element for c in changes] == [*prompts("composition"), *prompts("aesthetic")]
    assert all(-1 <= value <= 1 for c in changes for value in (c.before, c.after))
    # Eq. 24: v and t_j of a picture, multiplied element-wise and summed.
    squares = cut(view.pixels(1024), np.array([box.corners]), model.side)
    with torch.inference_mode():
        branch = model.knowledge["aesthetic"]
        seen = branch.seen(model.see(torch.from_numpy(squares)))
        told = branch.told(model.clip, seen)[0]
        scores = (seen[0] / seen[0].norm() * told).sum(1)
    assert [c.after for c in changes[5:]] == pytest.approx(scores.tolist(), abs=1e-4)


def test_what_is_saved_is_found_and_rates_alike(
    model: CropModel, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROPSMITH_WEIGHTS", str(tmp_path))
    assert rater_folder() is None
    save_trained(model, model.shape, tmp_path / "clipcropping")
    folder = rater_folder()
    assert folder == tmp_path / "clipcropping" and rater_folder("off") is None
    view, boxes = view_of(photos, "rocket"), np.array([[0.1, 0.1, 0.9, 0.9], WHOLE])
    assert np.array_equal(
        Rater(load_model(folder)).ratings(view, boxes), Rater(model).ratings(view, boxes)
    )
    (folder / "config.json").write_text("{}")
    with pytest.raises(UsageError, match="is not a rater's"):
        load_model(folder)


def test_a_clip_without_a_resnet_is_refused(tiny_clip: Path) -> None:
    with pytest.raises(UsageError, match="does not see by CLIP's own ResNet"):
        begun(str(tiny_clip), ())
