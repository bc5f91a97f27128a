"""What may be said of a table: made-up samples with known differences, through the real store."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.errors import UsageError
from cropsmith.evals.report.export import board_rows, sample_rows, write_csv, write_parquet
from cropsmith.evals.report.figures import ablations
from cropsmith.evals.report.markdown import markdown
from cropsmith.evals.report.page import page
from cropsmith.evals.report.pareto import front
from cropsmith.evals.report.results import Table, tables
from cropsmith.evals.report.summary import summary
from cropsmith.evals.report.verdict import verdict
from cropsmith.evals.report.viewer import Look, view_of
from cropsmith.evals.study import faces
from cropsmith.evals.study.plan import Plan
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.study_file import StudyError
from cropsmith.evals.trial import Answer, SampleStatus
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from tests.evals.conftest import MakePhoto
from tests.evals.study.conftest import plan_of

COUNT = 24
STUDY = """
name = "<b>made</b> up"
baselines = ["full frame", "centre 0.8"]
[[datasets]]
path = "own"
thumbnails = true
[[systems]]
name = "good"
[[systems]]
name = "alike"
model = "scripted/a"
[[systems]]
name = "grid"
model = "scripted/b"
[systems.grid]
R = [2, 4]
"""


def shifted(shift: float) -> Answer:
    box = Box.of((shift, 0.1, min(1.0, 0.8 + shift), 0.9))
    return Answer(status=SampleStatus.OK, box=box, reasons=("</script><i>calm</i>",), cost=0.001,
                  calls=1, trace_id="abc123", proposed_by="scripted/a")  # fmt: skip


Fill = Callable[[Plan, dict[str, Callable[[int], Answer | None]]], list[Table]]


@pytest.fixture
def own(tmp_path: Path, make_photo: MakePhoto) -> Path:
    rows = ["file,x1,y1,x2,y2"]
    for number in range(COUNT):
        make_photo(tmp_path / "own" / f"{number}.jpg", shade=number * 4)
        rows.append(f"{number}.jpg,12,8,108,72")
    (tmp_path / "own" / "crops.csv").write_text("\n".join(rows), "utf-8")
    return tmp_path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "samples.sqlite3", write=True) as opened:
        yield opened


def fill(plan: Plan, systems: dict[str, Callable[[int], Answer | None]]) -> list[Table]:
    baselines_only = plan.study.model_copy(update={"systems": ()})
    Runner(Plan(baselines_only, plan.store, plan.parts)).run()
    for planned in plan.samples():
        make = systems.get(planned.arm.name)
        answer = make(int(planned.photo.name.partition(".")[0])) if make else None
        if answer is not None:
            plan.store.finish(planned.key, planned.arm.key, planned.photo.name, 1, answer,
                              attempt=1, started=1.0, seconds=0.5)  # fmt: skip
    return tables(plan)


NOISE = np.random.default_rng(0).uniform(0, 0.04, (3, COUNT))


def usual(plan: Plan) -> list[Table]:
    return fill(
        plan,
        {
            "good": lambda n: shifted(0.1 + NOISE[0, n]),
            "alike": lambda n: shifted(0.1 + NOISE[1, n]),
            "grid R=2": lambda n: shifted(0.3 + NOISE[2, n]),
            "grid R=4": lambda n: (
                Answer(status=SampleStatus.REFUSED, message="no <b>") if n % 4 == 0
                else shifted(0.2)
            ),
        },
    )  # fmt: skip


def test_no_winner_between_equals(own: Path, store: Store) -> None:
    text = STUDY.replace('"centre 0.8"', '"centre 0.95"')
    (table,) = usual(plan_of(own, text, store))
    said = " ".join(verdict(table))
    assert re.search(r"No winner by IoU: (good and alike|alike and good) cannot", said)
    assert re.search(r"Better than the strongest trivial row \(centre 0\.95\): .*good", said)
    assert "more photos would show it" in said or "Comparing fewer systems" in said
    assert re.search(r"Worse than centre 0\.95: .*grid R=2", said)


def test_a_winner_needs_evidence_against_every_other(own: Path, store: Store) -> None:
    plan = plan_of(own, STUDY.split('[[systems]]\nname = "alike"')[0], store)
    (table,) = fill(plan, {"good": lambda n: shifted(0.1 + NOISE[0, n] / 9)})
    # The centred 80 % box is the truth itself: nothing beats it.
    assert verdict(table)[0].startswith("centre 0.8 is best by IoU")


def test_missing_samples_are_not_ranked(own: Path, store: Store) -> None:
    plan = plan_of(own, STUDY, store)
    (table,) = fill(plan, {"good": lambda n: shifted(0.1) if n < 12 else None})
    row = next(r for r in table.rows if r.name == "good")
    assert not row.complete and row.samples == 12
    assert "good" not in {c.first for c in table.comparisons}
    assert any("samples are missing: " in line and "good" in line for line in verdict(table))


def test_failures_are_misses_with_both_denominators(own: Path, store: Store) -> None:
    (table,) = usual(plan_of(own, STUDY, store))
    row = next(r for r in table.rows if r.name == "grid R=4")
    assert row.statuses == {SampleStatus.OK: 18, SampleStatus.REFUSED: 6}
    cell = row.cells["iou"]
    assert cell.interval.value == pytest.approx(0.75 * cell.answered)


def test_markdown_and_page(own: Path, store: Store) -> None:
    plan = plan_of(own, STUDY, store)
    found = usual(plan)
    text = markdown(plan, found)
    assert text.startswith("# &lt;b&gt;made&lt;/b&gt; up\n")
    assert "| grid R=4 | 6 |" in text.replace("| 18 ", "")
    html = page(plan, found, Look(beside=own))
    assert "<b>made</b>" not in html and "&lt;b&gt;made" in html
    # What a model says stands in the data as text that cannot close the element.
    assert "</script><i>" not in html and "\\u003c/script>" in html
    assert html.count("<svg") >= 2 and "http://" not in html.replace("http://www.w3.org", "")


def test_the_grid_is_drawn(own: Path, store: Store) -> None:
    plan = plan_of(own, STUDY, store)
    (table,) = usual(plan)
    (drawn,) = ablations(table, plan.study.systems)
    assert drawn.title == "grid: R" and drawn.figure.count("<circle") == 2


def test_the_viewer_stays_within_its_budget(own: Path, store: Store) -> None:
    plan = plan_of(own, STUDY, store)
    (table,) = usual(plan)
    whole = view_of(plan, table, Look(beside=own))
    data = json.loads(whole.data)
    assert len(data["photos"]) == whole.shown == COUNT and not whole.remark
    assert "i" not in data["photos"][0]
    small = view_of(plan, table, Look(beside=own), budget=6_000)
    assert len(small.data.encode()) <= 6_000 and small.shown < COUNT
    assert f"{small.shown} of {COUNT}" in small.remark
    pictured = json.loads(view_of(plan, table, Look(beside=own, photos="thumbnails")).data)
    assert pictured["photos"][0]["i"].startswith("data:image/jpeg;base64,")
    linked = json.loads(view_of(plan, table, Look(beside=own, photos="link")).data)
    assert (own / linked["photos"][0]["i"]).is_file()


def test_a_study_without_trivial_rows_is_reported(own: Path, store: Store) -> None:
    text = STUDY.replace('baselines = ["full frame", "centre 0.8"]', "baselines = false")
    plan = plan_of(own, text, store)
    (table,) = fill(plan, {"good": lambda n: shifted(0.1)})
    assert "trivial" not in {row.kind for row in table.rows}
    assert "good" in view_of(plan, table, Look(beside=own)).data
    assert "skill cannot be told from chance" in markdown(plan, [table])
    assert "skill cannot be told from chance" in page(plan, [table], Look(beside=own))


def test_the_chosen_baseline_is_what_the_others_are_compared_with(own: Path, store: Store) -> None:
    plan = plan_of(own, 'baseline = "full frame"\n' + STUDY, store)
    (table,) = usual(plan)
    assert table.floor is not None and table.floor.name == "full frame"
    said = " ".join(verdict(table))
    assert re.search(r"Better than the chosen row \(full frame\): .*good", said)
    assert "to the chosen row (full frame)" in markdown(plan, [table])
    with pytest.raises(StudyError, match="no row 'centre 0.9' to compare with"):
        plan_of(own, 'baseline = "centre 0.9"\n' + STUDY, store)


FITTED = """
name = "fitted"
baselines = ["full frame"]
[[datasets]]
path = "own"
[[systems]]
name = "photographer"
[[systems]]
name = "mixed"
model = "scripted/a"
[[systems]]
name = "alone"
model = "scripted/a"
solo = true
effort = "quick"
[[systems]]
name = "alone, ranked by scores"
model = "scripted/a"
solo = true
"""


def test_the_mark_follows_every_fitted_part_that_a_system_used(own: Path, store: Store) -> None:
    """Beside a model, too, the photographer's crops and preference have a say."""
    plan = plan_of(own, FITTED, store)
    part = plan.parts[0]
    fcdb = replace(part.dataset, format="fcdb")
    (table,) = tables(Plan(plan.study, store, [replace(part, dataset=fcdb)]))
    marks = {row.name: row.in_sample for row in table.rows}
    assert marks == {
        "full frame": False, "photographer": True, "mixed": True, "alone": False,
        "alone, ranked by scores": True,
    }  # fmt: skip
    assert not any(row.in_sample for row in tables(plan)[0].rows)


def test_faces_are_counted_by_a_finder_of_their_own_or_not_at_all(
    own: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = STUDY.replace("thumbnails = true", "faces = true").split("[[systems]]")[0]
    plan = plan_of(own, text, store)
    monkeypatch.setattr(faces, "yunet_weights", lambda: None)
    Runner(plan).run()
    (table,) = tables(plan)
    assert not {m.key for m in table.measures} & {"face_cut", "face_gone"}
    assert any("Faces were not counted" in line for line in verdict(table))
    found = [Evidence(kind=EvidenceKind.FACE, box=Box.of((0, 0, 0.3, 0.3)), source="yunet")]
    monkeypatch.setattr(faces, "yunet_weights", lambda: own)
    monkeypatch.setattr(faces, "yunet_faces", lambda pixels, weights: found)
    Runner(plan).run()
    (table,) = tables(plan)
    frame = next(row for row in table.rows if row.name == "full frame")
    centre = next(row for row in table.rows if row.name == "centre 0.8")
    assert frame.cells["face_cut"].interval.value == 0 == frame.cells["face_gone"].interval.value
    assert centre.cells["face_cut"].interval.value == 1
    assert not any("Faces" in line for line in verdict(table))


def test_thumbnails_need_leave(own: Path, store: Store) -> None:
    plan = plan_of(own, STUDY.replace("thumbnails = true", ""), store)
    (table,) = usual(plan)
    with pytest.raises(UsageError, match="may not be shown"):
        view_of(plan, table, Look(beside=own, photos="thumbnails"))


def test_exports(own: Path, store: Store, tmp_path: Path) -> None:
    plan = plan_of(own, STUDY, store)
    found = usual(plan)
    assert write_csv(sample_rows(plan, found), tmp_path / "s.csv") == 6 * COUNT
    with (tmp_path / "s.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    refused = [r for r in rows if r["status"] == "refused"]
    assert len(refused) == 6 and refused[0]["x1"] == "" and float(refused[0]["iou"]) == 0
    assert write_csv(board_rows(found), tmp_path / "b.csv") == 6 * 5
    parquet = pytest.importorskip("pyarrow.parquet")
    assert write_parquet(sample_rows(plan, found), tmp_path / "s.parquet") == 6 * COUNT
    table = parquet.read_table(tmp_path / "s.parquet")
    assert table.num_rows == 6 * COUNT
    assert table.column("iou").to_pylist() == pytest.approx([float(r["iou"]) for r in rows])


def test_a_cell_is_no_formula(tmp_path: Path) -> None:
    write_csv(iter([{"name": "=1+1", "value": -2.5}]), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "name,value\n'=1+1,-2.5\n"


def test_spans_carry_figures_and_failures(own: Path, store: Store) -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from cropsmith.evals.report.spans import send

    plan = plan_of(own, STUDY, store)
    found = usual(plan)
    exporter = InMemorySpanExporter()
    assert send(plan, found, exporter) == 6 * COUNT
    spans = exporter.get_finished_spans()
    failed = [s for s in spans if not s.status.is_ok and s.status.description == "no <b>"]
    assert len(failed) == 6
    assert {e.attributes["gen_ai.evaluation.name"] for e in failed[0].events} >= {"iou", "bde"}
    with pytest.raises(UsageError, match="No OpenTelemetry endpoint"):
        send(plan, found)


def test_the_report_says_first_what_the_study_says(own: Path, store: Store) -> None:
    plan = plan_of(own, STUDY, store)
    found = usual(plan)
    said = summary(found)
    assert len(said) == 3
    assert said[0].startswith("Centre 0.8 is best in")  # the people's crops are that box
    assert re.search(r"[Nn]ot shown to be better than it: .*good", said[1])
    assert "nothing as good is cheaper than" in said[2] and "centre 0.8 (0)" in said[2]
    for text in (markdown(plan, found), page(plan, found, Look(beside=own))):
        assert text.index("nothing as good is cheaper") < text.index("Intervals")
    (empty,) = tables(plan_of(own, STUDY.replace("[0]", "[1]"), store))
    assert summary([replace(empty, rows=())]) == [
        "Nothing can be ranked yet: no system has been run on all photos of a table."
    ]


Points = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3), st.tuples(st.integers(0, 9), st.integers(0, 9))
)


@given(Points)
def test_the_front_is_what_nothing_beats(points: dict[str, tuple[int, int]]) -> None:
    kept = front({name: (float(p), float(q)) for name, (p, q) in points.items()})
    for name, (price, quality) in points.items():
        beaten = any(
            (p <= price and q >= quality) and (p, q) != (price, quality) for p, q in points.values()
        )
        assert (name in kept) is not beaten
    assert [points[name][0] for name in kept] == sorted(points[name][0] for name in kept)
