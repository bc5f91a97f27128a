"""The page of a trace beside another viewer's: its weight, and the processor time of its script.

python -m cropsmith.evals.lab.trace.beside make FOLDER        a trace of 40 candidates and 32 calls:
                                                              its page and its export
python -m cropsmith.evals.lab.trace.beside measure URL [CSS]  any page, until CSS is to be seen
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.views.export import lines
from cropsmith.agents.trace.views.page import page
from cropsmith.evals.lab.trace.sample import Sample, write_sample

SAMPLE = Sample(candidates=40, rounds=3, calls=10)
LOADS = 5
CHROMIUM = "/usr/bin/chromium"


def make(folder: Path, photo: Path) -> None:
    """Write trace.html and trace.jsonl of a sample over a photo."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as home:
        library = TraceLibrary(Path(home))
        trace = library.read(write_sample(Path(home), photo, SAMPLE))
        html = page(trace, library.images)
        (folder / "trace.jsonl").write_text("".join(f"{line}\n" for line in lines(trace)))
    (folder / "trace.html").write_text(html)
    print(f"{folder}/trace.html  {len(html.encode()) / 1e3:.0f} KB, {trace.head.calls} calls")


def measure(url: str, seen: str) -> None:
    """Print the bytes that a page loads and the least CPU of its script over several loads."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        loads = [_load(browser, url, seen) for _ in range(LOADS)]
        browser.close()
    script, task, weight = (min(load[i] for load in loads) for i in range(3))
    print(f"{url}  {weight / 1e3:.0f} KB, script {script:.0f} ms, all work {task:.0f} ms")


def _load(browser: Any, url: str, seen: str) -> tuple[float, float, float]:
    """Return CPU of the script and of all work of the page, in ms, and its bytes as decoded."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    shown = context.new_page()
    sizes: list[int] = []
    shown.on("requestfinished", lambda request: sizes.append(_size(request)))
    session = context.new_cdp_session(shown)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    shown.goto(url)
    shown.wait_for_selector(seen, timeout=120_000)
    shown.wait_for_load_state("networkidle") if url.startswith("http") else None
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    weight = sum(sizes) or Path(url.split("#")[0].removeprefix("file://")).stat().st_size
    context.close()
    return told["ScriptDuration"] * 1e3, told["TaskDuration"] * 1e3, float(weight)


def _size(request: Any) -> int:
    answer = request.response()
    return len(answer.body()) if answer is not None and answer.ok else 0


if __name__ == "__main__":
    if sys.argv[1] == "make":
        import skimage

        make(Path(sys.argv[2]), Path(skimage.__file__).parent / "data" / "rocket.jpg")
    else:
        measure(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "html[data-ready]")
