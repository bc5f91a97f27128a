"""A small dataset of one's own, and a study over it."""

import json
from pathlib import Path

import pytest

from cropsmith.evals.study.plan import Plan, make_plan
from cropsmith.evals.study.spec import Study
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.study_file import parse_study
from tests.evals.conftest import MakePhoto

CROP = {"x1": 0.1, "y1": 0.1, "x2": 0.9, "y2": 0.9}
QUICK = {
    "thoughts": "calm",
    "crops": [{"element": "center", "reason": "The subject fills it.", "box": CROP}],
    "keep": False,
}


@pytest.fixture
def photos(tmp_path: Path, make_photo: MakePhoto) -> Path:
    """Six photos with two crops each."""
    folder = tmp_path / "own"
    rows = ["file,x1,y1,x2,y2"]
    for number in range(6):
        make_photo(folder / f"{number}.jpg", shade=10 + 20 * number)
        rows += [f"{number}.jpg,0,0,60,80", f"{number}.jpg,{number},0,120,80"]
    (folder / "crops.csv").write_text("\n".join(rows), "utf-8")
    return folder


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
