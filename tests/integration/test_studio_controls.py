"""Every control of a photo and of a contact sheet does something when it is used."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.browsing import LONG, OpenPage, serving
from tests.integration.controls import afresh, assert_alive, try_all

pytestmark = pytest.mark.integration

ANSWERED = (
    "() => document.querySelectorAll('.card').length === 3 &&"
    " document.documentElement.dataset.working === 'false'"
)


@pytest.fixture
def shoot(photos: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "shoot"
    folder.mkdir()
    for name in ("astronaut", "coffee", "chelsea"):
        (folder / f"{name}.jpg").write_bytes((photos / f"{name}.jpg").read_bytes())
    return folder


@pytest.fixture
def page(home: Path, open_page: OpenPage, shoot: Path) -> Iterator[Any]:
    """Open a sitting of three photos, all of them answered."""
    with serving(home, str(shoot), "4:5") as url:
        page = open_page(url)
        page.wait_for_function(ANSWERED, timeout=LONG)
        yield page
        page.close()


def test_of_a_sheet(page: Any) -> None:
    page.locator(".card").first.focus()
    page.keyboard.press("a")  # then there is something to be taken away
    page.wait_for_selector(".card.accepted")
    opened = afresh(page, page.url.partition("#")[0], "#sheet:not([hidden]) .card")
    assert_alive(try_all(page, opened), 25, "Zip", "Accept the rest", "checkbox")


def test_of_a_photo(page: Any) -> None:
    address = page.url.partition("#")[0]
    opened = afresh(page, f"{address}#1", "#loupe:not([hidden]) .frame")
    tried = try_all(page, opened)
    assert_alive(tried, 40, "handle", "range", "Guides", "Download", "tile 1")


def test_of_a_photo_whose_shape_is_free(page: Any) -> None:
    address = page.url.partition("#")[0]
    page.goto(f"{address}#1")
    page.click("[data-name=lock]")  # a free shape has sides to drag
    opened = afresh(page, f"{address}#1", ".handle.h-e >> visible=true")
    tried = try_all(page, opened, ".easel")  # the rest is as of any shape
    assert_alive(tried, 9)
    assert sum(one.startswith("handle") for one in tried.used) == 8
