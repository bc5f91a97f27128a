"""A studio of its own process and a headless Chromium, for the tests of pages."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

LONG = 120_000
"""Milliseconds that a page may take on a busy machine."""

OpenPage = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
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
        context.set_default_timeout(LONG)
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
    assert not said, said


@pytest.fixture
def studio(home: Path) -> Iterator[str]:
    pytest.importorskip("uvicorn")
    with serving(home) as url:
        yield url


@contextmanager
def serving(home: Path, *arguments: str) -> Iterator[str]:
    """Run a studio, and give the address that it prints."""
    command = [sys.executable, "-c", "from cropsmith.commands.main import main; main()"]
    server = subprocess.Popen(
        [*command, "studio", *arguments, "--port", "0", "--no-open"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "CROPSMITH_HOME": str(home)},
    )
    with server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found is not None
            until = time.monotonic() + 30
            while time.monotonic() < until and not answers(found[0]):
                time.sleep(0.1)
            yield found[0]
        finally:  # a test that fails must not wait for a server that nobody ends
            server.terminate()


def answers(url: str) -> bool:
    import httpx

    try:
        return httpx.get(url).status_code == 303
    except httpx.TransportError:
        return False


def upload(page: Any, photo: Path, many: int = 1) -> None:
    """Choose a file, and wait until the sitting has so many photos."""
    page.set_input_files("#file", str(photo))
    page.wait_for_function("(many) => sitting.sheets.size === many", arg=many)
