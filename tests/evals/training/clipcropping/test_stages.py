"""The stages learn: a tiny random CLIP of the real architecture, real photos."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.evals.training.clipcropping.labels import ATTRIBUTES  # noqa: E402
from cropsmith.evals.training.clipcropping.stages import (  # noqa: E402
    Crops,
    Elements,
    elements_of,
    stages,
)
from cropsmith.evals.training.clipcropping.start import begun  # noqa: E402
from cropsmith.evals.training.loop import Plan, Step  # noqa: E402
from cropsmith.tools.clipcropping.model import CropModel  # noqa: E402
from cropsmith.tools.schema.labelled_photo import LabelledPhoto  # noqa: E402
from cropsmith.tools.scorers.elements import Family  # noqa: E402

pytestmark = pytest.mark.integration

QUICK = Plan(epochs=60, batch=5, rate=1e-3, clip=1.0, drop=1.0)
PLANS = {
    "composition": QUICK,
    "aesthetic": QUICK.model_copy(update={"epochs": 10}),
    "crop": QUICK.model_copy(update={"epochs": 30}),
}


def parts_of(model: CropModel) -> Mapping[str, dict[str, Any]]:
    """Return a copy of the weights of each part."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in model.state_dict().items():
        first = name.split(".")
        part = ".".join(first[:2]) if first[0] in ("clip", "knowledge") else first[0]
        if part.startswith("clip.") and first[1] != "visual":
            part = "words"
        found.setdefault(part, {})[name] = value.clone()
    return found


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


def composition_loss(families: Mapping[Family, Elements], step: Step) -> float:
    with torch.no_grad():
        return float(families["composition"].loss(step).total)


def test_each_stage_moves_its_parts_alone_and_fits_what_it_learns(
    tiny_resnet: Path, graded: list[LabelledPhoto]
) -> None:
    model = begun(str(tiny_resnet), ("composition", "aesthetic"))
    graded = graded[:10]
    names = list(ATTRIBUTES.values())
    lit = [
        photo.model_copy(update={"attributes": {names[(3 * row) % 5]: 0.5, names[row % 5]: 0.5}})
        for row, photo in enumerate(graded)
    ]
    families: dict[Family, Elements] = {
        "composition": elements_of(model, "composition", graded),
        "aesthetic": elements_of(model, "aesthetic", lit, mask=True),
    }
    crops = Crops(model, graded)
    model.eval()
    before = crops.fit()
    moved = {
        "composition": {"clip.visual", "knowledge.composition"},
        "aesthetic": {"clip.visual", "knowledge.aesthetic"},
        "crop": {"clip.visual", "head"},
    }
    whole = Step(0, np.arange(len(graded)), np.random.default_rng(0))
    fitted, losses = {}, [composition_loss(families, whole)]
    for stage in stages(model, families, crops, PLANS):
        start = parts_of(model)
        stage.run(model, None, None)
        end = parts_of(model)
        assert {part for part in start if not same(start[part], end[part])} == moved[stage.name]
        losses.append(composition_loss(families, whole))
        if stage.name in families:
            fitted[stage.name] = families[stage.name].accuracy()
    assert fitted["composition"] == 1.0
    assert losses[1] < losses[0] and min(losses[2:]) >= losses[1]  # learnt in its own stage alone
    after = crops.fit()
    assert before["taught_srcc"] < 0.4 and after["taught_srcc"] >= 0.8
    assert after["taught_pairs"] >= 0.8


def test_all_at_once_is_the_sum(tiny_resnet: Path, graded: list[LabelledPhoto]) -> None:
    model = begun(str(tiny_resnet), ("composition",))
    families: dict[Family, Elements] = {"composition": elements_of(model, "composition", graded)}
    crops = Crops(model, graded)
    plans = {**PLANS, "crop": Plan(epochs=1, batch=8, rate=1e-4, drop=1.0)}
    (stage,) = stages(model, families, crops, plans, joint=True)
    step = Step(0, np.arange(4), np.random.default_rng(5))
    with torch.no_grad():
        loss = stage.loss_of(step)
    assert set(loss.parts) == {"huber", "ranking", "composition"}
    assert float(loss.total) == pytest.approx(sum(loss.parts.values()), rel=1e-5)
    start = parts_of(model)
    stage.run(model, None, None)
    end = parts_of(model)
    still = {part for part in start if same(start[part], end[part])}
    assert still == {"words"}


def test_other_elements_count_against_a_photo_unless_masked(
    tiny_resnet: Path, graded: list[LabelledPhoto]
) -> None:
    model = begun(str(tiny_resnet), ("composition",)).eval()
    both = [graded[0].model_copy(update={"elements": {"center": (), "curved": ()}})]
    step = Step(0, np.array([0, 1]), np.random.default_rng(0))
    with torch.no_grad():
        plain, masked = (
            float(elements_of(model, "composition", both, mask=mask).loss(step).total)
            for mask in (False, True)
        )
        cool = elements_of(model, "composition", both, temperature=1e9).loss(step)
    assert masked < plain
    assert float(cool.total) == pytest.approx(np.log(5), abs=1e-6)
