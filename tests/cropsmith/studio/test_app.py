"""What the studio does with photos, orders, verdicts and traces."""

import asyncio
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.verdicts import verdicts
from cropsmith.evals.lab.trace.sample import Sample, write_sample
from cropsmith.studio.studies import remember
from cropsmith.tools.examples.indexes import open_personal
from cropsmith.tools.photographer.taste import Notebook
from tests.hostile_files import write_hostile

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\x1b[31m\u202e{{7*7}}"


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "astronaut.jpg"


async def uploaded(client: Any, data: bytes, name: str = "a.jpg") -> dict[str, Any]:
    answer = await client.post("/photos", params={"name": name}, content=data)
    assert answer.status_code == 200, answer.text
    info: dict[str, Any] = answer.json()
    return info


async def events(client: Any, order: dict[str, Any]) -> list[dict[str, Any]]:
    started = await client.post("/runs", json=order)
    assert started.status_code == 200, started.text
    answer = await client.get(f"/runs/{started.json()['run']}/events", timeout=60)
    lines = [line for line in answer.text.splitlines() if line.startswith("data: ")]
    return [json.loads(line.removeprefix("data: ")) for line in lines]


async def report_of(client: Any, photo: Path, **order: Any) -> dict[str, Any]:
    info = await uploaded(client, photo.read_bytes())
    told = await events(client, {"photo": info["sha256"], "name": "a.jpg", **order})
    assert told[-1]["kind"] == "run_ended", told[-1]
    report: dict[str, Any] = told[-1]["report"]
    return report


async def test_a_photo_comes_in_upright_and_is_shown(client: Any, turned_photos: Path) -> None:
    data = (turned_photos / "portrait_6.jpg").read_bytes()
    info = await uploaded(client, data, "C:\\holiday\\me\x1b.jpg")
    assert info["name"] == "me\\x1b.jpg" and info["width"] < info["height"]
    answer = await client.get(f"/photos/{info['sha256']}")
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert shown.format == "JPEG" and shown.width < shown.height and not shown.getexif()


async def test_steps_arrive_and_the_answer_comes_last(client: Any, photo: Path) -> None:
    info = await uploaded(client, photo.read_bytes())
    order = {"photo": info["sha256"], "name": "me.jpg", "text": "", "ratios": ["4:5", "1:1"]}
    told = await events(client, order)
    kinds = [event["kind"] for event in told]
    assert kinds[0] == "run_began" and kinds[-1] == "run_ended"
    assert any(event["kind"] == "step_ended" and event["boxes"] for event in told)
    assert len(told[-1]["report"]["crops"]) == 2 and told[-1]["report"]["source"] == "me.jpg"


async def test_a_failing_order_says_why(client: Any, photo: Path) -> None:
    info = await uploaded(client, photo.read_bytes())
    wrong = await client.post("/runs", json={"photo": info["sha256"], "ratios": ["potato"]})
    assert wrong.status_code == 400 and "potato" in wrong.json()["message"]
    told = await events(client, {"photo": info["sha256"], "model": "nobody/nothing"})
    assert told[-1]["kind"] == "run_failed" and "nobody" in told[-1]["message"]
    assert (await client.post("/runs", json={"photo": "0" * 64})).status_code == 400
    assert (await client.post("/runs", json={"photo": "../../etc"})).status_code == 422


async def test_a_drawn_box_is_downloaded_at_full_size_in_its_exact_ratio(
    client: Any, photo: Path
) -> None:
    report = await report_of(client, photo, ratios=["4:5"])
    box = {"x1": 0.103, "y1": 0.207, "x2": 0.811, "y2": 0.797}
    piece = {"trace": report["trace_id"], "target": 0, "box": box}
    answer = await client.post("/crops/file", json=piece)
    assert "a-crop.jpg" in answer.headers["content-disposition"]
    with Image.open(io.BytesIO(answer.content)) as crop:
        assert crop.width * 5 == crop.height * 4 and abs(crop.width / 384 - 0.7) < 0.05
    beyond = await client.post("/crops/file", json={**piece, "target": 5})
    assert beyond.status_code == 400


async def test_verdicts_are_kept(client: Any, photo: Path, home: Path) -> None:
    report = await report_of(client, photo, ratios=["1:1"])
    own = report["crops"][0]["box"]
    word = {"trace": report["trace_id"], "target": 0, "box": own, "accepted": True}
    answer = await client.post("/crops/verdict", json=word)
    assert answer.json() == {"accepted": True, "corrected": False}
    moved = {**own, "x1": own["x1"] * 0.5, "x2": own["x2"] - own["x1"] * 0.5}
    moved["y1"], moved["y2"] = 0.1, 0.5
    await client.post("/crops/verdict", json={**word, "box": moved})
    (kept,) = verdicts(home)
    assert kept.corrected and kept.accepted and kept.sha256 == report["sha256"]
    # Accepted; then accepted as corrected, which also rejects what had been proposed.
    assert [judged.accepted for judged in Notebook().judged()] == [True, True, False]
    index = open_personal()
    assert len(index.store) == 1
    index.close()


async def test_a_run_can_be_stopped(client: Any, photo: Path, home: Path) -> None:
    info = await uploaded(client, photo.read_bytes())
    run = (await client.post("/runs", json={"photo": info["sha256"]})).json()["run"]
    assert (await client.delete(f"/runs/{run}")).status_code == 204
    answer = await client.get(f"/runs/{run}/events", timeout=60)
    assert "run_failed" in answer.text and "Stopped" in answer.text


async def test_a_late_listener_hears_everything_and_can_go_on(client: Any, photo: Path) -> None:
    info = await uploaded(client, photo.read_bytes())
    run = (await client.post("/runs", json={"photo": info["sha256"]})).json()["run"]
    whole = (await client.get(f"/runs/{run}/events", timeout=60)).text
    again = (await client.get(f"/runs/{run}/events")).text
    rest = (await client.get(f"/runs/{run}/events", headers={"last-event-id": "3"})).text
    assert again == whole and whole.endswith(rest) and "id: 3\n" not in rest


async def test_the_studio_answers_while_it_crops(client: Any, photo: Path) -> None:
    info = await uploaded(client, photo.read_bytes())
    orders = [{"photo": info["sha256"], "ratios": [ratio]} for ratio in ("1:1", "4:5", "3:2")]
    runs = asyncio.gather(*(events(client, order) for order in orders))
    answers = 0
    while not runs.done():
        assert (await client.get("/static/studio.css")).status_code == 200
        answers += 1
        await asyncio.sleep(0.01)
    assert answers > 5
    assert all(told[-1]["kind"] == "run_ended" for told in await runs)


async def test_hostile_text_is_text_on_every_page(client: Any, photo: Path, home: Path) -> None:
    sample = Sample(candidates=6, rounds=2, text=HOSTILE, said=HOSTILE)
    a, b = (write_sample(home, photo, sample) for _ in range(2))
    b = write_sample(home, photo, Sample(candidates=7, text=HOSTILE + "b", said=HOSTILE + "b"))
    for path in ("/", "/traces", f"/traces?text={HOSTILE[:8]}", f"/compare?a={a}&b={b}"):
        page = (await client.get(path)).text
        assert "<script>alert" not in page and "<img src=x" not in page and "\x1b" not in page
        assert "49" not in page.split("<main")[1].split("2026")[0] or path == "/"
    assert "&lt;script&gt;" in (await client.get("/traces")).text


async def test_traces_and_their_pages(client: Any, photo: Path, home: Path) -> None:
    name = write_sample(home, photo)
    listed = (await client.get("/traces", params={"photo": "astro"})).text
    assert f"/traces/{name}" in listed
    assert "No run fits." in (await client.get("/traces", params={"model": "nobody"})).text
    page = await client.get(f"/traces/{name}")
    assert "All traces" in page.text and "sha256-" in page.headers["content-security-policy"]
    assert (await client.get("/traces/ffffffffffff")).status_code == 400


async def test_studies_are_listed_and_shown_in_a_sandbox(client: Any, home: Path) -> None:
    folder = home / "elsewhere" / "vlm-2026.study"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("<h1>Study</h1>")
    remember(home, folder)
    assert "vlm-2026" in (await client.get("/studies")).text
    report = await client.get("/studies/vlm-2026")
    assert report.text == "<h1>Study</h1>"
    assert "sandbox" in report.headers["content-security-policy"]


async def test_hostile_uploads_leave_the_studio_standing(client: Any, tmp_path: Path) -> None:
    write_hostile(tmp_path)
    files = sorted(tmp_path.iterdir())[::6]
    for path in files:
        started = time.monotonic()
        answer = await client.post("/photos", params={"name": path.name}, content=path.read_bytes())
        assert answer.status_code in (200, 400, 413), (path.name, answer.text)
        assert time.monotonic() - started < 20, path.name
        if answer.status_code == 200:
            assert (await client.get(f"/photos/{answer.json()['sha256']}")).status_code == 200
    assert (await client.get("/")).status_code == 200
    assert TraceLibrary().list() == ()
