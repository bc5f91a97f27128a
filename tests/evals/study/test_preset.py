"""The protocols of published tables by name."""

import json
from pathlib import Path

import pytest

from cropsmith.errors import UsageError
from cropsmith.evals.datasets.registry import FORMATS
from cropsmith.evals.measures import measures_for
from cropsmith.evals.report.published import published, published_for
from cropsmith.evals.report.results import tables
from cropsmith.evals.study.plan import make_plan
from cropsmith.evals.study.preset import presets
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.spec import DatasetSpec
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.study_file import StudyError
from cropsmith.evals.trial import Protocol
from tests.evals.published import write_fcdb
from tests.evals.study.conftest import study_of


@pytest.mark.parametrize("name", presets())
def test_each_preset_is_a_dataset_with_published_figures(name: str) -> None:
    spec = DatasetSpec.model_validate({"path": "x", "preset": name})
    assert spec.format in FORMATS
    for protocol in spec.protocols:
        assert published_for(spec.format, protocol), name


def test_every_published_figure_belongs_to_a_known_format() -> None:
    for one in published():
        assert any(name.startswith(one.dataset) for name in FORMATS), one
        assert one.value and one.holder and one.protocol


def test_what_a_preset_fixes_cannot_be_said_otherwise(tmp_path: Path) -> None:
    head = 'name = "s"\n[[datasets]]\npath = "x"\npreset = '
    with pytest.raises(StudyError, match="'fcdb-free' fixes 'split'"):
        study_of(tmp_path, head + '"fcdb-free"\nsplit = "train"')
    with pytest.raises(StudyError, match="no preset 'fcdb-fre'; known: fcdb-free"):
        study_of(tmp_path, head + '"fcdb-fre"')
    told = study_of(tmp_path, head + '"fcdb-ratio"\nprotocols = "ratio"\nlimit = 3').datasets[0]
    assert told.keep is False and told.protocols == (Protocol.RATIO,)
    assert told.title == "FCDB, test, 3 photos"


def test_the_answer_among_candidates_has_a_table_of_its_own(
    tmp_path: Path, many_photos: list[Path]
) -> None:
    write_fcdb(tmp_path / "fcdb", many_photos[:4])
    text = """
name = "s"
baselines = ["larger area"]
[[datasets]]
path = "fcdb"
preset = "fcdb-candidates"
"""
    with Store(tmp_path / "s.sqlite3", write=True) as store:
        plan = make_plan(study_of(tmp_path, text), store)
        Runner(plan).run()
        (table,) = tables(plan)
        planned = next(plan.samples())
    assert len(planned.trial.boxes) == 2, "the expert's crop and the half of the pair"
    assert table.part.title.endswith("choosing among candidates, the answer among them")
    (row,) = table.rows
    # The expert's crop is the larger of the two on each of these photos.
    assert row.cells["iou"].interval.value == pytest.approx(1)
    assert row.cells["found"].interval.value == 1
    assert [p.holder for p in published_for("fcdb", Protocol.CANDIDATES)][0] == "CLIPCropping 2025"


def test_a_metric_ranks_in_place_of_the_tables_own(photos: Path, tmp_path: Path) -> None:
    text = """
name = "s"
baselines = ["full frame", "centre 0.8"]
[[datasets]]
path = "own"
metric = "METRIC"
"""
    with Store(tmp_path / "s.sqlite3", write=True) as store:
        plan = make_plan(study_of(tmp_path, text.replace("METRIC", "iou")), store)
        (part,) = plan.parts
        own = next(m for m in measures_for(part.photos, part.protocol) if m.primary)
        assert own.key == "iou_mean"
        (table,) = tables(plan)
        assert table.primary and table.primary.key == "iou" and table.measures[0].key == "iou"
        with pytest.raises(UsageError, match=r"no figure 'area' to rank by"):
            make_plan(study_of(tmp_path, text.replace("METRIC", "area")), store)


def test_keep_refine_reject(tmp_path: Path, many_photos: list[Path]) -> None:
    folder = tmp_path / "guide"
    folder.mkdir()
    rows: list[dict[str, object]] = []
    for number, path in enumerate(many_photos[:3]):
        (folder / path.name).write_bytes(path.read_bytes())
        row: dict[str, object] = {"image": path.name, "width": 100, "height": 100}
        row["advice"] = ("keep", "refine", "reject")[number]
        rows.append(row | ({"boxes": [[10, 10, 90, 90]]} if number == 1 else {}))
    (folder / "captureguide.json").write_text(json.dumps(rows), "utf-8")
    text = """
name = "s"
baselines = ["full frame", "centre 0.8"]
[[datasets]]
path = "guide"
preset = "captureguide"
"""
    with Store(tmp_path / "s.sqlite3", write=True) as store:
        plan = make_plan(study_of(tmp_path, text), store)
        Runner(plan).run()
        rows_of = {row.name: row.cells for row in tables(plan)[0].rows}
    whole, centre = rows_of["full frame"], rows_of["centre 0.8"]
    assert whole["keep_success"].interval.value == 1 and centre["keep_success"].interval.value == 0
    assert centre["refine_success"].interval.value == 1
    assert centre["iou"].interval.value == pytest.approx(1)
    assert whole["iou"].interval.value == pytest.approx(0.64)
    assert centre["reject_success"].interval.value == 0
    assert centre["advised"].interval.value == pytest.approx(1 / 3)


def test_cropper_ablations_are_keys_of_a_grid(tmp_path: Path) -> None:
    text = """
name = "s"
[[datasets]]
path = "x"
[[systems]]
name = "cropper"
model = "scripted/a"
recipe = "cropper"
[systems.grid]
scorers = ["cropper", "aesthetic", "aesthetic+area"]
Q = ["similar", "random"]
G = ["score", "ratio"]
final = ["last", "best"]
"""
    arms = study_of(tmp_path, text).arms
    assert len(arms) == 24 and len({json.dumps(a.settings, sort_keys=True) for a in arms}) == 24
    told = arms[-1].run_settings(trace=False).overrides
    assert told == ("Q=random", "G=ratio", "final=best", "scorers=aesthetic+area")
    with pytest.raises(StudyError, match="Q"):
        study_of(tmp_path, text.replace("[systems.grid]", 'Q = "any"\n[systems.grid]'))
