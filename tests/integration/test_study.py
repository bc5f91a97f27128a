"""A whole study: the built-in photographer, a script, and a tiny model on a vLLM server of its own.

Killed in the middle and resumed; then its report is opened in a real browser.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cropsmith.evals.report.results import tables
from cropsmith.evals.study.plan import make_plan
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.study_file import read_study
from cropsmith.evals.trial import SampleStatus
from tests.evals.published import write_fcdb
from tests.integration.conftest import MakeVlm

pytestmark = pytest.mark.integration

CHROMIUM = Path("/usr/bin/chromium")
PHOTOS = 12
CALLS = 3
"""Answers the script gives before it refuses one."""


@pytest.fixture(scope="module")
def folder(
    make_vlm: MakeVlm,
    vllm_venv: Path,
    many_photos: list[Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("study")
    weights = make_vlm("qwen3_vl")
    write_fcdb(folder / "fcdb", many_photos[:PHOTOS])
    crop = {"x1": 0.1, "y1": 0.1, "x2": 0.9, "y2": 0.8}
    idea = {"element": "center", "reason": "The subject <b>fills</b> it.", "box": crop}
    value = {"thoughts": "calm", "crops": [idea], "keep": False}
    lines: list[dict[str, object]] = [{"purpose": "propose", "value": value}] * CALLS
    lines += [{"purpose": "propose", "status": "refused", "reason": "I cannot."}]
    lines += [{"purpose": "propose", "value": value, "repeat": True}]
    (folder / "script.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    args = ["--dtype", "float32", "--enforce-eager", "--max-num-seqs", "8", "--skip-mm-profiling"]
    (folder / "study.toml").write_text(
        f"""
name = "Proof"
concurrency = 2
timeout = 300
baselines = ["full frame", "centre 0.9", "image-blind prior"]

[[datasets]]
name = "FCDB"
path = "{folder / "fcdb"}"
keep = false

[[systems]]
name = "built-in photographer"

[[systems]]
name = "script"
model = "scripted/{folder / "script.jsonl"}"
effort = "quick"
solo = true

[[systems]]
name = "tiny"
model = "vllm/Qwen/Qwen3-VL-tiny"
effort = "quick"
solo = true
serve = {{ venv = "{vllm_venv}", path = "{weights}", context = 8192, wait = 400, args = {args} }}
""",
        "utf-8",
    )
    yield folder


def command(folder: Path, home: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ, "CROPSMITH_HOME": str(home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1",
        "VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    }  # fmt: skip
    code = "from cropsmith.commands.main import main; main()"
    run = [sys.executable, "-P", "-c", code, "eval", "run", str(folder / "study.toml"), "-q"]
    return subprocess.Popen(run, env=environment)


def finished(database: Path) -> int:
    if not database.is_file():
        return 0
    with Store(database, write=False) as store:
        return len(store.states())


@pytest.fixture(scope="module")
def studied(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kill it early, kill it while the server answers, then let it end."""
    home = tmp_path_factory.mktemp("traces")
    database = folder / "study.study" / "samples.sqlite3"
    total = 6 * PHOTOS
    for share in (0.4, 0.9):
        child = command(folder, home)
        until = time.monotonic() + 500
        while child.poll() is None and finished(database) < share * total:
            assert time.monotonic() < until, "the study did not get on"
            time.sleep(0.2)
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert child.returncode == -signal.SIGKILL
    last = command(folder, home)
    assert last.wait(600) == 0
    return folder / "study.study"


def test_each_sample_once_and_no_call_twice(folder: Path, studied: Path) -> None:
    with Store(studied / "samples.sqlite3", write=False) as store:
        plan = make_plan(read_study(folder / "study.toml"), store)
        keys = [planned.key for planned in plan.samples()]
        assert len(keys) == len(set(keys)) == 6 * PHOTOS
        assert set(store.states()) == set(keys)
        (table,) = tables(plan)
        calls = store._do("SELECT sample, model, status FROM calls")
    rows = {row.name: row for row in table.rows}
    assert all(row.samples == PHOTOS for row in rows.values())
    script = Counter(row[0] for row in calls if row[1].startswith("scripted/"))
    assert set(script.values()) == {1} and len(script) == PHOTOS
    assert rows["script"].statuses[SampleStatus.REFUSED] >= 1
    # Random weights hold the grammar or run out of tokens; either way a status, never a crash.
    tiny = rows["tiny"]
    assert sum(tiny.statuses.values()) == PHOTOS and tiny.calls >= PHOTOS
    assert SampleStatus.UNAVAILABLE not in tiny.statuses
    assert SampleStatus.ERROR not in tiny.statuses, "the graph failed, not the model"
    assert not (studied / "server.json").exists()


def test_the_report_in_a_browser(studied: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.is_file():
        pytest.skip(f"no browser at {CHROMIUM}")
    page_file = studied / "report.html"
    assert page_file.stat().st_size < 5_000_000
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        wrong: list[str] = []
        asked: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(page_file.as_uri())
        assert page.locator("h1").inner_text() == "Proof"
        assert page.locator(".board:not(.figures-of) tbody tr").count() == 6
        assert page.locator("figure svg circle").count() >= 4
        assert page.locator(".photo").count() == PHOTOS
        assert page.locator(".crop svg .answer").count() >= 2 * PHOTOS
        told = page.locator(".told", has_text="The subject <b>fills</b> it.")
        assert told.count() >= 1 and page.locator(".told b").count() == 0
        page.locator(".failed").check()
        assert 1 <= page.locator(".photo").count() <= PHOTOS
        page.locator(".failed").uncheck()
        page.locator("[type=search]").fill("no such photo")
        assert page.locator(".photo").count() == 0
        page.locator("[type=search]").fill("")
        page.locator(".board thead th").nth(1).click()
        shown = page.locator(".board:not(.figures-of) tbody tr td:nth-child(2)").evaluate_all(
            "cells => cells.map(cell => Number(cell.dataset.sort))"
        )
        assert shown == sorted(shown, reverse=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
        browser.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
