"""The studio and the trace page in a real browser: mouse, keyboard, phone, dark, no errors."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.verdicts import verdicts
from cropsmith.agents.trace.views.page import page as page_of
from cropsmith.evals.lab.trace.sample import Sample, write_sample

pytestmark = pytest.mark.integration
playwright = pytest.importorskip("playwright.sync_api")
pytest.importorskip("uvicorn")

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
HOSTILE = "<script>window.owned=1</script><img src=x onerror='window.owned=1'>\x1b[31m\u202e"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

OpenPage = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[OpenPage]:
    """Open a page that may not say a word on its console."""
    said: list[str] = []
    contexts: list[Any] = []

    def opened(url: str, **options: Any) -> Any:
        context = browser.new_context(accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(url)
        page.wait_for_selector("html[data-ready]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture
def studio(home: Path) -> Iterator[str]:
    command = [sys.executable, "-c", "from cropsmith.commands.main import main; main()"]
    server = subprocess.Popen(
        [*command, "studio", "--port", "0", "--no-open"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "CROPSMITH_HOME": str(home)},
    )
    with server:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found is not None
        until = time.monotonic() + 30
        while time.monotonic() < until and not answers(found[0]):
            time.sleep(0.1)
        yield found[0]
        server.terminate()


def answers(url: str) -> bool:
    import httpx

    try:
        return httpx.get(url).status_code == 303
    except httpx.TransportError:
        return False


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "astronaut.jpg"


def upload(page: Any, photo: Path) -> None:
    page.set_input_files("#file", str(photo))
    page.wait_for_selector("#drop-photo:not([hidden])")


def frame_of(page: Any) -> tuple[float, float, float, float]:
    box = page.locator(".frame").first.bounding_box()
    return box["x"], box["y"], box["width"], box["height"]


def drag_down(page: Any, way: float) -> None:
    x, y, width, height = frame_of(page)
    page.mouse.move(x + width / 2, y + height / 2)
    page.mouse.down()
    page.mouse.move(x + width / 2, y + height / 2 + way, steps=5)
    page.mouse.up()


def test_crop_watch_drag_accept_download(
    studio: str, open_page: OpenPage, photo: Path, home: Path
) -> None:
    page = open_page(studio)
    assert "token" not in page.url
    upload(page, photo)
    page.fill("#text", "her face")
    page.click("text=4:5")
    page.click("#crop")
    page.wait_for_selector(".live-steps li")  # steps arrive while it works
    page.wait_for_selector(".chip.ok", timeout=60_000)
    names = page.locator(".live-steps li b").all_inner_texts()
    assert names[0] == "intent" and names[-1] == "render"
    # Drag the box by its middle, then a corner: the ratio stays.
    drag_down(page, -400)
    top = frame_of(page)[1]
    drag_down(page, 400)
    assert frame_of(page)[1] > top
    x, y, width, height = frame_of(page)
    page.mouse.move(x + width, y + height)
    page.mouse.down()
    page.mouse.move(x + width * 0.6, y + height * 0.6, steps=5)
    page.mouse.up()
    _, _, small, tall = frame_of(page)
    assert small < 0.8 * width and abs(small / tall - 0.8) < 0.01
    page.click("text=Accept")
    page.wait_for_selector("text=Accepted as corrected.")
    (verdict,) = verdicts(home)
    assert verdict.accepted and verdict.corrected
    with page.expect_download() as download:
        page.click("text=Download")
    from PIL import Image

    with Image.open(download.value.path()) as crop:
        assert crop.width * 5 == crop.height * 4


def test_keyboard_alone(studio: str, open_page: OpenPage, photo: Path, home: Path) -> None:
    page = open_page(studio)
    upload(page, photo)  # a file dialog is the browser's own, and has its own keys
    page.focus("#text")
    page.keyboard.type("square")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "crop":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".chip.ok", timeout=60_000)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('frame')"):
            break
    before = frame_of(page)
    page.keyboard.press("-")
    page.keyboard.press("Shift+ArrowDown")
    after = frame_of(page)
    assert after[2] < before[2] and after[1] > before[1]
    while page.evaluate("document.activeElement.textContent") != "Reject":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Rejected.")
    assert not verdicts(home)[0].accepted


def test_two_models_side_by_side(studio: str, open_page: OpenPage, photo: Path) -> None:
    page = open_page(studio)
    upload(page, photo)
    page.fill("#second", "nobody/nothing")
    page.click("#crop")
    page.wait_for_selector(".board .chip.ok", timeout=60_000)
    page.wait_for_selector(".board .chip.error")
    boards = page.locator(".board")
    assert boards.count() == 2
    first, second = (boards.nth(k).bounding_box() for k in range(2))
    assert first["y"] == second["y"] and first["x"] < second["x"]
    assert page.locator("#crop").is_enabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(studio: str, open_page: OpenPage, photo: Path, scheme: str) -> None:
    page = open_page(studio, color_scheme=scheme, **PHONE)
    upload(page, photo)
    page.tap("text=1:1")
    page.tap("#crop")
    page.wait_for_selector(".chip.ok", timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", dark)[:3])) < 200) == (scheme == "dark")
    page.tap("text=See how it thought")
    page.wait_for_selector("html[data-ready] .tile")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_upload_that_is_no_photo_is_one_sentence(
    studio: str, open_page: OpenPage, tmp_path: Path, browser: Any
) -> None:
    (tmp_path / "<img src=x onerror=alert(1)>.jpg").write_bytes(b"GIF89a" + b"\0" * 50)
    context = browser.new_context()
    page = context.new_page()  # the browser logs the 400 by itself, so no open_page here
    page.goto(studio)
    page.set_input_files("#file", str(next(tmp_path.iterdir())))
    page.wait_for_selector("#trouble:not([hidden])")
    assert len(page.inner_text("#trouble")) > 10 and not page.locator("#crop").is_enabled()
    context.close()


def written(library: TraceLibrary, name: str, tmp_path: Path) -> str:
    file = tmp_path / "trace.html"
    file.write_text(page_of(library.read(name), library.images))
    assert file.stat().st_size < 1_500_000
    return file.as_uri()


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE])
def test_the_page_of_forty_candidates(
    open_page: OpenPage, home: Path, photo: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    library = TraceLibrary(home)
    page = open_page(written(library, write_sample(home, photo), tmp_path), **options)
    # From the start of the navigation to an answering page, on whatever machine this is.
    assert page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive") < 1000
    assert page.locator(".tile").count() == 40 and page.locator("#stage .stroke").count() == 40
    first = page.inner_text("#inspected h3")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#inspected h3") != first
    page.keyboard.press("t")
    assert page.get_attribute("#toggle-thirds", "aria-pressed") == "true"
    assert page.locator(".guide").count() == 4
    page.locator(".tile").nth(7).click()
    assert page.locator(".tile[aria-current=true]").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    nameless = "[...document.querySelectorAll('img:not([alt]), svg[role=img]:not([aria-label])')]"
    assert page.evaluate(f"{nameless}.length") == 0


def test_hostile_text_is_shown_as_text(
    open_page: OpenPage, studio: str, home: Path, photo: Path, tmp_path: Path
) -> None:
    sample = Sample(candidates=5, rounds=2, text=HOSTILE, said=HOSTILE)
    name = write_sample(home, photo, sample)
    page = open_page(written(TraceLibrary(home), name, tmp_path))
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate("window.owned") is None and page.locator("main img[src=x]").count() == 0
    text = page.inner_text("body")
    assert "<script>window.owned=1</script>" in text and "\\x1b[31m\\u202e" in text
    page.goto(studio)
    page.goto(studio.split("?")[0] + f"traces/{name}")
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("window.owned") is None
    page.goto(studio.split("?")[0] + "traces")
    assert "<script>window.owned" in page.inner_text("main")


def test_a_setting_of_the_form_reaches_the_run(
    studio: str, open_page: OpenPage, photo: Path
) -> None:
    page = open_page(studio)
    upload(page, photo)
    page.click("text=Settings")
    page.select_option("#set-judge", "yes")
    page.fill("#set-overrides", "R=3")
    page.click("#crop")
    page.wait_for_selector("text=Not used: judge, overrides (R)", timeout=60_000)
