"""Every control of the pages of runs does something when it is used; runs that wait are settled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from cropsmith.evals.lab.trace.sample import Sample, write_sample
from tests.integration.browsing import LONG, OpenPage
from tests.integration.controls import afresh, assert_alive, holding, place, try_all

pytestmark = pytest.mark.integration


@pytest.fixture
def waits(home: Path, photos: Path, tmp_path: Path) -> Path:
    """Leave a run of two shapes waiting; return the file that its command names."""
    command = [sys.executable, "-c", "from cropsmith.commands.main import main; main()"]
    out = tmp_path / "out.jpg"
    photo = photos / "astronaut.jpg"
    subprocess.run(
        [*command, "crop", str(photo), "4:5 and square", "--approve", "-o", str(out)],
        env={**os.environ, "CROPSMITH_HOME": str(home)},
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return out


def test_of_the_cards_of_runs_that_wait(studio: str, open_page: OpenPage, waits: Path) -> None:
    page = open_page(studio)
    address, ready = place(studio, "waiting"), ".waiting-card .tile"
    adjust = ".waiting-card >> text=Adjust >> nth=0"
    tried = try_all(page, afresh(page, address, ready, adjust))  # the dialog alone
    assert_alive(tried, 7, "frame The crop", "handle nw", "handle se", "Take this box", "Cancel")
    held = holding(page, "**/waiting/**", done=False, said="Not yet.")
    tried = try_all(page, afresh(page, address, ready))
    assert_alive(tried, 10, "Adjust", "Let the model decide", "Reject all", "See how it thought")
    assert len(held) == 2


def test_a_run_that_waits_is_adjusted(studio: str, open_page: OpenPage, waits: Path) -> None:
    page = open_page(studio)
    page.goto(place(studio, "waiting"))
    page.click(".waiting-card >> text=Adjust >> nth=1")
    page.wait_for_selector("dialog .frame")
    page.keyboard.press("-")
    page.keyboard.press("ArrowUp")
    told = page.inner_text("dialog b")
    page.click("text=Take this box")
    drawn = page.locator(".choosing").nth(1).locator("[aria-pressed=true]")
    assert drawn.inner_text() == "as you drew it"
    page.click("text=Take these")
    page.wait_for_selector("text=Decided. Wrote", timeout=LONG)
    with Image.open(next(waits.parent.glob("out*1x1*"))) as image:
        assert abs(image.width - int(told.split()[0])) <= 2 and image.width == image.height


def test_a_run_that_waits_is_rejected(
    studio: str, open_page: OpenPage, waits: Path, home: Path
) -> None:
    page = open_page(studio)
    page.goto(place(studio, "waiting"))
    page.click("text=Reject all")
    page.wait_for_selector("text=nothing was written")
    assert page.locator(".waiting-card button:enabled").count() == 0
    page.reload()
    page.wait_for_selector("text=Nothing waits.")
    assert not list(waits.parent.glob("out*")) and not list((home / "waiting").iterdir())
    page.goto(place(studio, "traces"))
    assert "error" in page.inner_text("tbody")


def samples(home: Path, photo: Path) -> list[str]:
    return [
        write_sample(home, photo, Sample(candidates=5, rounds=2, text=text, seed=seed))
        for seed, text in enumerate(("the dog", "the cat"))
    ]


def test_of_the_list_of_runs(studio: str, open_page: OpenPage, home: Path, photos: Path) -> None:
    samples(home, photos / "astronaut.jpg")
    page = open_page(studio)
    ticks = ("tbody input >> nth=0", "tbody input >> nth=1")
    opened = afresh(page, place(studio, "traces"), "html[data-ready]", *ticks)
    tried = try_all(page, opened)
    assert_alive(tried, 15, "Search", "Compare the ticked", "Delete the ticked", "text text")


def test_runs_are_deleted_and_come_by_themselves(
    studio: str, open_page: OpenPage, home: Path, photos: Path
) -> None:
    page = open_page(studio)
    page.goto(place(studio, "traces"))
    page.wait_for_selector("text=No run fits.")
    first, second = samples(home, photos / "astronaut.jpg")
    page.wait_for_selector("tbody tr >> nth=1", timeout=LONG)
    page.check(f"input[value='{second}']")
    third = write_sample(home, photos / "coffee.jpg", Sample(candidates=3, rounds=1))
    page.wait_for_selector(f"a[href='/traces/{third}']", timeout=LONG)
    assert page.is_checked(f"input[value='{second}']")  # it stays ticked
    page.click("#delete")
    assert page.inner_text("#delete") == "Delete it for good"
    page.click("#delete")
    page.wait_for_selector(f"a[href='/traces/{second}']", state="detached")
    assert page.locator(f"a[href='/traces/{first}']").count() == 1
    assert page.locator("#delete").is_disabled() and page.inner_text("#say") == "Deleted 1."


@pytest.mark.parametrize("where", ["", "#s4", "#s2c1", "#s2c1a1", "#s3t1"])
def test_of_the_page_of_a_run(
    studio: str, open_page: OpenPage, home: Path, photos: Path, where: str
) -> None:
    name, _ = samples(home, photos / "astronaut.jpg")
    page = open_page(studio)
    # The second candidate is looked at: to look at the first is a change then.
    clicks = ("[aria-label='Next candidate']",) if not where else ()
    opened = afresh(page, place(studio, f"traces/{name}{where}"), "#detail section", *clicks)
    holding(page, "**/onward", trace=name)
    tried = try_all(page, opened)
    more = {
        "": ("rect", "Thirds", "Next candidate", "editor"),
        "#s4": ("Go on from", "select", "All settings"),
        "#s2c1": ("Copy the conversation", "Headers"),
    }
    assert_alive(tried, 20, "search", "Copy the link", *more.get(where, ()))


def test_of_the_comparison_and_the_rest(
    studio: str, open_page: OpenPage, home: Path, photos: Path
) -> None:
    a, b = samples(home, photos / "astronaut.jpg")
    page = open_page(studio)
    compare = place(studio, f"compare?trace={a}&trace={b}")
    assert_alive(try_all(page, afresh(page, compare, "html[data-ready]")), 8, "Thirds", "summary")
    for path, ready in (("", "html[data-ready]"), ("studies", "h1")):
        assert_alive(try_all(page, afresh(page, place(studio, path), ready)), 4)
