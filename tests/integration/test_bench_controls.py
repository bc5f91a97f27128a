"""Every control of the bench does something when it is used, and a pick there is blind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.browsing import LONG, OpenPage, serving
from tests.integration.controls import afresh, assert_alive, try_all
from tests.stubs.openai_stub import OpenaiStub
from tests.stubs.stub_server import stop

pytestmark = pytest.mark.integration


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenaiStub]:
    server = OpenaiStub(dialect="vllm", model="qwen3-vl-8b", fills=True).start()
    monkeypatch.setenv("CROPSMITH_VLLM_URL", f"{server.url}/v1")
    monkeypatch.setenv("CROPSMITH_OLLAMA_URL", "http://127.0.0.1:9/v1")  # nobody is there
    yield server
    stop([server])


def test_of_the_bench(home: Path, open_page: OpenPage, photos: Path, stub: OpenaiStub) -> None:
    """Pickers, settings, run, blind pick, reveal, and what of a model that nobody hosts."""
    with serving(home, str(photos / "astronaut.jpg"), "4:5") as url:
        page = open_page(url)
        page.wait_for_selector(".state .chip.ok, .state .chip.partly", timeout=LONG)
        page.click("#asking-what")
        page.click("text=Compare models")
        page.check("input[name=rival][value='vllm/qwen3-vl-8b']")
        page.fill("#another", "ollama/nobody")
        assert "ollama" in page.inner_text("#offered")  # with why it cannot be asked
        page.click("#crop")
        page.wait_for_selector(".bench tbody tr >> nth=2", timeout=LONG)
        page.wait_for_selector("html[data-working=false]", timeout=LONG)
        assert "failed" in page.inner_text(".bench tbody")
        told = page.inner_text(".bench .warning")
        assert told.startswith("ollama/nobody:") and "Traceback" not in told
        assert page.locator(".others rect").count() == 2
        page.click("[data-name='rival 1']")
        page.wait_for_selector(".bench .now >> text=vllm/qwen3-vl-8b")
        ready = "[data-name=blind]"
        offered = ("#rivals summary", "#offered input >> nth=0")
        opened = afresh(page, page.url, ready, *offered)
        tried = try_all(page, opened, ".bench, #rivals")  # the rest is as on any photo
        assert_alive(tried, 6, "rival 0", "rival 1", "checkbox rival builtin", "blind", "another")
        # The blind pick: nothing names who made what until there is no pair left.
        page.goto(page.url)
        page.wait_for_selector(ready)
        page.click(ready)
        page.wait_for_selector(".pairing .tile >> nth=1")
        dialog = page.inner_html("dialog")
        assert "qwen3" not in dialog and "builtin" not in dialog
        for key in ("Tab", "Tab", "Tab"):
            page.keyboard.press(key)
        page.keyboard.press("ArrowRight")  # the right one is better
        page.wait_for_selector("dialog >> text=That was all")
        revealed = page.inner_text("dialog table")
        assert "vllm/qwen3-vl-8b" in revealed and "builtin" in revealed
        page.click("dialog >> text=Close")
        page.wait_for_selector("dialog", state="detached")
        page.close()
