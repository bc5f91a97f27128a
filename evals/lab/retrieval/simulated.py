"""Do scored rounds help a noisy model? A simulated one on held-out FCDB photos.

    python -m cropsmith.evals.lab.retrieval.simulated FCDB_TRAIN [--limit N]

Its proposals are the expert's crop plus noise of a given standard deviation (share of the photo's
sides, on each side of the box). With --drifts, a refinement round answers with the best-scoring
crop so far plus half the noise instead: a model that follows its scores and knows nothing more. R
and L are Cropper's (6, 2). Reported is the IoU of the finally chosen crop, minus that of the first
answer of the first call: the best-scoring one of the first call, of the last round, of all rounds,
and the one that all answers agree on most (`final=agreed`), which needs no scorer. Scorers:

  measures    the built-in composition measures; not trained on anything
  similar     agreement with the crops of retrieved photos of the other part
  preference  the learned preference that ships. It was trained on these very photos, so its row
              only shows what a good scorer would give
  chance      random scores: the control
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cropsmith.agents.settings.recipe import load_recipe
from cropsmith.evals.lab.retrieval.held_out import interval, parts, told
from cropsmith.tools.examples.retriever import Retriever, Selection
from cropsmith.tools.examples.transfer import transferred
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.agreement import agreement
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.scorers.measures import MeasuresScorer, PreferenceScorer
from cropsmith.tools.scorers.table import ScorerTable

NOISES = (0.02, 0.05, 0.10, 0.15)
ENDS = (
    "L=0, best",
    "L=2, last",
    "L=2, best",
    "L=2, agreed",
)
Score = Callable[[Sequence[Box]], Sequence[float]]


def noisy(box: Box, noise: float, generator: np.random.Generator) -> Box:
    """Return the box with Gaussian noise on its sides, at least a tenth of the photo a side."""
    while True:
        x1, y1, x2, y2 = np.clip(np.array(box.corners) + generator.normal(0, noise, 4), 0, 1)
        if x2 - x1 >= 0.1 and y2 - y1 >= 0.1:
            return Box.of((x1, y1, x2, y2))


def scorers_of(view: View, similar: Box | None, generator: np.random.Generator) -> dict[str, Score]:
    """Return the rival scorers of one photo."""
    table = ScorerTable(scorers=[MeasuresScorer(), PreferenceScorer()])
    intent = Intent(task="free", targets=(Target(),))

    def column(name: str) -> Score:
        def score(boxes: Sequence[Box]) -> Sequence[float]:
            candidates = [
                Candidate(id=str(n), target=0, box=box, provenance=Provenance(source="simulated"))
                for n, box in enumerate(boxes)
            ]
            scored = table.score(view, intent, intent.targets[0], candidates).candidates
            return [c.scores[name] for c in scored]

        return score

    def like(boxes: Sequence[Box]) -> Sequence[float]:
        return [0.0 if similar is None else box.iou(similar) for box in boxes]

    return {
        "measures": column("composition measures"),
        "similar": like,
        "preference": column("preference"),
        "chance": lambda boxes: list(generator.random(len(boxes))),
    }


def rounds(
    truth: Box, noise: float, score: Score, generator: np.random.Generator, *, drifts: bool
) -> Mapping[str, Box]:
    """Play one photo: the first answer, the best of the first call, of all rounds, of the last."""
    recipe = load_recipe("cropper").free
    last = [noisy(truth, noise, generator) for _ in range(recipe.R)]
    ends = {"first": last[0]}
    values = list(score(last))
    every, scores = list(last), list(values)
    ends["L=0, best"] = last[int(np.argmax(values))]
    for _ in range(recipe.L):
        best = every[int(np.argmax(scores))]
        middle, spread = (best, noise / 2) if drifts else (truth, noise)
        last = [noisy(middle, spread, generator) for _ in range(recipe.R)]
        values = list(score(last))
        every += last
        scores += values
    ends["L=2, last"] = last[int(np.argmax(values))]
    ends["L=2, best"] = every[int(np.argmax(scores))]
    agreed = agreement(every)
    ends["L=2, agreed"] = every[int(np.argmax(agreed))]
    return ends


def main() -> None:
    """Print gains over the first answer, per noise and scorer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--drifts", action="store_true", help="follow the scores, not the expert")
    arguments = parser.parse_args()
    generator = np.random.default_rng(0)
    results: dict[tuple[float, str, str], list[float]] = {}
    with TemporaryDirectory() as folder:
        photos = parts(arguments.folder, Path(folder))
        retriever = Retriever([photos.shelf])
        some = photos.held_out[: arguments.limit]
        for photo in some:
            assert photo.size is not None
            view = View(open_photo(photo.path))
            found = retriever.examples(view, Selection(photos=30, crops=1)).examples
            similar = transferred(found, None, photo.size)
            truth = photo.crops[0].box
            for name, score in scorers_of(view, similar, generator).items():
                for noise in NOISES:
                    seeded = np.random.default_rng([hash_of(photo.name), int(noise * 1000)])
                    played = rounds(truth, noise, score, seeded, drifts=arguments.drifts)
                    for end, box in played.items():
                        results.setdefault((noise, name, end), []).append(box.iou(truth))
        photos.shelf.index.close()
    print(f"FCDB train, held-out third ({len(some)} photos), free, R=6; IoU, 95 % intervals")
    for noise in NOISES:
        first = interval(results[noise, "chance", "first"])
        print(f"\nnoise {noise:.2f}: first answer {told(first)}")
        for name in ("measures", "similar", "preference", "chance"):
            base = np.array(results[noise, name, "first"])
            for end in ENDS:
                gain = np.array(results[noise, name, end]) - base
                print(f"  {name:10s} {end}: gain {told(interval(gain.tolist()))}")


def hash_of(name: str) -> int:
    """Return a number that is the same in every run."""
    return int.from_bytes(name.encode()[:8], "big") % (2**31)


if __name__ == "__main__":
    main()
