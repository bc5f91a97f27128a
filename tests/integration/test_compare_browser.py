"""Comparing runs and going on from one, in a real browser; nobody is kept from reading them."""

import re
from pathlib import Path
from typing import Any

import pytest

from cropsmith import crop
from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.record import Facts
from cropsmith.agents.trace.store import StoredTrace
from cropsmith.agents.trace.views.comparison import compare
from cropsmith.agents.trace.views.comparison_page import comparison_page
from cropsmith.agents.trace.views.page import page as page_of
from cropsmith.evals.lab.trace.sample import Sample, write_sample
from tests.integration.accessibility import serious
from tests.integration.browsing import OpenPage

pytestmark = pytest.mark.integration

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DARK = {"color_scheme": "dark"}


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "astronaut.jpg"


@pytest.fixture
def compared(home: Path, photo: Path, tmp_path: Path) -> str:
    """Return the address of a page that compares three sample runs."""
    library = TraceLibrary(home)
    texts = ("the dog, left", "the dog, right", "the dog, right")
    names = [
        write_sample(home, photo, Sample(candidates=8, rounds=2, text=text, seed=seed))
        for seed, text in enumerate(texts)
    ]
    traces = [library.read(name) for name in names]
    file = tmp_path / "compared.html"
    file.write_text(comparison_page(compare(traces), traces, library.images))
    return file.as_uri()


def place(studio: str, path: str) -> str:
    return studio.split("?")[0] + path


def test_crops_lie_over_and_beside_each_other(open_page: OpenPage, compared: str) -> None:
    page = open_page(compared)
    assert page.locator(".shape .canvas .stroke").count() == 3
    assert page.locator(".answer .crop").count() == 3
    assert page.locator(".over tbody tr").count() == 3
    page.click(".tools >> text=B")
    assert page.locator(".shape .canvas .stroke").count() == 2
    page.click("text=Thirds")
    assert page.locator(".shape .canvas .guide").count() == 2 * 4
    page.hover(".answer >> nth=2")
    assert page.locator(".shape .canvas .on").count() == 1
    order = page.locator("h2").all_inner_texts()
    assert order[0] == "Cost, time, verdicts" and order[1] == "4:5" and "parted" in order[2]


def test_prompts_are_a_word_diff_that_unfolds(open_page: OpenPage, compared: str) -> None:
    page = open_page(compared)
    first = page.locator(".parting").first
    first.locator("summary >> text=prompt").first.click()
    prompt = first.locator(".difference", has_text="prompt").first
    assert [one.strip() for one in prompt.locator("del").all_inner_texts()][:1] == ["left"]
    assert [one.strip() for one in prompt.locator("ins").all_inner_texts()][:1] == ["right"]
    before = len(prompt.locator("pre").inner_text())
    prompt.locator(".fold").first.click()
    assert len(prompt.locator("pre").inner_text()) > before


def test_a_run_goes_on_from_its_page_and_both_lead_to_each_other(
    studio: str, open_page: OpenPage, home: Path, photo: Path
) -> None:
    crop(photo, "the woman, 4:5")
    parent = TraceLibrary(home).head("last").id
    page = open_page(studio)
    page.goto(place(studio, f"traces/{parent}"))
    page.click("#steps >> text=grounding")
    page.click("text=All settings")
    page.get_by_label("detector", exact=True).fill("off")
    page.get_by_label("effort").select_option("quick")
    command = f"cropsmith trace replay {parent} --from grounding --effort quick --detector off"
    assert page.inner_text(".command code") == command
    page.click("text=Go on from grounding")
    page.wait_for_url(re.compile(rf"/traces/(?!{parent})[0-9a-f]{{12}}"), timeout=60_000)
    page.wait_for_selector("h1 .chip.ok", timeout=60_000)
    child = TraceLibrary(home).head("last")
    assert child.parent == parent
    assert "goes on from" in page.inner_text(".kin") and "detector off" in page.inner_text(".kin")
    page.click(f".kin >> text={parent}")
    page.wait_for_url(f"**/traces/{parent}")
    assert "Gone on as" in page.inner_text(".kin") and child.id in page.inner_text(".kin")
    page.click(".kin >> text=compare")
    page.wait_for_url(re.compile(r"/compare\?"))
    assert page.inner_text("h1") == "Two runs of astronaut.jpg"
    assert "parted in grounding" in page.inner_text("main")


def test_what_cannot_be_gone_on_with_is_one_sentence(
    studio: str, browser: Any, home: Path, photo: Path
) -> None:
    crop(photo, "square")
    parent = TraceLibrary(home).head("last").id
    context = browser.new_context()
    page = context.new_page()  # the browser logs the 400 by itself, so no open_page here
    page.goto(studio)
    page.goto(place(studio, f"traces/{parent}#s7"))
    page.get_by_label("model", exact=True).fill("nobody/nothing")
    page.click("text=Go on from decision")
    page.wait_for_selector(".onward .warning:not([hidden])")
    assert "nobody" in page.inner_text(".onward .warning")
    assert len(TraceLibrary(home).list()) == 1
    context.close()


def test_one_run_alone_cannot_be_compared(
    studio: str, browser: Any, home: Path, photo: Path
) -> None:
    name = write_sample(home, photo)
    context = browser.new_context()
    page = context.new_page()  # the browser logs the 404 by itself
    page.goto(studio)
    page.goto(place(studio, "traces"))
    page.check("tbody input[type=checkbox]")
    assert page.locator("#compare").is_disabled()
    page.goto(place(studio, f"compare?trace={name}"))
    assert "Two to 6 runs can be compared, not 1." in page.inner_text("h1")
    context.close()


def test_runs_of_studies_are_listed_where_they_are_asked_for(
    studio: str, open_page: OpenPage, home: Path
) -> None:
    for study in ("", "vlm-2026"):
        trace = StoredTrace(home, study=study)
        trace.begin(Facts(source=f"{study or 'own'}.jpg"))
        trace.end("ok", None)
    page = open_page(studio)
    page.goto(place(studio, "traces"))
    assert "own.jpg" in page.inner_text("tbody") and "vlm-2026" not in page.inner_text("tbody")
    page.check("input[name=studies]")
    page.click("text=Search")
    page.wait_for_url("**studies=true*")
    assert "in vlm-2026" in page.inner_text("tbody")
    assert len(TraceLibrary(home).list(TraceFilter())) == 1


def test_notes_stand_before_the_picture(
    open_page: OpenPage, home: Path, photo: Path, tmp_path: Path
) -> None:
    library = TraceLibrary(home)
    file = tmp_path / "trace.html"
    trace = library.read(write_sample(home, photo))
    file.write_text(page_of(trace, library.images))
    page = open_page(file.as_uri())
    notes, stage = (page.locator(name).bounding_box() for name in (".notes", "#stage"))
    assert notes["y"] + notes["height"] <= stage["y"]


@pytest.mark.parametrize("options", [{}, DARK, PHONE, {**PHONE, **DARK}])
def test_nobody_is_kept_from_a_comparison(
    open_page: OpenPage, compared: str, options: dict[str, Any]
) -> None:
    page = open_page(compared, **options)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("options", [{}, DARK, PHONE, {**PHONE, **DARK}])
def test_nobody_is_kept_from_a_trace(
    studio: str, open_page: OpenPage, home: Path, photo: Path, options: dict[str, Any]
) -> None:
    name = write_sample(home, photo)
    page = open_page(studio, **options)
    for path in ("traces", f"traces/{name}", f"traces/{name}#s2", f"traces/{name}#s2c1"):
        page.goto("about:blank")
        page.goto(place(studio, path))
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert serious(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
