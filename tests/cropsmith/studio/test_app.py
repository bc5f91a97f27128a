"""The studio's pages, and what comes and goes through its routes."""

import asyncio
import io
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.evals.lab.trace.sample import Sample, write_sample
from cropsmith.studio.sitting_routes import NOTES
from cropsmith.studio.studies import remember
from tests.cropsmith.studio.conftest import At
from tests.hostile_files import write_hostile

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\x1b[31m\u202e{{7*7}}"


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "astronaut.jpg"


async def test_a_photo_comes_in_upright_and_is_shown(at: At, turned_photos: Path) -> None:
    data = (turned_photos / "portrait_6.jpg").read_bytes()
    entry = (await at.send(data, "C:\\holiday\\me\x1b.jpg"))["entry"]
    assert entry["name"] == "me\\x1b.jpg" and entry["size"]["width"] < entry["size"]["height"]
    for size, side in (("", 900), ("small", 640)):
        answer = await at.client.get(f"/photos/{entry['sha256']}", params={"size": size})
        with Image.open(io.BytesIO(answer.content)) as shown:
            assert shown.format == "JPEG" and not shown.getexif()
            assert shown.height == side > shown.width


async def test_an_upload_that_is_no_photo_is_named(at: At) -> None:
    answer = await at.client.post(
        at.path("/photos"), params={"name": "holiday.jpg"}, content=b"GIF89a" + b"\0" * 50
    )
    assert answer.status_code >= 400 and "holiday.jpg" in answer.json()["message"]
    assert await at.sheets() == []


async def test_a_failing_order_says_why(at: At, photo: Path) -> None:
    await at.send(photo.read_bytes())
    wrong = await at.order(ratios=["potato"])
    assert wrong.status_code == 400 and "potato" in wrong.json()["message"]
    unset = await at.order(settings={"nonsense": "1"})
    assert unset.status_code == 400 and "nonsense" in unset.json()["message"]
    await at.order(models=["nobody/nothing"])
    (take,) = (await at.done())[0]["takes"]
    assert take["state"] == "failed" and "nobody" in take["problem"]


async def test_a_drawn_box_is_downloaded_at_full_size_in_its_exact_ratio(
    at: At, photo: Path
) -> None:
    told = await at.cropped(photo, ratios=["4:5"])
    box = {"x1": 0.103, "y1": 0.207, "x2": 0.811, "y2": 0.797}
    assert (await at.edit(told, box=box)).status_code == 200
    answer = await at.file()
    assert "a-crop.jpg" in answer.headers["content-disposition"]
    with Image.open(io.BytesIO(answer.content)) as crop:
        assert crop.width * 5 == crop.height * 4 and abs(crop.width / 384 - 0.7) < 0.05
    assert (await at.file(target=5)).status_code == 400
    assert (await at.file(take=7)).status_code == 400


async def test_a_download_does_what_the_words_say_of_the_file(at: At, photo: Path) -> None:
    with Image.open(photo) as picture:
        exif, file = picture.getexif(), io.BytesIO()
        exif[0x010F] = "Maker"
        exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 0.0), 3: "W", 4: (0.0, 7.0, 0.0)})
        picture.save(file, "JPEG", exif=exif)
    await at.send(file.getvalue())
    for text in ("4:5", "4:5, as webp under 20 kB, no GPS"):
        await at.order(text=text)
        await at.done()
    plain = await at.file(take=1)
    with Image.open(io.BytesIO(plain.content)) as crop:
        assert crop.getexif().get_ifd(0x8825)  # what is not asked for stays
    answer = await at.file(take=2)
    assert answer.headers["content-disposition"].endswith("a-crop.webp")
    assert len(answer.content) <= 20_000
    assert any("quality" in note for note in json.loads(answer.headers[NOTES]))
    with Image.open(io.BytesIO(answer.content)) as crop:
        assert crop.format == "WEBP" and crop.getexif()[0x010F] == "Maker"
        assert not crop.getexif().get_ifd(0x8825)


async def test_the_words_say_how_many_and_a_caption_is_no_wish(at: At, photo: Path) -> None:
    told = await at.cropped(photo, text="five different crops, 4:5")
    (crop,) = told["takes"][0]["report"]["crops"]
    assert len(crop["alternatives"]) > 2
    await at.order(text="4:5", caption="a smiling woman, 16:9, no GPS")
    report = (await at.done())[0]["takes"][1]["report"]
    assert [crop["target"]["name"] for crop in report["crops"]] == ["4:5"]
    assert "16:9" not in report["read_back"]


async def test_the_studio_answers_while_it_crops(at: At, photo: Path) -> None:
    await at.send(photo.read_bytes())
    await at.order(ratios=["1:1"])
    await at.order(ratios=["4:5"])
    answers = 0
    while any(take["state"] != "done" for take in (await at.sheets())[0]["takes"]):
        assert (await at.client.get("/static/studio.css")).status_code == 200
        answers += 1
        await asyncio.sleep(0.01)
    assert answers > 3


async def test_hostile_text_is_text_on_every_page(at: At, photo: Path, home: Path) -> None:
    sample = Sample(candidates=6, rounds=2, text=HOSTILE, said=HOSTILE)
    a, b = (write_sample(home, photo, sample) for _ in range(2))
    b = write_sample(home, photo, Sample(candidates=7, text=HOSTILE + "b", said=HOSTILE + "b"))
    await at.send(photo.read_bytes(), HOSTILE)
    search, both = f"/traces?text={HOSTILE[:8]}", f"/compare?trace={a}&trace={b}"
    for path in ("/", at.path(), "/traces", search, both):
        page = (await at.client.get(path)).text
        assert "<script>alert" not in page and "<img src=x" not in page and "\x1b" not in page
        # Seven times seven, if a template worked it out; not the digits of a trace's name.
        worked_out = re.search(r"(?<![\w.])49(?![\w.])", page.split("<main")[1].split("2026")[0])
        assert worked_out is None or path in ("/", at.path())
    assert "&lt;script&gt;" in (await at.client.get("/traces")).text


async def test_traces_and_their_pages(client: Any, photo: Path, home: Path) -> None:
    name = write_sample(home, photo)
    listed = (await client.get("/traces", params={"photo": "astro"})).text
    assert f"/traces/{name}" in listed
    assert "No run fits." in (await client.get("/traces", params={"model": "nobody"})).text
    page = await client.get(f"/traces/{name}")
    assert "All traces" in page.text and "sha256-" in page.headers["content-security-policy"]
    assert (await client.get("/traces/ffffffffffff")).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/traces/ffffffffffff", "/compare?trace=1&trace=2", "/studies/no", "/sittings/ffffffffffff"],
)
async def test_what_is_missing_is_told_on_a_page(client: Any, home: Path, path: str) -> None:
    answer = await client.get(path, headers={"accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")
    assert "There is no" in answer.text and "All traces" in answer.text


async def test_no_page_answers_as_a_page_too(client: Any, home: Path) -> None:
    answer = await client.get("/nowhere", headers={"accept": "text/html"})
    assert answer.status_code == 404 and "no such page" in answer.text
    half = await client.get("/compare", headers={"accept": "text/html"})
    assert half.status_code == 422 and "did not understand" in half.text


async def test_studies_are_listed_and_shown_in_a_sandbox(client: Any, home: Path) -> None:
    folder = home / "elsewhere" / "vlm-2026.study"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("<h1>Study</h1>")
    remember(home, folder)
    listed = (await client.get("/studies")).text
    address = re.search(r'href="(/studies/vlm-2026[^"]*)"', listed)
    assert address is not None
    report = await client.get(address[1])
    assert report.text == "<h1>Study</h1>"
    assert "sandbox" in report.headers["content-security-policy"]


async def test_hostile_uploads_leave_the_studio_standing(at: At, tmp_path: Path) -> None:
    write_hostile(tmp_path)
    files = sorted(tmp_path.iterdir())[::6]
    for path in files:
        started = time.monotonic()
        answer = await at.client.post(
            at.path("/photos"), params={"name": path.name}, content=path.read_bytes()
        )
        assert answer.status_code in (200, 400, 413), (path.name, answer.text)
        assert time.monotonic() - started < 20, path.name
        if answer.status_code == 200:
            sha256 = answer.json()["entry"]["sha256"]
            assert (await at.client.get(f"/photos/{sha256}")).status_code == 200
        else:
            assert path.name in answer.json()["message"]
    assert (await at.client.get("/")).status_code == 200
    assert TraceLibrary().list() == ()
