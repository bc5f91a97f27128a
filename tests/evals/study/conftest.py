"""A small dataset of one's own, and a study over it."""

import json
from pathlib import Path

import pytest

from cropsmith.evals.study.plan import Plan, make_plan
from cropsmith.evals.study.spec import Study
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.study_file import parse_study

CROP = {"x1": 0.1, "y1": 0.1, "x2": 0.9, "y2": 0.9}
QUICK = {
    "thoughts": "calm",
    "crops": [{"element": "center", "reason": "The subject fills it.", "box": CROP}],
    "keep": False,
}


@pytest.fixture
def photos(own_photos: Path) -> Path:
    return own_photos


def script(path: Path, *answers: dict[str, object]) -> str:
    """Write a script of answers; return the model's name."""
    path.write_text("\n".join(json.dumps(a) for a in answers), "utf-8")
    return f"scripted/{path}"


def quick_answer(**more: object) -> dict[str, object]:
    return {"purpose": "propose", "value": QUICK, **more}


def study_of(folder: Path, text: str) -> Study:
    return parse_study(text, folder / "study.toml")


def plan_of(folder: Path, text: str, store: Store) -> Plan:
    return make_plan(study_of(folder, text), store)
