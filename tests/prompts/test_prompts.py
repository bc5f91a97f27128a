"""Templates and sets of them."""

from pathlib import Path

import pytest

from cropsmith.errors import UsageError
from cropsmith.prompts import checked, render, replaced_by
from cropsmith.prompts.sets import HERE, find_set, shipped_sets


def test_a_missing_or_unused_variable_is_an_error() -> None:
    with pytest.raises(KeyError, match="lacks a value for: number"):
        render("cropper/example")
    with pytest.raises(ValueError, match="no use for: more"):
        render("cropper/example", number=1, more=2)


def test_a_set_may_leave_out_a_variable_and_not_invent_one(tmp_path: Path) -> None:
    (tmp_path / "cropper").mkdir()
    path = tmp_path / "cropper" / "example.md"
    path.write_text("An example:", "utf-8")
    with replaced_by(tmp_path):
        assert render("cropper/example", number=1).text == "An example:"
        path.write_text("An example of ${what}:", "utf-8")
        with pytest.raises(KeyError, match="what"):
            render("cropper/example", number=1)
    assert render("cropper/example", number=1).text == "Example 1:"


@pytest.mark.parametrize("name", shipped_sets())
def test_what_a_set_replaces_takes_the_same_variables(name: str) -> None:
    folder = find_set(name)
    assert folder is not None
    files = [path.relative_to(folder) for path in folder.rglob("*.md")]
    assert files
    for file in files:
        prompt = file.as_posix().removesuffix(".md")
        import string

        ours = set(string.Template((HERE / file).read_text("utf-8")).get_identifiers())
        with replaced_by(folder):
            checked(prompt, ours)
        assert (folder / file).read_text("utf-8") != (HERE / file).read_text("utf-8")


def test_sets_are_found_by_name_and_path(tmp_path: Path, home: Path) -> None:
    assert find_set("") is None and find_set("standard") is None
    own = home / "prompts" / "mine" / "vlm"
    own.mkdir(parents=True)
    (own / "system.md").write_text("Crop.", "utf-8")
    assert find_set("mine") == own.parent
    assert find_set("mine", tmp_path) == own.parent
    assert find_set(str(own.parent)) == own.parent
    (own / "sistem.md").write_text("Crop.", "utf-8")
    with pytest.raises(UsageError, match="replaces no prompt"):
        find_set("mine")
    with pytest.raises(UsageError, match="no set of prompts 'plian'") as error:
        find_set("plian")
    assert "plain" in str(error.value.hint)
