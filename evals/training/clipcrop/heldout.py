"""What the decoder reaches out of fold on the built-in eye's features, without words.

    python -m cropsmith.evals.training.clipcrop.heldout FCDB CACHE

CACHE is that of `photographer.crossval`: each fold's photos are seen with the trunk of the fold's
own model, which had not seen them, and a decoder trained on the other folds over the same trunk.
Folds whose model is not in the cache are left out, and said.
"""

# ruff: noqa: TID253
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cropsmith.errors import UsageError
from cropsmith.evals.training.clipcrop.criterion import Truth, set_loss
from cropsmith.evals.training.loop import Loss, Plan, Step, train
from cropsmith.evals.training.photographer.examples import FOLDS, load_examples
from cropsmith.evals.training.photographer.export import as_shipped
from cropsmith.evals.training.photographer.measures import interval, overlap
from cropsmith.evals.training.photographer.train import read_model
from cropsmith.evals.training.photographer.views import features_of, make_views, turned
from cropsmith.tools.clipcrop.choice import Outputs, usable
from cropsmith.tools.clipcrop.decoder import CropDecoder
from cropsmith.tools.clipcrop.eye import EYE, tokens_of
from cropsmith.tools.clipcrop.shape import Shape
from cropsmith.tools.schema.geometry import Boxes, iou_matrix

SMALL = Shape(
    backbone=EYE, channels=24, width=64, heads=4, layers=2, feedforward=256, outputs=24
)  # fmt: skip
PLAN = Plan(epochs=25, batch=16, rate=5e-4, clip=1.0, drop=0.8)
CENTRE = np.array([[0.05, 0.05, 0.95, 0.95]])
"""The centred crop of nine tenths of each side: what no idea at all reaches."""


@dataclass(frozen=True)
class Reached:
    """IoU with the expert's crop, by photo."""

    top: NDArray[np.float64]
    """The output of highest quality."""
    expected: NDArray[np.float64]
    """The output of highest expected overlap with the others."""
    best: NDArray[np.float64]
    """The best of all outputs: what choosing could reach."""
    centre: NDArray[np.float64]


def taught(
    features: NDArray[np.float32], experts: Boxes, shape: Shape = SMALL, plan: Plan = PLAN
) -> CropDecoder:
    """Return a decoder trained on features (N, n, n, C) and one good crop a photo (N, 4)."""
    torch.manual_seed(plan.seed)
    decoder = CropDecoder(shape)
    nothing = torch.zeros((0, 4)), torch.zeros(0)

    def loss_of(step: Step) -> Loss:
        maps, crops = features[step.rows], experts[step.rows]
        mirrored = step.random.random(len(maps)) < 0.5
        maps = np.where(mirrored[:, None, None, None], maps[:, :, ::-1], maps)
        crops = np.where(mirrored[:, None], turned(crops), crops)
        truths = [Truth(torch.from_numpy(crop[None]).float(), *nothing) for crop in crops]
        return set_loss(decoder(*whole(maps)), truths)

    train(decoder, plan, len(features), loss_of)
    return decoder


def whole(maps: NDArray[np.float32]) -> tuple[torch.Tensor, list[torch.Tensor], torch.Tensor]:
    """Return what a decoder reads of maps (B, n, n, C) without words: ClipCrop-base."""
    tokens = torch.from_numpy(np.stack([tokens_of(one) for one in maps]))
    empty = torch.zeros(0, dtype=torch.long)
    return tokens, [empty] * len(maps), torch.tensor([[0.0, 0.0, 1.0, 1.0]]).expand(len(maps), 4)


def outputs_of(decoder: CropDecoder, features: NDArray[np.float32]) -> Iterator[Outputs]:
    """Yield the usable outputs of each photo."""
    with torch.no_grad():
        decoded = decoder(*whole(features))
    boxes, logits = decoded.boxes[-1].double().numpy(), decoded.logits[-1].double().numpy()
    yield from (usable(b, s) for b, s in zip(boxes, logits, strict=True))


def reached(outputs: Sequence[Outputs], experts: Boxes) -> Reached:
    """Return how near the outputs come to the experts' crops (N, 4)."""
    top = np.stack([one.boxes[one.logits.argmax()] for one in outputs])
    chosen = np.stack([one.boxes[one.worth(one.boxes).argmax()] for one in outputs])
    pairs = zip(outputs, experts, strict=True)
    best = np.array([iou_matrix(one.boxes, expert[None]).max() for one, expert in pairs])
    centre = overlap(np.broadcast_to(CENTRE, experts.shape), experts)
    return Reached(overlap(top, experts), overlap(chosen, experts), best, centre)


def main(folder: Path, cache: Path) -> None:
    """Print the figures over the folds whose models are there."""
    torch.set_num_threads(1)
    examples = load_examples(folder)
    outputs: list[Outputs] = []
    photos: list[int] = []
    for fold in range(FOLDS):
        kept = cache / f"fold_{fold}.pt"
        if not kept.exists():
            print(f"fold {fold} is left out: {kept.name} is not in the cache.")
            continue
        trunk = read_model(kept).trunk
        views = make_views(folder, examples, trunk, cache / "views.npy")
        features = features_of(as_shipped(trunk), views)
        others = np.flatnonzero(examples.folds != fold)
        held = np.flatnonzero(examples.folds == fold)
        decoder = taught(features[others], examples.experts[others])
        found = list(outputs_of(decoder, features[held]))
        one = reached(found, examples.experts[held])
        figures = ", ".join(f"{name} {values.mean():.4f}" for name, values in vars(one).items())
        gain = interval(one.top - one.centre)
        print(f"fold {fold}, {len(held)} photos: {figures}; top above it {gain}", flush=True)
        outputs += found
        photos += held.tolist()
    if not photos:
        raise UsageError(f"There is no fold_N.pt in {cache}.", hint="Run photographer.crossval.")
    every = reached(outputs, examples.experts[photos])
    for name, values in vars(every).items():
        print(f"{name:<9} {values.mean():.4f}")
    for name in ("top", "expected"):
        print(f"{name} above the centre: {interval(getattr(every, name) - every.centre)}")
    print(f"expected above top: {interval(every.expected - every.top)}")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:3]))
