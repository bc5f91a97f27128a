"""Labelled requests of eleven authors: a floor under each, and a score that can fall."""

import json
from importlib.resources import files
from typing import Any

import pytest

from cropsmith.evals.lab.language.labels import outcome


def rows(name: str) -> list[dict[str, Any]]:
    text = files("cropsmith.evals.lab.language").joinpath(name).read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("name", "right", "silent"),
    [
        ("author_a.jsonl", 0.92, 0.03),
        ("author_b.jsonl", 0.92, 0.03),
        ("author_c.jsonl", 0.84, 0.05),
        ("author_d.jsonl", 0.78, 0.07),
        ("author_f.jsonl", 0.67, 0.08),
        ("author_g.jsonl", 0.72, 0.06),
        ("author_h.jsonl", 0.69, 0.09),
        ("author_i.jsonl", 0.73, 0.07),
        ("author_j.jsonl", 0.68, 0.09),
        ("author_k.jsonl", 0.66, 0.08),
        ("author_l.jsonl", 0.72, 0.07),
    ],
)
def test_strangers_are_understood(name: str, right: float, silent: float) -> None:
    done = [outcome(row) for row in rows(name)]
    assert len(done) == 120
    assert sum(not one.wrong for one in done) >= right * len(done)
    assert sum(bool(one.wrong) and not one.told for one in done) <= silent * len(done)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"shapes": ["1:2"]}, "shapes"),
        ({"subject": ["the submarine"]}, "subject"),
        ({"avoid": ["the submarine"]}, "avoid"),
        ({"whole": ["the submarine"]}, "whole"),
        ({"place": ["left"]}, "place"),
        ({"file": ["webp"]}, "file"),
        ({"shot": "headshot"}, "shot"),
    ],
)
def test_a_meaning_that_was_not_read_counts_as_wrong(change: dict[str, Any], key: str) -> None:
    means = {"shapes": ["1:1"], "subject": ["the dog"]}
    assert not outcome({"text": "dog, square", "means": means}).wrong
    assert key in outcome({"text": "dog, square", "means": means | change}).wrong


def test_who_only_the_photo_shows_need_not_be_named() -> None:
    row = {"text": "headshot, square", "means": {"subject": ["the surfer"], "shapes": ["1:1"],
                                                 "shot": "headshot"}}  # fmt: skip
    assert "subject" not in outcome(row).wrong
    said = row | {"text": "headshot of the surfer and the fisherman, square"}
    assert "subject" in outcome(said).wrong
