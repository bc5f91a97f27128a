"""Every broken and malicious file ends in a crop or a clean error, in little time and memory."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.hostile_files import write_hostile
from tests.mutants import mutants
from tests.soak import MOST_BYTES, MOST_SECONDS, soak

MEMORY = 3 * 2**29
"""1.5 GB of address space, for the whole process."""

SECONDS = 10
"""For one file."""

WORKER = """
import json, resource, signal, sys, warnings
from pathlib import Path
warnings.simplefilter("error")
from cropsmith.errors import UnreadableImage
from cropsmith.tools.schema.geometry import PixelBox
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.render import render

memory, seconds, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
for path in sorted(p for p in folder.rglob("*") if p.is_file()):
    print(json.dumps({"starts": str(path)}), flush=True)
    signal.alarm(seconds)  # ends the process
    try:
        photo = open_photo(path)
        width, height = photo.size.width, photo.size.height
        box = PixelBox(
            left=width // 10, top=height // 10,
            right=max(width // 10 + 1, width - width // 10),
            bottom=max(height // 10 + 1, height - height // 10),
        )
        crop = render(photo, box)
        open_photo(crop.data)
        print(json.dumps({"crop": crop.format, "right": crop.size == box.size}), flush=True)
    except UnreadableImage as error:
        print(json.dumps({"error": error.message}), flush=True)
    signal.alarm(0)
"""


def test_files_made_to_harm(tmp_path: Path) -> None:
    write_hostile(tmp_path)
    all_end_well(tmp_path, crops=50)


def test_photos_changed_at_random() -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    soaked = soak(mutants(500, seed))
    assert soaked.wrong == []
    assert soaked.count == 500 and soaked.cropped > 50, f"seed {seed}"
    assert soaked.peak[0] < MOST_BYTES, soaked.peak
    assert soaked.longest[0] < MOST_SECONDS, soaked.longest


@pytest.mark.integration  # for its length alone
@pytest.mark.parametrize("collection", ["pillow", "gofuzz"])
def test_collected_files(shared_data: Path, tmp_path: Path, collection: str) -> None:
    folder = shared_data / "hostile" / collection
    if collection == "gofuzz":
        folder = tmp_path
        with tarfile.open(shared_data / "hostile" / "gofuzz_corpus.tgz") as archive:
            archive.extractall(folder, filter="data")
    all_end_well(folder, crops=150)


def all_end_well(folder: Path, crops: int) -> None:
    """Open and crop every file of a folder in a process of limited means."""
    ended = subprocess.run(
        [sys.executable, "-c", WORKER, str(MEMORY), str(SECONDS), str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0, (lines[-1:], ended.stderr[-2000:])
    assert ended.stderr == ""  # no warning, no decoder's message
    outcomes = [line for line in lines if "starts" not in line]
    assert len(outcomes) * 2 == len(lines) and len(outcomes) > 250
    cropped = [line for line in outcomes if "crop" in line]
    assert all(line["right"] for line in cropped)
    assert len(cropped) > crops
    for line in outcomes:
        message = line.get("error", "It has one sentence.")
        assert message.endswith(".") and "\n" not in message and len(message) < 400
