"""`cropsmith prompt`, as a person runs it."""

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from cropsmith.commands.main import app
from cropsmith.errors import UsageError

MODEL = ("--model", "vllm/Qwen/Qwen3-VL-8B-Instruct", "--detector", "off", "--clip", "off")


def cropsmith(*words: str) -> Result:
    return CliRunner().invoke(app, ["prompt", *words])


def test_show_prints_the_questions_in_order(photos: Path) -> None:
    result = cropsmith("show", str(photos / "coffee.jpg"), "a square", *MODEL)
    heads = [line for line in result.output.splitlines() if line.startswith("===")]
    assert [head.split()[2] for head in heads[:3]] == ["understand", "analyse", "propose"]
    assert '"a square"' in result.output and "<picture, " in result.output


def test_only_one_question_as_json_with_its_schema(photos: Path) -> None:
    result = cropsmith(
        "show", str(photos / "coffee.jpg"), "a square", *MODEL, "--only", "propose", "--json"
    )
    (line,) = result.output.splitlines()
    sent = json.loads(line)
    assert sent["purpose"] == "propose" and "crops" in sent["schema"]["properties"]
    assert sent["messages"][0]["role"] == "system"
    kinds = [type(part) for part in sent["messages"][1]["parts"]]
    assert kinds == [str, dict, str], "one picture, words before and after"


def test_a_question_that_is_not_asked_is_told(photos: Path) -> None:
    result = cropsmith("show", str(photos / "coffee.jpg"), *MODEL, "--only", "judge")
    assert isinstance(result.exception, UsageError) and "propose" in result.exception.hint


def test_the_sets_are_listed(home: Path) -> None:
    (home / "prompts" / "mine").mkdir(parents=True)
    lines = cropsmith("list").output.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["standard", "plain", "mine"]
