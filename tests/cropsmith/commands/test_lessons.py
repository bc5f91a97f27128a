"""`cropsmith train lessons`, as a person uses it: what is written, and what is refused."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cropsmith import crop
from cropsmith.commands.main import app
from cropsmith.errors import UsageError
from cropsmith.evals.report.writing import opened
from cropsmith.evals.vote.ballots import Ballots, pairs_of
from tests.evals.published import write_fcdb, write_gaicd

MODEL = "Qwen/Qwen3-VL-8B-Instruct"
STUDY = """
name = "vote"
baselines = ["centre 0.9", "centre 0.8"]
[[datasets]]
path = "fcdb"
format = "fcdb"
"""


def lessons(kind: str, *arguments: str | Path) -> tuple[str, BaseException | None]:
    told = ["train", "lessons", kind, "-q", *map(str, arguments)]
    done = CliRunner().invoke(app, told)
    return done.stdout, done.exception


def told(*arguments: str | Path) -> None:
    done = CliRunner().invoke(app, [str(part) for part in arguments])
    assert done.exception is None, done.exception


def rows_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def files(photos: Path) -> Sequence[Path]:
    return [photos / f"{name}.jpg" for name in ("astronaut", "coffee", "rocket", "chelsea")]


@pytest.fixture(scope="module")
def data(files: Sequence[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fcdb(tmp_path_factory.mktemp("data") / "fcdb", files, "train")


def test_answers_to_imitate_are_written_for_both_trainers(
    data: Path, files: Sequence[Path], tmp_path: Path
) -> None:
    tests = write_fcdb(tmp_path / "tests", files[3:], "test")
    out = tmp_path / "lessons"
    said, error = lessons("sft", data, "-o", out, "-m", f"vllm/{MODEL}", "--test-data", tests)
    assert error is None and "3 photos of fcdb gave lessons." in said
    assert "1 did not: named by a test part." in said
    trl, factory = rows_of(out / "train/metadata.jsonl"), rows_of(out / "llamafactory-train.jsonl")
    assert len(trl) == len(factory) > 6
    for row, flat in zip(trl, factory, strict=True):
        assert all((out / name).is_file() for name in flat["images"])
        assert row["completion"][0]["content"][0]["text"] == flat["messages"][-1]["content"]
        assert [turn["role"] for turn in row["prompt"]] == ["system", "user"]
    assert "chelsea" not in str(trl)
    import yaml

    recipe = yaml.safe_load((out / "sft.yaml").read_text("utf-8"))
    assert recipe["dataset_name"] == str(out) and recipe["model_name_or_path"] == MODEL
    assert recipe["max_length"] is None and recipe["completion_only_loss"]
    entry = json.loads((out / "dataset_info.json").read_text("utf-8"))["lessons-train"]
    assert (out / entry["file_name"]).is_file()
    manifest = (out / "manifest.json").read_text("utf-8")
    assert (
        str(tmp_path) not in manifest and len(json.loads(manifest)["data"]["labels_sha256"]) == 64
    )


def test_preferences_and_rewards(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "dpo"
    # In all pairs of this data the larger crop won: none may teach, and that is said.
    _, error = lessons("dpo", data, "-o", out, "-m", MODEL)
    assert isinstance(error, UsageError) and "no lesson of this kind" in error.message
    assert not list(tmp_path.iterdir())
    votes = json.loads((data / "ranking_annotation.json").read_text("utf-8"))
    turned = tmp_path / "turned"
    turned.mkdir()
    for name in ("cropping_training_set.json",):
        (turned / name).write_bytes((data / name).read_bytes())
    (turned / "images").symlink_to(data / "images")
    for row in votes:
        row["crops"][0] |= {"vote_for_0": 1, "vote_for_1": 4}
    (turned / "ranking_annotation.json").write_text(json.dumps(votes), "utf-8")
    said, error = lessons("dpo", turned, "-o", out, "-m", MODEL)
    assert error is None and "decide (votes) 8" in said
    for row in rows_of(out / "train/metadata.jsonl"):
        texts = [row[side][0]["content"][0]["text"] for side in ("chosen", "rejected")]
        chosen, rejected = map(json.loads, texts)
        assert {chosen["choice"], rejected["choice"]} == {"A", "B"}
    entry = json.loads((out / "dataset_info.json").read_text("utf-8"))["lessons-train"]
    assert entry["ranking"] and entry["columns"]["rejected"] == "rejected"

    rewarded = tmp_path / "grpo"
    _, error = lessons("grpo", data, "-o", rewarded, "-m", MODEL)
    assert error is None
    rows = rows_of(rewarded / "train/metadata.jsonl")
    assert rows and all(json.loads(row["truth"])["sent"] for row in rows)
    assert not (rewarded / "dataset_info.json").exists()


def test_what_cannot_teach_is_told_in_a_sentence(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for arguments, words in (
        ((data, "-o", out, "-m", "somebody/unheard-of-7B"), "is not known"),
        ((data, "-o", out, "-m", MODEL, "--split", "val"), "has no part 'val'"),
        ((write_gaicd(tmp_path / "gaicd", 3), "-o", out, "-m", MODEL), "None of the 3 photos"),
        ((data, "-o", data, "-m", MODEL), "is there already"),
    ):
        _, error = lessons("sft", *arguments)
        assert isinstance(error, UsageError) and words in error.message
    assert not out.exists() and not list(tmp_path.glob(".*.part"))


def test_recorded_runs_that_ended_near_the_expert_teach(photos: Path, tmp_path: Path) -> None:
    files = [photos / "astronaut.jpg", photos / "coffee.jpg"]
    data = write_fcdb(tmp_path / "fcdb", files, "train")
    liked = [crop(file, trace=False) for file in files]
    labels = data / "cropping_training_set.json"
    rows = json.loads(labels.read_text("utf-8"))
    pixels = liked[0].report.crops[0].pixels
    rows[0]["crop"] = [pixels.left, pixels.top, pixels.size.width, pixels.size.height]
    rows[1]["crop"] = [0, 0, 40, 40]  # far from what any run ends with
    labels.write_text(json.dumps(rows), "utf-8")
    script = tmp_path / "script.jsonl"
    for file, one in zip(files, liked, strict=True):
        idea = {"element": "center", "reason": "Calm.", "box": one.box.model_dump()}
        value = {"thoughts": "calm", "crops": [idea], "keep": False}
        script.write_text(json.dumps({"purpose": "propose", "value": value}), "utf-8")
        given = ("--model", f"scripted/{script}", "--effort", "quick", "-o", tmp_path / "cut")
        told("crop", file, *given)
    said, _ = lessons("sft", data, "-o", tmp_path / "with", "-m", MODEL, "--traces")
    assert "propose (recorded) 1" in said
    plain, _ = lessons("sft", data, "-o", tmp_path / "without", "-m", MODEL)
    assert "(recorded)" not in plain
    with_, without = (rows_of(tmp_path / n / "train/metadata.jsonl") for n in ("with", "without"))
    assert len(with_) == len(without) + 1


@pytest.fixture
def study(photos: Path, tmp_path: Path) -> Path:
    """Two photos with three crops each, all of them run."""
    write_fcdb(tmp_path / "fcdb", [photos / "astronaut.jpg", photos / "coffee.jpg"], "train")
    file = tmp_path / "study.toml"
    file.write_text(STUDY, "utf-8")
    told("eval", "run", file)
    return file


def test_blind_votes_of_a_study_teach(study: Path, tmp_path: Path) -> None:
    asked = ("dpo", study, "-m", MODEL, "-o", tmp_path / "out")
    _, error = lessons(*asked)
    assert isinstance(error, UsageError) and error.message == "Nobody has chosen yet."
    folder = study.with_suffix(".study")
    with opened(study, folder, write=False) as plan:
        pairs = pairs_of(plan, ("centre 0.9", "centre 0.8"), original=False)
    ballots = Ballots(pairs, folder)
    for pair in pairs:
        (smaller,) = (at for at, side in enumerate(pair.shown_to("ann")) if "0.8" in side.system)
        ballots.choose("ann", pair.id, ("first", "second")[smaller])
    assert "decide (votes) 4" in lessons(*asked)[0]  # two photos, each in both orders
    manifest = json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))
    assert manifest["data"]["format"] == "blind votes" and manifest["data"]["photos"] == 2
    assert manifest["plan"]["margin"] == 1
    rows = rows_of(tmp_path / "out/train/metadata.jsonl")
    assert len(rows) == 4 and all({"chosen", "rejected"} <= row.keys() for row in rows)


def test_a_study_of_a_test_part_teaches_nothing(photos: Path, tmp_path: Path) -> None:
    write_fcdb(tmp_path / "fcdb", [photos / "astronaut.jpg"], "test")
    file = tmp_path / "study.toml"
    file.write_text(STUDY, "utf-8")
    told("eval", "run", file)
    folder = file.with_suffix(".study")
    with opened(file, folder, write=False) as plan:
        pairs = pairs_of(plan, ("centre 0.9", "centre 0.8"))
    Ballots(pairs, folder).choose("ann", pairs[0].id, "first")
    _, error = lessons("dpo", file, "-m", MODEL, "-o", tmp_path / "out")
    assert isinstance(error, UsageError) and "has no part 'train'" in error.message
    assert not (tmp_path / "out").exists()
