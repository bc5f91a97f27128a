"""Batches on a Ray cluster come to what they come to here, whichever node is killed."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray")

from cropsmith.batch.processes import Processes
from cropsmith.batch.rays import Rays
from tests.cluster import cluster, crops_in, order_to, small_photos, worked_off

pytestmark = pytest.mark.integration

PHOTOS = 60


def test_a_node_that_is_killed_costs_nothing(tmp_path: Path) -> None:
    small_photos(tmp_path / "in", PHOTOS)
    here, away = tmp_path / "here", tmp_path / "away"
    local = worked_off(tmp_path / "in", here, Processes(order_to(here)), 2)
    with cluster(3) as kill:
        on_ray = worked_off(tmp_path / "in", away, Rays(order_to(away)), 3, (0.4, kill))
    assert on_ray.files == local.files and len(local.files) == PHOTOS
    assert on_ray.states == local.states
    assert set(on_ray.told.values()) == {1}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a store that speaks S3, to which the environment leads."""
    moto = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_EC2_METADATA_DISABLED": "true",
        "OMP_NUM_THREADS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    yield s3fs.S3FileSystem(skip_instance_cache=True)
    server.stop()


@pytest.mark.parametrize("on", ["here", "ray"])
def test_a_bucket_is_cropped_into_another(tmp_path: Path, s3: Any, on: str) -> None:
    small_photos(tmp_path / "in", 6)
    photos, crops = f"photos-{on}", f"crops-{on}"
    s3.mkdir(photos)
    s3.mkdir(crops)
    s3.put(f"{tmp_path}/in/", f"{photos}/day/", recursive=True)

    def cropsmith(*more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cropsmith.commands.main", "crop", *more]
        return subprocess.run(command, capture_output=True, text=True)

    kept = cropsmith(str(tmp_path / "in"), "square", "-o", str(tmp_path / "out"))
    assert kept.returncode == 0, kept.stderr
    asked = (f"s3://{photos}/day/*.jpg", "square", "-o", f"s3://{crops}/day", "--on", on)
    done = cropsmith(*asked)
    assert done.returncode == 0, done.stderr
    made = {name.rpartition("/")[2]: s3.cat_file(name) for name in s3.find(crops) if "jpg" in name}
    here = {name: next((tmp_path / "out").rglob(name)).read_bytes() for name in made}
    assert made == here and len(made) == len(crops_in(tmp_path / "out")) == 6
    again = cropsmith(*asked, "--skip-existing")
    assert again.returncode == 0 and "6 skipped" in again.stdout, again.stdout
