"""Every page of the studio in a real browser: each control does something, nothing is covered."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

import cropsmith
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.record import Facts, StepMark
from cropsmith.agents.trace.store import StoredTrace
from cropsmith.agents.trace.verdicts import verdicts
from cropsmith.agents.trace.views.account import account_of
from cropsmith.agents.trace.views.page import page as page_of
from cropsmith.evals.lab.trace.sample import Sample, write_sample
from cropsmith.tools.photographer.taste import Notebook
from tests.integration.browsing import OpenPage, upload

pytestmark = pytest.mark.integration

CONTROLS = (
    "a[href]:visible:not(.skip), button:visible:enabled, summary:visible, select:visible,"
    " textarea:visible, input:visible:not([type=file], .chipbox input), .chipbox"
)
OVERLAPS = """() => {
  const rects = [...document.querySelectorAll("#detail section")].map((one) => one.getBoundingClientRect());
  let worst = 0;
  rects.forEach((a, i) => rects.forEach((b, j) => {
    if (i >= j) return;
    const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (x > 1 && y > 1) worst = Math.max(worst, x * y);
  }));
  return worst;
}"""  # noqa: E501


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "astronaut.jpg"


def place(studio: str, path: str) -> str:
    return studio.split("?")[0] + path


def crop(page: Any, photo: Path, text: str = "square") -> None:
    upload(page, photo)
    page.fill("#text", text)
    page.click("#crop")
    page.wait_for_selector(".state .chip.ok, .state .chip.partly", timeout=60_000)


def test_every_control_of_every_page_can_be_used(
    studio: str, open_page: OpenPage, home: Path, photo: Path
) -> None:
    a, b = (
        write_sample(home, photo, Sample(candidates=6, rounds=1, text=text))
        for text in ("the dog", "the cat")
    )
    real = cropsmith.crop(photo, "square").report.trace_id
    page = open_page(studio)
    compare = f"compare?trace={a}&trace={b}"
    traces = (f"traces/{a}", f"traces/{real}#s7", f"traces/{a}#s2c1", compare)
    paths = ("", "waiting", "traces", *traces, "studies")
    for path in paths:
        page.goto(place(studio, path))
        start = page.url
        opened(page)
        many = page.locator(CONTROLS).count()
        assert many >= 3, path
        for number in range(many):
            if page.url != start or page.locator(CONTROLS).count() != many:
                page.goto("about:blank")  # or a change of the part behind # would load nothing
                page.goto(start)
            opened(page)
            # Fails where something lies over it; a blocked form would speak on the console.
            control = page.locator(CONTROLS).nth(number)
            goes_on = (control.text_content() or "").startswith("Go on from")
            control.click(timeout=20_000)
            if goes_on:  # a run begins, and its page comes by itself
                page.wait_for_url(re.compile(rf"/traces/(?!{real})"), timeout=60_000)


def opened(page: Any) -> None:
    """Open what is folded, so that what lies in it is there to be clicked."""
    page.evaluate(
        "document.querySelectorAll('#main details').forEach((one) => { one.open = true; })"
    )


def test_search_and_compare_lead_somewhere(
    studio: str, open_page: OpenPage, home: Path, photo: Path
) -> None:
    for text in ("the dog", "a red bus", "a blue bus"):
        write_sample(home, photo, Sample(candidates=4, rounds=1, text=text))
    page = open_page(studio)
    page.goto(place(studio, "traces"))
    page.fill("input[name=text]", "red bus")
    page.click("text=Search")
    page.wait_for_url("**/traces?text=red+bus*")
    assert page.locator("tbody tr").count() == 1 and "a red bus" in page.inner_text("tbody")
    page.goto(place(studio, "traces"))
    for number in range(3):
        page.locator("tbody input[type=checkbox]").nth(number).check()
    page.click("text=Compare the ticked runs")
    page.wait_for_url(re.compile(r"/compare\?"))
    assert page.inner_text("h1") == "Three runs of astronaut.jpg"
    assert "a red bus" in page.inner_text("main")


def test_a_command_beside_the_studio_breaks_nothing(
    studio: str, open_page: OpenPage, home: Path, photo: Path
) -> None:
    page = open_page(studio)
    command = [sys.executable, "-c", "from cropsmith.commands.main import main; main()"]
    for number in range(2):
        crop(page, photo, f"square {number}")
        page.goto(place(studio, "traces"))
        listed = subprocess.run(
            [*command, "trace", "list"],
            env={**os.environ, "CROPSMITH_HOME": str(home)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert listed.stdout.count("astronaut") == number + 1
        page.goto(place(studio, ""))
    crop(page, photo)
    page.click("[data-name=accept]")
    page.wait_for_selector(".after-place .chip.ok")
    assert len(verdicts(home)) == 1 and len(TraceLibrary(home).list()) == 3


def test_a_word_is_taken_back_and_taste_left_out(
    studio: str, open_page: OpenPage, home: Path, photo: Path
) -> None:
    page = open_page(studio)
    crop(page, photo)
    page.click("[data-name=reject]")
    page.wait_for_selector(".after-place .chip.error")
    page.click("[data-name=undo]")
    page.wait_for_selector("[data-name=undo]:disabled")
    assert verdicts(home) == () and Notebook(home / "taste.json").judged() == []
    assert page.locator(".taste").count() == 0


def test_choices_are_named_and_can_be_left_out(
    studio: str, open_page: OpenPage, home: Path, photo: Path
) -> None:
    from cropsmith.tools.photographer.taste import TRAITS, Judged

    random = np.random.default_rng(0)
    notes = []
    for _ in range(40):  # somebody who wants it tight, always
        traits = random.normal(size=len(TRAITS))
        notes.append(Judged(traits=tuple(traits), score=0.7, accepted=bool(traits[0] > 0)))
    Notebook(home / "taste.json").note(notes)
    page = open_page(studio)
    crop(page, photo, "4:5")
    assert "Ranked with your 40 choices." in page.inner_text(".taste")
    page.click("text=Crop without them")
    page.wait_for_selector("[data-name='take 2'][aria-pressed=true]", timeout=60_000)
    assert page.locator(".taste").count() == 0
    page.click("[data-name='take 1']")  # the first answer is not lost
    page.wait_for_selector(".taste")


def test_nothing_lies_over_anything_on_a_wide_screen(
    open_page: OpenPage, home: Path, photo: Path, tmp_path: Path
) -> None:
    url = written(home, write_sample(home, photo), tmp_path)
    page = open_page(url, viewport={"width": 1920, "height": 900})
    for depth in (0, 400, 900, 1600):
        page.evaluate(f"scrollTo(0, {depth})")
        assert page.evaluate(OVERLAPS) == 0


def written(home: Path, name: str, tmp_path: Path) -> str:
    library = TraceLibrary(home)
    file = tmp_path / "trace.html"
    file.write_text(page_of(library.read(name), library.images))
    return file.as_uri()


@pytest.mark.parametrize("width", [1920, 1280, 390])
def test_the_inspector_shows_the_crop_and_no_more(
    open_page: OpenPage, home: Path, tmp_path: Path, width: int
) -> None:
    # Blue all around, green where the chosen crop lies: no blue may be seen in its picture.
    photo = tmp_path / "marked.png"
    size = (1200, 800)
    Image.new("RGB", size, "blue").save(photo)
    account = account_of(TraceLibrary(home).read(write_sample(home, photo)))
    (chosen,) = account.chosen
    candidate = account.candidate(chosen)
    assert candidate is not None
    marked = Image.new("RGB", size, "blue")
    x1, y1, x2, y2 = candidate.box.corners
    corners = (int(x1 * 1200) - 3, int(y1 * 800) - 3, int(x2 * 1200) + 3, int(y2 * 800) + 3)
    ImageDraw.Draw(marked).rectangle(corners, "lime")
    marked.save(photo)
    url = written(home, write_sample(home, photo), tmp_path)
    page = open_page(url, viewport={"width": width, "height": 900})
    with Image.open(io.BytesIO(page.locator(".inspector .crop").screenshot())) as shown:
        red, green, blue = np.moveaxis(np.asarray(shown.convert("RGB")).astype(int), 2, 0)
    around = float(((blue > 150) & (red < 100) & (green < 120)).mean())
    inside = float(((green > 150) & (red < 120) & (blue < 120)).mean())
    assert around < 0.002 and inside > 0.2


def test_a_call_is_read_as_the_model_saw_it(
    open_page: OpenPage, home: Path, photo: Path, tmp_path: Path
) -> None:
    page = open_page(written(home, write_sample(home, photo), tmp_path))
    page.click("#steps .d1 >> nth=0")
    assert page.url.endswith("#s2c1")
    assert page.locator(".attempt").count() == 2
    assert "repair after invalid" in page.inner_text(".because")
    first, second = (page.locator(".attempt").nth(k) for k in range(2))
    assert first.locator(".seen .stroke").count() == 0
    assert second.locator(".seen .stroke").count() == 1  # the box of the reply, in its place
    assert "You are a photographer." in first.inner_text()
    assert "The same as in the attempt before" in second.inner_text()
    page.keyboard.press("n")
    assert page.url.endswith("#s2c1a1") and page.locator(".attempt").count() == 1
    page.keyboard.press("/")
    page.keyboard.type("Mend.")
    shown = page.locator("#steps > li:not([hidden])")
    assert 0 < shown.count() < page.locator("#steps > li").count()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.go_back()
    assert page.url.endswith("#s2c1") and page.locator(".attempt").count() == 2


def test_why_one_won_is_told(open_page: OpenPage, home: Path, photo: Path, tmp_path: Path) -> None:
    page = open_page(written(home, write_sample(home, photo), tmp_path))
    told = page.inner_text(".why")
    assert "came before" in told and "vote of vllm/sample" in told
    assert page.locator(".why tbody tr").count() == 6
    assert page.locator(".why .won .stack i").count() == 4  # a share for each scorer
    page.locator(".why tbody tr").nth(2).locator("button").click()
    name = page.locator(".why tbody tr").nth(2).locator("button").inner_text()
    assert name in page.inner_text("#inspected h3")


def test_a_running_trace_says_so_and_goes_on(studio: str, open_page: OpenPage, home: Path) -> None:
    trace = StoredTrace(home)
    trace.begin(Facts(source="a.jpg", model="vllm/m"))
    trace.start(StepMark(node="intent", started=1.0))
    page = open_page(studio)
    page.goto(place(studio, "traces"))
    page.click("text=a.jpg")
    page.wait_for_selector("text=No candidates yet: the run goes on.")
    page.click("#steps >> text=intent")
    assert "goes on" in page.inner_text("#detail")
    trace.end("error", "stopped")
    page.wait_for_selector(".chip.error", timeout=10_000)
    assert page.url.endswith("#s1")  # read again, and still at the same place


def test_an_unknown_cost_is_not_nothing(
    open_page: OpenPage, home: Path, photo: Path, tmp_path: Path
) -> None:
    page = open_page(written(home, write_sample(home, photo), tmp_path))
    page.evaluate("location.hash = 's2c1'")
    page.wait_for_selector(".attempt")
    assert "cost unknown" in page.inner_text(".attempt >> nth=0")
    assert "$0.0000" not in page.inner_text("body")


def test_a_missing_trace_is_a_page(studio: str, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()  # the browser logs the 404 by itself
    page.goto(studio)
    page.goto(place(studio, "traces/ffffffffffff"))
    assert "There is no trace" in page.inner_text("h1")
    page.click("main >> text=All traces")
    page.wait_for_url("**/traces")
    context.close()
