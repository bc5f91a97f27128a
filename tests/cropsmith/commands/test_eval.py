import json
from pathlib import Path

import pytest
from PIL import Image

from cropsmith.settings import home, state
from tests.cropsmith.conftest import Command
from tests.evals.published import write_fcdb

STUDY = """
name = "small"
traces = false
[[datasets]]
path = "own"
[[systems]]
name = "photographer"
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    rows = ["file,x1,y1,x2,y2"]
    for number in range(3):
        picture = Image.linear_gradient("L").resize((120, 80)).rotate(30 * number)
        picture.convert("RGB").save(tmp_path / "own" / f"{number}.jpg")
        rows.append(f"{number}.jpg,10,10,100,70")
    (tmp_path / "own" / "crops.csv").write_text("\n".join(rows), "utf-8")
    (tmp_path / "study.toml").write_text(STUDY, "utf-8")
    return tmp_path / "study.toml"


def test_datasets_are_listed_with_how_to_get_them(command: Command, tmp_path: Path) -> None:
    ran = command("eval", "datasets", tmp_path)
    assert ran.code == 0
    for name in ("fcdb", "gaicd-v1", "gaicd-v2", "flms", "cpc", "sacd", "cadb", "aadb", "textcrop"):
        assert f"\n{name} " in "\n" + ran.out
    assert ran.out.count("not here.") == 13


def test_a_dataset_that_is_here_is_checked(
    command: Command, many_photos: list[Path], tmp_path: Path
) -> None:
    write_fcdb(tmp_path / "fcdb", many_photos[:5], split="train")
    ran = command("eval", "datasets", tmp_path, "--check", "--json")
    rows = {row["name"]: row for row in json.loads(ran.out)}
    (fcdb,) = rows["fcdb"]["found"]
    assert fcdb["records"] == {"train": 5} and fcdb["photos_present"] == 5
    assert fcdb["protocols"] == ["free", "ratio", "votes", "candidates"]


def test_a_plan_does_not_promise_a_ceiling_without_a_price(command: Command, study: Path) -> None:
    away = '[[systems]]\nname = "away"\ncropper = "http://127.0.0.1:9/crop"\n'
    study.write_text("max_cost = 1\n" + STUDY + away, "utf-8")
    told = command("eval", "run", study, "--plan").out
    assert "not known for: away, so that no ceiling can be kept" in told
    assert "What is known is within the ceiling" in told


def test_pairs_are_written_of_what_was_chosen_alone(command: Command, study: Path) -> None:
    refused = command("eval", "vote", study, "--preferences", "pairs.jsonl")
    assert refused.code == 2 and "--result" in refused.err


def test_plan_run_report_compare(command: Command, study: Path) -> None:
    planned = command("eval", "run", study, "--plan")
    assert planned.code == 0 and "samples to run" in planned.out
    ran = command("eval", "run", study, "-q")
    assert ran.code == 0, ran.err
    folder = study.with_suffix(".study")
    for name in ("report.html", "report.md", "leaderboard.csv", "samples.csv"):
        assert (folder / name).stat().st_size > 100
    again = command("eval", "run", study, "--no-report")
    assert again.out.startswith("0 samples run")
    compared = command("eval", "compare", study, "photographer", "full frame", "--json")
    (found,) = json.loads(compared.out)
    assert found["measure"] == "iou" and found["difference"]["photos"] == 3
    told = command("eval", "compare", study, "photographer", "full frame", "--measure", "bde")
    assert "photographer minus full frame" in told.out and "sign-flip p" in told.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "none.toml"], "none.toml cannot be read: no such file or directory."),
        (["report", "study.toml"], "There are no samples"),
        (["run", "study.toml", "--retry", "lazy"], "'lazy' is no status"),
        (["compare", "study.toml", "photographer", "ful frame"], "no samples|Did you mean"),
        (["datasets", "own", "--check"], ""),
    ],
)
def test_one_sentence_for_what_a_person_can_cause(
    command: Command,
    study: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    import re

    monkeypatch.chdir(study.parent)
    ran = command("eval", *arguments)
    if not message:
        assert ran.code == 0
        return
    assert ran.code == 2 and re.search(message, ran.err)
    assert "Traceback" not in ran.err and ran.err.count("\n") == 1


def test_complaints_of_the_study_file_reach_the_person(command: Command, study: Path) -> None:
    study.write_text(STUDY + 'modle = "x"\n', "utf-8")
    ran = command("eval", "run", study)
    assert ran.code == 2
    assert f"{study}:8: unknown key 'modle' in systems.0. Did you mean 'model'?" in ran.err
    study.write_text(STUDY.replace('"own"', '"elsewhere"'), "utf-8")
    ran = command("eval", "run", study)
    assert ran.code == 2 and "There is no folder" in ran.err


def test_a_system_without_its_key_stops_and_the_others_finish(
    command: Command, study: Path
) -> None:
    pytest.importorskip("openai")
    study.write_text(STUDY + '[[systems]]\nname = "cloud"\nmodel = "openai/gpt-4o-mini"\n', "utf-8")
    ran = command("eval", "run", study, "-q")
    assert ran.code == 1
    assert "cloud stopped: " in ran.err and "OPENAI_API_KEY" in ran.err
    assert "3 samples were not run." in ran.err
    report = (study.with_suffix(".study") / "report.md").read_text("utf-8")
    assert "photographer" in report


def test_a_system_that_answers_nothing_is_named_with_why(command: Command, study: Path) -> None:
    (study.parent / "mine.py").write_text(
        "def bad(photo, **asked):\n    raise ValueError('no luck today')\n", "utf-8"
    )
    study.write_text(STUDY + '[[systems]]\nname = "mine"\ncropper = "mine.py:bad"\n', "utf-8")
    ran = command("eval", "run", study, "-q", "--no-report")
    assert ran.code == 1
    assert "mine: 3 of 3 samples without an answer, the first: " in ran.err
    assert "no luck today" in ran.err and "photographer: " not in ran.err


def test_a_weight_that_is_not_stated_is_not_said_to_be_forgotten(command: Command) -> None:
    ran = command("eval", "align", "--reset")
    assert ran.code == 0 and "own_weight is not stated in" in ran.out
    assert not (home() / "config.toml").exists()
    state("own_weight", "0.35")
    assert "own_weight is stated no more in" in command("eval", "align", "--reset").out
    assert "own_weight is not stated in" in command("eval", "align", "--reset").out
