"""The pages say what is so: links and named files exist, the README shows real answers."""

import re
import runpy
from pathlib import Path

import pytest
from skimage import data

from cropsmith import crop

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CODE = sorted(
    path
    for folder in ["agents", "cropsmith", "evals", "tools", "vectorstore"]
    for path in (ROOT / folder).rglob("*.py")
)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
FOLDERS = "agents|cropsmith|docs|evals|prompts|tests|tools|vectorstore"
NAMED = re.compile(rf"`((?:{FOLDERS})/[\w./-]*)`")
README = (ROOT / "README.md").read_text("utf-8")


def test_files_and_rooms_are_listed_as_they_describe_themselves() -> None:
    pages = runpy.run_path(str(ROOT / "tests" / "file_list.py"))["pages"]
    for page, fresh in pages().items():
        assert page.read_text("utf-8") == fresh, "run python tests/file_list.py --write"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_to_files_and_named_files_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    linked = [link for link in LINK.findall(text) if "://" not in link]
    gone = [link for link in linked if not (page.parent / link).exists()]
    assert gone + [name for name in NAMED.findall(text) if not (ROOT / name).exists()] == []


def test_pages_that_the_code_names_exist() -> None:
    named = {n for p in CODE for n in re.findall(r"docs/[\w/.-]*\w", p.read_text("utf-8"))}
    assert named and {name for name in named if not (ROOT / name).is_file()} == set()


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


def test_the_readme_shows_what_the_program_answers() -> None:
    result = crop(data.rocket(), "Instagram portrait")
    left, top, right, bottom = result.pixels
    assert f"{right - left} x {bottom - top}, left {left}, top {top} (builtin)" in README
    for reason in result.reasons:
        assert f"because   {reason}" in README
