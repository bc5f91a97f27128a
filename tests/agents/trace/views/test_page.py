"""The page of a trace is self-contained, small, and takes no text for markup."""

import json
import re
from pathlib import Path

from PIL import Image

from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.values import Trace
from cropsmith.agents.trace.views.page import page
from cropsmith.evals.lab.trace.sample import write_sample


def data_of(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)
    assert found is not None
    loaded: dict[str, object] = json.loads(found[1])
    return loaded


def test_a_page_of_forty_candidates_is_small_and_needs_nothing(
    sample: Trace, library: TraceLibrary
) -> None:
    html = page(sample, library.images)
    assert len(html.encode()) < 1_500_000
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", html)
    assert "{{" not in html
    candidates = data_of(html)["candidates"]
    assert isinstance(candidates, list) and len(candidates) == 40


def test_hostile_text_stays_data(hostile: Trace, library: TraceLibrary) -> None:
    html = page(hostile, library.images)
    assert html.count("<script") == 2 and "<img" not in html.split("<script")[1]
    assert data_of(html)["facts"]["request"] == hostile.head.request  # type: ignore[index]


def test_a_trace_without_photo_or_steps_has_a_page(
    library: TraceLibrary, photo: Path, tmp_path: Path
) -> None:
    from cropsmith.agents.trace.record import Facts, StepMark
    from cropsmith.agents.trace.store import StoredTrace

    trace = StoredTrace(library.home)
    trace.begin(Facts(source="a.jpg"))
    trace.start(StepMark(node="intent", started=1.0))
    trace.end("error", "stopped")
    html = page(library.read("last"), library.images)
    assert data_of(html)["photo"] is None


def test_the_policy_names_the_script(sample: Trace, library: TraceLibrary) -> None:
    import base64
    import hashlib

    html = page(sample, library.images)
    script = html.rsplit("<script>", 1)[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html


def test_large_photos_are_scaled_down(library: TraceLibrary, tmp_path: Path) -> None:
    big = tmp_path / "big.jpg"
    Image.effect_noise((2400, 3600), 80).save(big, quality=90)
    assert big.stat().st_size > 3_000_000
    html = page(library.read(write_sample(library.home, big)), library.images)
    assert len(html.encode()) < 1_500_000
    assert data_of(html)["width"] < data_of(html)["height"]  # type: ignore[operator]
