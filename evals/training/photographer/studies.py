"""Smaller questions, answered on one held-out fold: alignment, taste, several ratios.

    python -m cropsmith.evals.training.photographer.studies FCDB IMAGENET CACHE

Run the cross-validation first: its fold 0 is the one held out here.
"""

# ruff: noqa: TID253
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from cropsmith.evals.training.photographer.alignment import SKILLS, WEIGHTS, overlaps_by_weight
from cropsmith.evals.training.photographer.crossval import (
    as_preference,
    fold_model,
)
from cropsmith.evals.training.photographer.examples import load_examples
from cropsmith.evals.training.photographer.export import as_shipped
from cropsmith.evals.training.photographer.measures import interval
from cropsmith.evals.training.photographer.personal import WISHES, agreement, shown
from cropsmith.evals.training.photographer.train import Batches, Recipe, untrained
from cropsmith.evals.training.photographer.views import features_of, make_views
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.photographer.preference import SHARED, Preference
from cropsmith.tools.photographer.search import propose
from cropsmith.tools.photographer.taste import TRAITS
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.vision.backbone import Seen

RATIOS = ("1:1", "4:5", "16:9")
JUDGED = (10, 30, 60)
REPEATS = 20


def alignment(sights: Sequence[Sight], preference: Preference, experts: np.ndarray) -> None:
    """Print the overlap reached by each weight of a simulated model's own ranking."""
    print("\nWeight of the model's own ranking: mean IoU of the decision\n")
    print("| model |" + "".join(f" {weight} |" for weight in WEIGHTS))
    print("|---|" + "---|" * len(WEIGHTS))
    for skill, noise in SKILLS.items():
        random = np.random.default_rng(0)
        every = [
            overlaps_by_weight(sight, expert[None], preference, noise, random)
            for sight, expert in zip(sights, experts, strict=True)
        ]
        means = [np.mean([one[weight] for one in every]) for weight in WEIGHTS]
        print(f"| {skill} |" + "".join(f" {mean:.4f} |" for mean in means))


def taste(sights: Sequence[Sight], preference: Preference) -> None:
    """Print how often pairs are ordered as simulated people would, before and after adapting."""
    photos = [shown(sight, preference) for sight in sights]
    print("\nPairs ordered as a person with one wish would\n")
    print("| wish | before |" + "".join(f" after {judged} |" for judged in JUDGED))
    print("|---|---|" + "---|" * len(JUDGED))
    for trait, sign in WISHES:
        random = np.random.default_rng(0)
        pairs = [
            [agreement(photos, trait, sign, judged, random) for _ in range(REPEATS)]
            for judged in JUDGED
        ]
        before = np.mean([pair[0] for pair in pairs[0]])
        after = [np.mean([pair[1] for pair in some]) for some in pairs]
        name = f"{'more' if sign > 0 else 'less'} “{TRAITS[trait]}”"
        print(f"| {name} | {before:.1%} |" + "".join(f" {share:.1%} |" for share in after))


def several_ratios(sights: Sequence[Sight], preference: Preference) -> None:
    """Print how much of the smallest of three crops all three share."""
    ratios = [Ratio.parse(text) for text in RATIOS]
    for shared in (0.0, SHARED):
        shaped = replace(preference, shared=shared)
        common = []
        for sight in sights:
            sight.densities.clear()
            crops = [propose(sight, ratio, 1, preference=shaped)[0] for ratio in ratios]
            boxes = np.stack(crops)
            size = boxes[:, 2:].min(0) - boxes[:, :2].max(0)
            least = np.prod(boxes[:, 2:] - boxes[:, :2], 1).min()
            common.append(np.prod(np.clip(size, 0, None)) / least)
        told = interval(np.array(common))
        print(f"\nCommon to crops at {', '.join(RATIOS)}, weight {shared}: {told}")


def main(folder: Path, weights: Path, cache: Path) -> None:
    """Print every study."""
    torch.set_num_threads(1)
    examples, recipe = load_examples(folder), Recipe()
    start = untrained(recipe, weights)
    views = make_views(folder, examples, start.trunk, cache / "views.npy")
    model = fold_model(start, Batches(examples, views, recipe), examples, 0, cache)
    features, preference = features_of(as_shipped(model.trunk), views), as_preference(model)
    nobody = np.full((5, 1, 1), -20.0, np.float32)
    held = np.flatnonzero(examples.folds == 0)
    names = [examples.names[photo] for photo in held]
    pixels = [open_photo(folder / "photos" / name).pixels(SIGHT_SIDE) for name in names]
    sights = [
        Sight(one, Seen(features[photo], nobody, nobody))
        for photo, one in zip(held, pixels, strict=True)
    ]
    alignment(sights, preference, examples.experts[held])
    taste(sights, preference)
    several_ratios(sights, preference)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
