from pathlib import Path

import pytest

from cropsmith.evals.study.study_file import StudyError, parse_study, read_study

GOOD = """
name = "all"
[[datasets]]
path = "photos"
protocols = "free"
[[systems]]
name = "one"
[[systems]]
name = "two"
model = "vllm/Qwen/Qwen3-VL-8B-Instruct"
[systems.grid]
temperature = [0.0, 0.7]
R = [4, 8]
"""
YAML = """
name: all
datasets:
  - path: photos
systems:
  - name: one
    modle: builtin
"""


def test_a_grid_becomes_systems() -> None:
    study = parse_study(GOOD, Path("s.toml"))
    assert [arm.name for arm in study.arms] == [
        "one", "two temperature=0.0 R=4", "two temperature=0.0 R=8",
        "two temperature=0.7 R=4", "two temperature=0.7 R=8",
    ]  # fmt: skip
    assert [arm.R for arm in study.arms] == [None, 4, 8, 4, 8]
    assert study.arms[1].settings == {
        "model": "vllm/Qwen/Qwen3-VL-8B-Instruct", "temperature": 0.0, "R": 4
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", r"s\.toml:1: is not TOML"),
        ('name = "a"\n[[datasets]\n', r"s\.toml:2: is not TOML"),
        ('name = "a"\n', "'datasets' is missing"),
        (GOOD + "[[systems]]\nname = 'x'\nmodle = 'b'\n", r":16: unknown key 'modle'"),
        (GOOD.replace('"free"', '"fre"'), r":5: .*protocols"),
        (GOOD.replace("R = [4, 8]", "Z = [4, 8]"), r":13: .*'Z' is not a setting|:11: .*'Z'"),
        (GOOD.replace("R = [4, 8]", "Q = ['any']"), r":8: .*'Q' cannot be 'any'"),
        (GOOD.replace('name = "two"', 'name = "one"\n[systems.grid]\nS=[]'), r"s\.toml:"),
        ("concurrency = 0\n" + GOOD, r":1: concurrency"),
        (GOOD.replace('"two"', '"full frame"').replace("[systems.grid]\n", "")
         .replace("temperature = [0.0, 0.7]\nR = [4, 8]", ""), "name of a baseline"),
        ('mode = "rank"\n' + GOOD, "'free' is a generate protocol in a rank study"),
        ('baselines = ["centre .9"]\n' + GOOD, "there is no baseline 'centre .9'"),
        ("seeds = [1, 1]\n" + GOOD, "a seed is given twice"),
    ],
)  # fmt: skip
def test_complaints_name_the_line(text: str, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        parse_study(text, Path("s.toml"))


def test_one_mistake_is_counted_once() -> None:
    text = 'name = "a"\n[[datasets]]\npath = "x"\nprotocol = "free"\n[[systems]]\nname = "b"\n'
    with pytest.raises(StudyError, match="unknown key 'protocol'") as told:
        parse_study(text, Path("s.toml"))
    assert "more)" not in str(told.value)


def test_an_unknown_key_is_answered_with_the_nearest() -> None:
    with pytest.raises(StudyError, match="Did you mean 'model'"):
        parse_study(GOOD + "[[systems]]\nname = 'x'\nmodle = 'b'\n", Path("s.toml"))
    with pytest.raises(StudyError, match="Did you mean 'max_cost'"):
        parse_study("max_costs = 3\n" + GOOD, Path("s.toml"))


def test_yaml() -> None:
    pytest.importorskip("yaml")
    with pytest.raises(StudyError, match=r"s\.yaml:7: unknown key 'modle' in systems\.0"):
        parse_study(YAML, Path("s.yaml"))
    assert parse_study(YAML.replace("modle", "model"), Path("s.yaml")).arms[0].model == "builtin"
    with pytest.raises(StudyError, match=r"s\.yaml:2: is not YAML"):
        parse_study("a: [\n", Path("s.yaml"))
    with pytest.raises(StudyError, match="keys and values"):
        parse_study("- a\n", Path("s.yaml"))


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(GOOD, "utf-8")
    study = read_study(tmp_path / "s.toml")
    assert study.resolve("photos") == (tmp_path / "photos").resolve()
    assert study.text == GOOD
    with pytest.raises(StudyError, match="cannot be read"):
        read_study(tmp_path / "none.toml")
