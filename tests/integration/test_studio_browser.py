"""The studio in a real browser: a photo, a sitting of fifty, mouse, keyboard, phone, dark, slow."""

import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.verdicts import verdicts
from tests.integration.accessibility import serious
from tests.integration.browsing import OpenPage, serving, upload

pytestmark = pytest.mark.integration

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LONG = 120_000
"""Milliseconds for many crops on a busy machine."""


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "astronaut.jpg"


@pytest.fixture
def fifty(many_photos: list[Path], photos: Path, tmp_path: Path) -> Path:
    """A folder of fifty photos, one file that is none among them."""
    folder = tmp_path / "shoot"
    folder.mkdir()
    for file in (*many_photos, photos / "astronaut.jpg", photos / "chelsea.jpg"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "broken.jpg").write_bytes(b"no photo")
    return folder


def frame_of(page: Any) -> tuple[float, float, float, float]:
    box = page.locator(".frame").first.bounding_box()
    return box["x"], box["y"], box["width"], box["height"]


def stands(page: Any) -> tuple[float, ...]:
    """The box as it stands on the photo: left, top, width, height in its pixels."""
    frame = page.locator(".frame")
    return tuple(float(frame.get_attribute(name) or 0) for name in ("x", "y", "width", "height"))


def drag_down(page: Any, way: float) -> None:
    x, y, width, height = frame_of(page)
    page.mouse.move(x + width / 2, y + height / 2)
    page.mouse.down()
    page.mouse.move(x + width / 2, y + height / 2 + way, steps=5)
    page.mouse.up()


def crop(page: Any, photo: Path, text: str) -> None:
    upload(page, photo)
    page.fill("#text", text)
    page.click("#crop")
    page.wait_for_selector(".state .chip.ok, .state .chip.partly", timeout=LONG)


def undo_says(page: Any, did: str) -> None:
    page.wait_for_selector(f'[data-name=undo][title="{did}"]')


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_crop_watch_drag_accept_download(
    studio: str, open_page: OpenPage, photo: Path, home: Path
) -> None:
    page = open_page(studio)
    assert "token" not in page.url
    crop(page, photo, "her face, 4:5")
    assert re.search(r"/sittings/\w{12}$", page.url)
    # Drag the box by its middle, then a corner: the ratio stays.
    before = stands(page)
    drag_down(page, 60 if before[1] < 100 else -60)
    undo_says(page, "moved")
    assert abs(stands(page)[1] - before[1]) > 10 and stands(page)[2:] == before[2:]
    x, y, width, height = frame_of(page)
    page.mouse.move(x + width, y + height)
    page.mouse.down()
    page.mouse.move(x + width * 0.6, y + height * 0.6, steps=5)
    page.mouse.up()
    undo_says(page, "resized")
    _, _, small, tall = frame_of(page)
    assert small < 0.8 * width and abs(small / tall - 0.8) < 0.01
    page.click("[data-name=accept]")
    page.wait_for_selector(".after-place .chip.ok")
    (verdict,) = verdicts(home)
    assert verdict.accepted and verdict.corrected
    with page.expect_download() as download:
        page.click("[data-name=download]")
    with Image.open(download.value.path()) as picture:
        assert picture.width * 5 == picture.height * 4


def test_the_tools_people_know(studio: str, open_page: OpenPage, photo: Path) -> None:
    page = open_page(studio)
    crop(page, photo, "4:5")
    shape = "[data-name=ratio]"

    def proportion() -> float:
        _, _, width, height = frame_of(page)
        return width / height

    page.select_option(shape, "16:9")
    undo_says(page, "16:9")
    assert abs(proportion() - 16 / 9) < 0.02
    page.click("[data-name=turn]")
    undo_says(page, "9:16")
    assert abs(proportion() - 9 / 16) < 0.02
    page.click("[data-name=lock]")
    undo_says(page, "unlocked")
    assert page.locator(".handle.h-e").is_visible()
    page.click("[data-name=lock]")
    undo_says(page, "locked")
    assert not page.locator(".handle.h-e").is_visible() and abs(proportion() - 9 / 16) < 0.02
    for guides, lines in (("golden section", 4), ("centre", 2), ("grid", 14), ("none", 0)):
        page.select_option("[data-name=guides]", guides)
        assert (page.get_attribute(".guide", "d") or "").count("M") == lines
    width = frame_of(page)[2]
    page.click('[aria-label="Nearer"]')
    page.click('[aria-label="Nearer"]')
    assert frame_of(page)[2] > 2 * width and "225 %" in page.inner_text(".zoom")
    page.click('[aria-label="The whole photo"]')
    assert abs(frame_of(page)[2] - width) < 2
    # Every step is undone, and done again; a reload in between changes nothing.
    for did in ("locked", "unlocked", "9:16"):
        undo_says(page, did)
        page.keyboard.press("Control+z")
    undo_says(page, "16:9")
    page.reload()
    undo_says(page, "16:9")
    assert abs(proportion() - 16 / 9) < 0.02
    page.click("[data-name=redo]")
    undo_says(page, "9:16")
    assert page.get_attribute("[data-name=redo]", "title") == "unlocked"


def test_a_photo_is_straightened_by_keys_and_mouse(
    studio: str, open_page: OpenPage, photos: Path
) -> None:
    page = open_page(studio)
    crop(page, photos / "coffee.jpg", "square")
    before = stands(page)
    slider = page.locator("[data-name=angle]")
    slider.focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    undo_says(page, "straightened")  # twelve keys are one step
    assert slider.input_value() == "1.2"
    assert slider.get_attribute("aria-valuetext") == "+1.2°"
    assert page.evaluate("document.activeElement.dataset.name") == "angle"
    bounds = slider.bounding_box()
    page.mouse.click(bounds["x"] + bounds["width"] * 0.2, bounds["y"] + bounds["height"] / 2)
    page.wait_for_selector(".angle:has-text('−')")
    assert float(slider.input_value()) < -5
    turned = page.locator(".editor image").get_attribute("transform")
    assert "rotate(-" in turned
    assert page.locator(".after image").get_attribute("transform").count("rotate(-") == 1
    page.wait_for_timeout(800)  # the step is told
    wide, high = page.locator(".after").get_attribute("viewBox").split()[2:]
    assert abs(float(wide) - float(high)) < 1
    with page.expect_download() as caught:
        page.click("[data-name=download]")
    made = Image.open(caught.value.path())
    made.load()
    assert made.width == made.height
    page.reload()
    page.wait_for_selector("[data-name=angle]")
    assert float(slider.input_value()) < -5
    slider.focus()
    page.keyboard.press("Control+z")
    page.wait_for_selector(".angle:has-text('+1.2°')")
    page.click("[data-name=level]")
    undo_says(page, "not turned")
    assert slider.input_value() == "0" and page.locator("[data-name=level]").is_disabled()
    assert abs(stands(page)[2] - before[2]) < 25


def test_the_after_picture_is_the_crop_and_no_more(
    studio: str, open_page: OpenPage, photo: Path
) -> None:
    page = open_page(studio)
    crop(page, photo, "1:3")  # so narrow that a picture of another shape would show more
    x, y, width, height = stands(page)
    shown = Image.open(io.BytesIO(page.locator(".after").screenshot())).convert("RGB")
    assert abs(shown.width / shown.height - width / height) < 0.02
    with Image.open(photo) as whole:
        cut = whole.convert("RGB").crop((round(x), round(y), round(x + width), round(y + height)))
    one, other = (np.asarray(p.resize((40, 120))).astype(int) for p in (shown, cut))
    assert np.abs(one - other).mean() < 12


def test_a_rejection_looks_like_one(studio: str, open_page: OpenPage, photos: Path) -> None:
    page = open_page(studio)
    upload(page, photos / "coffee.jpg")
    page.fill("#text", "passport photo, UK")
    page.click("#crop")
    page.wait_for_selector(".state.refused", timeout=LONG)
    assert page.inner_text(".state .chip") == "no crop" and not page.locator(".chip.ok").count()
    said = page.inner_text(".loud")
    assert "No crop of this photo answers the request" in said and "no face was found" in said
    assert page.inner_text("[data-name=accept]") == "Accept the nearest"
    assert page.locator(".warning:visible").count() == 0


def test_what_was_not_found_is_as_loud_as_done(
    studio: str, open_page: OpenPage, photo: Path
) -> None:
    page = open_page(studio)
    crop(page, photo, "the unicorn, 4:5")
    assert "unicorn" in page.inner_text(".loud") and "note" in page.inner_text(".state .chip")
    size = "Number(getComputedStyle(document.querySelector('{}')).fontSize.replace('px', ''))"
    assert page.evaluate(size.format(".loud")) >= page.evaluate(size.format(".reasons"))
    assert page.locator(".loud").bounding_box()["y"] < page.locator(".after").bounding_box()["y"]


def test_answers_have_roles_and_alternatives(studio: str, open_page: OpenPage, photo: Path) -> None:
    page = open_page(studio)
    crop(page, photo, "three different crops, 4:5, as webp")
    tiles = page.locator(".alternatives .tile")
    assert tiles.count() == 3 and all(tiles.nth(k).inner_text() for k in range(3))
    before = stands(page)
    tiles.last.click()
    undo_says(page, "alternative 2")
    assert stands(page) != before and tiles.last.get_attribute("aria-pressed") == "true"
    page.click("[data-name=undo]")
    page.wait_for_selector("[data-name=undo]:disabled")
    assert stands(page) == before
    with page.expect_download() as download:
        page.click("[data-name=download]")
    assert download.value.suggested_filename.endswith(".webp")


def test_keyboard_alone(studio: str, open_page: OpenPage, photo: Path, home: Path) -> None:
    page = open_page(studio)
    upload(page, photo)  # a file dialog is the browser's own, and has its own keys
    page.focus("#text")
    page.keyboard.type("square")
    page.keyboard.press("Enter")  # submits
    page.wait_for_selector(".state .chip.ok", timeout=LONG)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('frame')"):
            break
    before = stands(page)
    page.keyboard.press("-")
    page.keyboard.press("Shift+ArrowDown")
    after = stands(page)
    assert after[2] < before[2] and after[1] > before[1]
    undo_says(page, "moved")  # what was done is kept: the next key comes after it
    page.keyboard.press("x")
    page.wait_for_selector(".after-place .chip.error")
    (verdict,) = verdicts(home)
    assert not verdict.accepted and verdict.corrected
    undo_says(page, "rejected")
    page.keyboard.press("Control+z")
    undo_says(page, "moved")
    page.keyboard.press("Enter")
    page.wait_for_selector(".after-place .chip.ok")
    assert verdicts(home)[0].accepted


def test_a_sitting_of_fifty(home: Path, open_page: OpenPage, fifty: Path, tmp_path: Path) -> None:
    files = len(list(fifty.iterdir()))
    with serving(home, str(fifty), "square") as url:
        page = open_page(url)
        page.wait_for_selector(".card")  # it fills while the others are at work
        status = page.locator(".choices [role=status]")
        status.filter(has_text="at work").wait_for(timeout=LONG)
        assert status.evaluate("(one) => one.scrollWidth <= one.clientWidth")  # nothing over it
        page.wait_for_function(
            "(many) => document.querySelectorAll('.card').length === many &&"
            " document.documentElement.dataset.working === 'false'",
            arg=files,
            timeout=4 * LONG,
        )
        assert serious(page) == []
        # The most doubtful first, and what is no photo says so.
        assert "broken.jpg" in page.locator(".card").first.inner_text()
        assert "is not a photo" in page.locator(".card").first.inner_text()
        # Arrow keys, accept, reject, open, back.
        page.locator(".card").nth(1).focus()
        for key in ("a", "x", "ArrowRight"):
            page.keyboard.press(key)
            page.wait_for_timeout(1500)
        page.wait_for_selector(".card.accepted")
        page.wait_for_selector(".card.rejected")
        page.keyboard.press("Enter")
        page.wait_for_selector("#loupe:not([hidden])")
        assert re.search(r"#\d+$", page.url) and serious(page) == []
        where = page.url
        page.select_option("[data-name=ratio]", "4:5")
        undo_says(page, "4:5")
        page.reload()
        undo_says(page, "4:5")
        assert page.url == where
        page.keyboard.press("a")
        page.wait_for_function(f"() => location.href !== '{where}'")  # the next one that is open
        page.go_back()
        undo_says(page, "accepted")
        page.go_back()
        page.wait_for_selector("#sheet:not([hidden])")
        page.click("text=Accepted")
        assert page.locator(".card").count() == 2
        page.reload()
        page.wait_for_selector(".card")
        assert page.locator(".card").count() == 2  # the filter too is as it was
        page.click("text=All")
        # The rest at once, and back.
        page.click("[data-name=rest]")
        page.wait_for_selector(f".offer >> text=Accepted {files - 4}.", timeout=2 * LONG)
        # What was rejected is not accepted, and what is no photo neither.
        assert page.locator(".card.accepted").count() == files - 2
        page.click(".taking summary")
        page.check(".menu >> text=iiif")
        with page.expect_download(timeout=LONG) as download:
            page.click("text=Zip")
        with zipfile.ZipFile(download.value.path()) as archive:
            names = archive.namelist()
        assert sum(name.endswith(".jpg") for name in names) == files - 2
        assert sum(name.endswith(".iiif.txt") for name in names) == files - 2
        page.click("text=Into the folder")
        page.locator(".told").filter(has_text=str(fifty)).wait_for(timeout=LONG)
        assert len(list((fifty / "crops").iterdir())) == 2 * (files - 2)
        page.click(".taking summary")
        page.click("text=Crops alone")
        page.click("text=Most doubtful first")
        page.screenshot(path=str(tmp_path / "sheet.png"), full_page=True)
        page.close()  # it would look for its studio
    # After the studio itself began anew, all is as it was.
    with serving(home, str(fifty), "square") as url:
        page = open_page(url)
        page.wait_for_selector(".card.accepted")
        assert page.locator(".card").count() == files
        assert page.locator(".card.rejected").count() == 1
        assert len(TraceLibrary(home).list(TraceFilter(limit=100))) == files - 1  # none run twice
        page.close()


def test_two_tabs_and_a_command_beside(
    studio: str, open_page: OpenPage, photo: Path, home: Path
) -> None:
    page = open_page(studio)
    crop(page, photo, "4:5")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector(".state .chip.ok")
    page.select_option("[data-name=ratio]", "1:1")
    undo_says(other, "1:1")
    other.keyboard.press("a")
    page.wait_for_selector(".after-place .chip.ok")
    command = [sys.executable, "-c", "from cropsmith.commands.main import main; main()"]
    environment = {**os.environ, "CROPSMITH_HOME": str(home)}
    for rest in (["trace", "list"], ["taste", "show"]):
        subprocess.run([*command, *rest], env=environment, check=True, capture_output=True)
    page.keyboard.press("Control+z")
    undo_says(other, "1:1")
    assert verdicts(home) == () and len(TraceLibrary(home).list()) == 1


def test_reload_and_back_in_the_middle(studio: str, open_page: OpenPage, photos: Path) -> None:
    page = open_page(studio)
    page.set_input_files("#file", [str(photos / f"{name}.jpg") for name in ("coffee", "chelsea")])
    page.fill("#text", "4:5")
    page.keyboard.press("Enter")  # before the photos are here
    page.wait_for_selector(".card")
    page.wait_for_function("() => !document.querySelector('#uploads li')", timeout=LONG)
    page.reload()
    page.wait_for_function("() => document.querySelectorAll('.cropped').length === 2", timeout=LONG)
    assert page.input_value("#text") == "4:5"  # what was asked stands there
    sitting = page.url
    page.goto(studio.split("?")[0])
    page.click(".before a")
    page.wait_for_url(sitting)
    page.go_back()
    page.wait_for_selector("#drop:not(.small-drop)")
    page.go_forward()
    page.wait_for_function("() => document.querySelectorAll('.cropped').length === 2")


def test_a_studio_that_ends_is_told_and_comes_back(
    home: Path, open_page: OpenPage, photo: Path, browser: Any
) -> None:
    context = browser.new_context()
    page = context.new_page()  # the browser logs the lost connection by itself
    with serving(home) as url:
        page.goto(url)
        page.wait_for_selector("html[data-ready]")
        crop(page, photo, "4:5")
        page.select_option("[data-name=ratio]", "1:1")
        undo_says(page, "1:1")
        sitting = page.url
    page.wait_for_selector("#trouble:not([hidden])", timeout=20_000)
    assert "does not answer" in page.inner_text("#trouble")
    with serving(home) as url:
        page.goto(url)
        page.goto(f"{url.split('?')[0]}sittings/{sitting.rpartition('/')[2]}")
        undo_says(page, "1:1")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(studio: str, open_page: OpenPage, photos: Path, scheme: str) -> None:
    page = open_page(studio, color_scheme=scheme, **PHONE)
    assert serious(page) == [] and fits(page)
    upload(page, photos / "astronaut.jpg")
    page.locator("input[value='1:1']").tap()
    page.tap("#crop")
    page.wait_for_selector(".state .chip.ok", timeout=LONG)
    assert fits(page) and serious(page) == []
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", dark)[:3])) < 200) == (scheme == "dark")
    upload(page, photos / "coffee.jpg", 2)
    page.wait_for_selector(".card")
    assert fits(page) and serious(page) == []
    page.locator(".card").first.tap()
    ways = [page.locator(f"[aria-label='{name}']") for name in ("Photo before", "Next photo")]
    assert len({way.bounding_box()["y"] for way in ways}) == 1  # they stand in one line
    page.goto(f"{studio.split('?')[0]}waiting")
    page.wait_for_selector("html[data-ready]")
    assert fits(page) and serious(page) == []


def test_a_slow_network(studio: str, open_page: OpenPage, photos: Path) -> None:
    page = open_page(studio)
    network = page.context.new_cdp_session(page)
    slow = {
        "offline": False,
        "latency": 400,
        "downloadThroughput": 60_000,
        "uploadThroughput": 60_000,
    }
    network.send("Network.emulateNetworkConditions", slow)
    page.set_input_files("#file", str(photos / "astronaut.jpg"))
    page.wait_for_selector("#uploads progress")
    page.wait_for_function(
        "() => (document.querySelector('#uploads progress')?.value ?? 1) > 0", timeout=LONG
    )
    page.fill("#text", "4:5")
    page.keyboard.press("Enter")
    page.wait_for_selector(".state .chip.ok", timeout=LONG)
    page.keyboard.press("a")
    page.wait_for_selector(".after-place .chip.ok", timeout=LONG)


@pytest.mark.parametrize("first", ["the photo", "the other"])
def test_an_upload_that_is_no_photo_is_named(
    studio: str, tmp_path: Path, photo: Path, browser: Any, first: str
) -> None:
    (tmp_path / "<img src=x onerror=alert(1)>.jpg").write_bytes(b"GIF89a" + b"\0" * 50)
    context = browser.new_context()
    page = context.new_page()  # the browser logs the 400 by itself, so no open_page here
    held = list[Any]()
    later = "astro" if first == "the other" else "%3C"
    page.route(f"**/photos?name={later}*", lambda route: held.append(route))
    page.goto(studio)
    page.wait_for_selector("html[data-ready]")
    page.set_input_files("#file", [str(photo), *map(str, tmp_path.iterdir())])
    page.wait_for_selector("#sheet .grid li" if first == "the photo" else "#uploads .warning")
    held[0].continue_()
    page.wait_for_selector("#uploads .warning")
    assert "<img src=x onerror=alert(1)>.jpg" in page.inner_text("#uploads")
    page.wait_for_selector("#loupe:not([hidden])")  # the one that is a photo
    page.click("#uploads button")
    assert page.locator("#uploads li").count() == 0
    context.close()


def test_a_setting_of_the_form_reaches_the_run(
    studio: str, open_page: OpenPage, photo: Path
) -> None:
    page = open_page(studio)
    upload(page, photo)
    page.click("text=More")
    page.select_option("#set-judge", "yes")
    page.fill("#set-overrides", "R=3")
    page.click("#crop")
    page.wait_for_selector("text=Not used: judge, overrides (R)", timeout=LONG)


def test_a_run_that_waits_is_a_card_with_pictures(
    studio: str, open_page: OpenPage, photo: Path, home: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", "from cropsmith.commands.main import main; main()"]
    out = tmp_path / "out.jpg"
    subprocess.run(
        [*command, "crop", str(photo), "4:5 and square", "--approve", "-o", str(out)],
        env={**os.environ, "CROPSMITH_HOME": str(home)},
        check=True,
        stdin=subprocess.DEVNULL,
    )
    page = open_page(studio)
    page.click("text=Waiting")
    page.wait_for_selector(".waiting-card .tile")
    assert page.locator(".choosing").count() == 2 and serious(page) == []
    page.locator(".choosing").first.locator(".tile").nth(1).click()
    assert page.inner_text(".waiting-card .primary") == "Take these"
    page.click(".waiting-card .primary")
    page.wait_for_selector("text=Decided. Wrote", timeout=LONG)
    assert len(list(tmp_path.glob("out*.jpg"))) == 2
    page.reload()
    page.wait_for_selector("text=Nothing waits.")
