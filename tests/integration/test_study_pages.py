"""A study's two pages in a real browser: the report on a screen and a phone, and the blind page."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cropsmith.commands.evaluating import write_report
from cropsmith.commands.voting import vote_lines, vote_server
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.store import Store
from cropsmith.evals.vote.ballots import ORIGINAL
from tests.evals.study.conftest import plan_of
from tests.photos import read_photo

pytestmark = pytest.mark.integration

CHROMIUM = Path("/usr/bin/chromium")
NAMES = ("astronaut", "chelsea", "coffee", "rocket")
STUDY = """
name = "pages"
traces = false
baselines = ["full frame", "centre 0.9", "centre 0.8", "random", "image-blind prior"]
[[datasets]]
path = "own"
protocols = ["free", "ratio"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    rows = ["file,x1,y1,x2,y2"]
    for name in NAMES:
        photo = read_photo(name)
        photo.save(tmp_path / "own" / f"{name}.jpg")
        rows.append(f"{name}.jpg,20,20,{photo.width - 20},{photo.height - 20}")
    (tmp_path / "own" / "crops.csv").write_text("\n".join(rows), "utf-8")
    (tmp_path / "study.toml").write_text(STUDY, "utf-8")
    with Store(tmp_path / "samples.sqlite3", write=True) as store:
        Runner(plan_of(tmp_path, STUDY, store)).run()
    return tmp_path


@pytest.fixture
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.is_file():
        pytest.skip(f"no browser at {CHROMIUM}")
    with playwright.sync_playwright() as play:
        running = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield running
        running.close()


def opened(browser: Any, url: str, width: int, wrong: list[str]) -> Any:
    page = browser.new_page(viewport={"width": width, "height": 850})
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    page.goto(url)
    return page


SHOWN = """
d => document.getElementById('count').textContent.startsWith(`${d} `)
     && !document.getElementById('crops').classList.contains('loading')
"""
"""So many choices are made, and both crops of the next pair are there."""


def test_the_report_is_read_on_a_screen_and_on_a_phone(folder: Path, browser: Any) -> None:
    write_report(folder / "study.toml", folder, photos="none", traces="", parquet=False)
    wrong: list[str] = []
    for width, longest in ((1360, 20_000), (390, 8_000)):
        page = opened(browser, (folder / "report.html").as_uri(), width, wrong)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.scrollHeight") < longest
        cut = "[...document.querySelectorAll('.wide')].filter(d => d.scrollWidth > d.clientWidth)"
        assert page.evaluate(f"{cut}.length") == 0
        assert page.locator(".summary").bounding_box()["y"] < 250
        heads = page.locator(".board").first.locator("thead th").all_inner_texts()
        assert heads[2:6] == ["samples", "failures", "time", "cost"]
    assert wrong == []


def test_two_people_vote_and_the_known_order_comes_out(folder: Path, browser: Any) -> None:
    """One with the keyboard on a screen, one with a finger on a phone; both like large crops."""
    systems = ("centre 0.9", "centre 0.8")
    server = vote_server(
        folder / "study.toml", folder, systems, original=True, host="127.0.0.1", port=0
    )
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    wrong: list[str] = []
    order, undone = [ORIGINAL, *systems], False
    for person, width in (("ann", 1360), ("ben", 390)):
        page = opened(browser, server.url, width, wrong)
        page.fill("#name", person)
        page.click("form button")
        page.wait_for_selector("#vote:not([hidden])")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        while (pair := server.ballots.next_for(person)) is not None:
            done = server.ballots.count(person)
            if done == 1:  # whoever reloads is still who they were
                page.reload()
            page.wait_for_function(SHOWN, arg=done)
            if done == 2 and width > 1000 and not undone:  # and may think better of it
                undone = True
                page.keyboard.press("Backspace")
                page.wait_for_function(SHOWN, arg=1)
                pair, done = server.ballots.next_for(person), 1
                assert pair is not None
            a, b = (order.index(side.system) for side in pair.shown_to(person))
            if width > 1000:
                page.keyboard.press("ArrowLeft" if a < b else "ArrowRight")
            else:
                page.locator("#crops button").nth(int(a > b)).click()
            page.wait_for_function(
                "d => !document.getElementById('count').textContent.startsWith(`${d} `)", arg=done
            )
        assert "That was all" in page.inner_text("#said")
    server.shutdown()
    server.server_close()
    assert wrong == []
    lines = list(vote_lines(folder))
    assert [line[:32].strip() for line in lines[2:5]] == order
    assert "alike in 100 %" in lines[-1]
