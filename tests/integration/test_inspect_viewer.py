"""inspect_ai's own viewer opens the logs of a study, in a real browser."""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from cropsmith.evals.study.serving import free_port

pytestmark = pytest.mark.integration
PROGRAM = [sys.executable, "-c", "from cropsmith.commands.main import main; main()"]


def test_the_viewer_of_inspect_shows_a_sample(
    tmp_path: Path, many_photos: list[Path], browser: Any
) -> None:
    (tmp_path / "own").mkdir()
    for photo in many_photos[:3]:
        shutil.copy(photo, tmp_path / "own")
    study = tmp_path / "study.toml"
    study.write_text(
        'name = "s"\nbaselines = ["centre 0.9"]\n[[datasets]]\npath = "own"\n', "utf-8"
    )
    for words in (["run", "--no-report"], ["report", "--inspect"]):
        subprocess.run([*PROGRAM, "eval", words[0], str(study), words[1]], check=True)
    port = free_port()
    logs = tmp_path / "study.study" / "inspect"
    command = [sys.executable, "-m", "inspect_ai", "view", "start", "--log-dir", str(logs),
               "--port", str(port)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait(f"http://127.0.0.1:{port}/")
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{port}/")
            page.get_by_text("own: free crops").first.click(timeout=60_000)
            page.get_by_text(many_photos[0].name).first.wait_for(timeout=60_000)
            assert "area" in page.inner_text("body").lower()
            page.close()
        finally:
            server.terminate()


def wait(url: str) -> None:
    for _ in range(300):
        try:
            urlopen(url).close()
        except URLError:
            time.sleep(0.2)  # another program's start can only be polled
        else:
            return
    raise AssertionError("inspect's viewer did not start")
