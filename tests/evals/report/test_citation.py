"""The record of a study: enough to cite it, nothing that belongs to this machine."""

import json
from pathlib import Path

from cropsmith.evals.report.citation import record_of
from cropsmith.evals.report.results import tables
from cropsmith.evals.report.viewer import Look
from cropsmith.evals.report.writing import opened, write_report
from cropsmith.evals.study.runner import Runner
from tests.evals.conftest import MakePhoto

STUDY = """
name = "cited"
seeds = [0, 1, 2]
baselines = ["centre 0.9", "random"]
[[datasets]]
path = "own"
[[systems]]
name = "photographer"
"""


def test_a_record_names_data_systems_and_conventions(
    own_photos: Path, make_photo: MakePhoto
) -> None:
    study = own_photos.parent / "study.toml"
    study.write_text(STUDY, "utf-8")
    out = own_photos.parent / "out"
    with opened(study, out, write=True) as plan:
        Runner(plan).run()
        (table,) = tables(plan)
        write_report(plan, Look(beside=out), parquet=False)
        before = record_of(plan, [table])
    told = json.loads((out / "record.json").read_text("utf-8"))
    assert told["tables"][0]["photos_sha256"] == before["tables"][0]["photos_sha256"]
    assert set(told["systems"]) == {"photographer"} and told["versions"]["cropsmith"]
    assert "IoU" in " ".join(told["tables"][0]["measures"]) or told["tables"][0]["ranked_by"]
    assert str(own_photos.parent) not in json.dumps(told).replace("own", "")
    by_name = {row.name: row for row in table.rows}
    assert len(by_name["random"].seeds) == 3 and (by_name["random"].spread or 0) > 0
    assert by_name["centre 0.9"].seeds == () and by_name["centre 0.9"].spread is None
    page = (out / "report.html").read_text("utf-8")
    assert "How much is chance of the seed?" in page and "All facts are in record.json" in page
    assert "standard deviation" in (out / "report.md").read_text("utf-8")
    make_photo(own_photos / "0.jpg", shade=251)
    with opened(study, out, write=True) as plan:
        again = record_of(plan, [table])
    assert again["tables"][0]["photos_sha256"] != before["tables"][0]["photos_sha256"]
    assert again["tables"][0]["labels_sha256"] == before["tables"][0]["labels_sha256"]
