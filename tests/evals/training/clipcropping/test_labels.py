"""What labels say: elements by name and by attribute, crops before others."""

from pathlib import Path

import numpy as np
import pytest

from cropsmith.evals.training.clipcropping.labels import present, ranked, ranks
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto, VotedPair
from cropsmith.tools.scorers.elements import prompts

A, B, C = (Box(x1=0, y1=0, x2=x, y2=1) for x in (1, 0.5, 0.25))


def photo(**fields: object) -> LabelledPhoto:
    return LabelledPhoto.model_validate({"name": "a", "path": "a", "source": "own", **fields})


def test_elements_of_both_families() -> None:
    one = photo(
        elements={"curved": (), "golden ratio": (), "center": ()},
        attributes={"VividColor": 0.2, "Light": 0.0, "DoF": -0.5, "Content": 1.0, "score": 0.9},
    )
    composition, aesthetic = (list(prompts(f)) for f in ("composition", "aesthetic"))
    assert [composition[i] for i in present(one, "composition")] == ["center", "curved"]
    found = [aesthetic[i] for i in present(one, "aesthetic")]
    assert found == ["vibrant color", "interesting content"]
    assert present(photo(), "composition") == present(photo(), "aesthetic") == ()


def test_scores_put_crops_as_far_apart_as_they_are() -> None:
    crops = tuple(ExpertCrop(box=b, score=s) for b, s in ((A, 2.0), (B, 4.0), (C, 2.0)))
    found = ranked(photo(crops=crops))
    pairs = list(zip(found.better.tolist(), found.worse.tolist(), strict=True))
    assert pairs == [(1, 0), (1, 2)]  # equal ones are no pair
    assert found.margins == pytest.approx([2.5, 2.5])
    assert found.scores == pytest.approx((np.array([2, 4, 2]) - 2.95) / 0.8)


def test_votes_and_the_experts_crop() -> None:
    votes = (VotedPair(first=B, second=C, for_first=1, for_second=4),)
    found = ranked(photo(crops=(ExpertCrop(box=A),), votes=votes))
    pairs = zip(found.better.tolist(), found.worse.tolist(), found.margins.tolist(), strict=True)
    assert [(found.boxes[a, 2], found.boxes[b, 2], round(m, 9)) for a, b, m in pairs] == [
        (1, 0.5, 0.5),
        (1, 0.25, 0.75),
        (0.25, 0.5, 0.6),
    ]
    assert np.isnan(found.scores).all()


def test_what_ranks_nothing(photos: Path) -> None:
    assert not ranks(photo())
    assert not ranks(photo(crops=(ExpertCrop(box=A),)))
    assert not ranks(photo(crops=(ExpertCrop(box=A, score=3), ExpertCrop(box=B, score=3))))
    tie = (VotedPair(first=B, second=C, for_first=2, for_second=2),)
    assert not ranks(photo(votes=tie))
    assert ranks(photo(crops=(ExpertCrop(box=A),), votes=tie))
