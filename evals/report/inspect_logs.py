"""A study as logs of inspect_ai, one for each system of each table: its own viewer opens them.

A sample's score is the table's first figure, the other figures and what was said stand beside it.
`inspect view --log-dir STUDY.study/inspect` shows them.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cropsmith.errors import MissingExtra
from cropsmith.evals.measures import label_kind, values_of
from cropsmith.evals.report.results import Row, Table
from cropsmith.evals.report.samples import fetched
from cropsmith.evals.study.plan import Plan, Planned
from cropsmith.evals.study.provenance import versions
from cropsmith.evals.study.store import Sample
from cropsmith.evals.trial import SampleStatus

LIMIT = 20_000
"""Samples of one log, as inspect holds them all in memory."""


def write_inspect_logs(plan: Plan, tables: Sequence[Table], folder: Path) -> list[Path]:
    """Write the logs; return their paths. MissingExtra without inspect_ai."""
    try:
        from inspect_ai.log import write_eval_log
    except ImportError as error:
        raise MissingExtra("Writing inspect_ai logs", "inspect") from error
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.eval"):
        old.unlink()
    written = []
    for table in tables:
        for number, row in enumerate(table.rows):
            if row.samples:
                path = folder / f"{table.part.index:02}-{number:02}.eval"
                write_eval_log(_log(plan, table, row), str(path))
                written.append(path)
    return written


def _log(plan: Plan, table: Table, row: Row) -> Any:
    from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSpec, EvalStats

    samples = list(_samples(plan, table, row))
    times = [sample.started_at for sample in samples] or [_time(0.0)]
    spec = row.arm.spec
    return EvalLog(
        status="success" if row.complete else "cancelled",
        eval=EvalSpec(
            created=min(times),
            task=table.part.title,
            task_args={"protocol": table.part.protocol.value},
            dataset=EvalDataset(name=table.part.spec.title, samples=table.photos),
            model=spec.model if spec and spec.asks_a_model else row.name,
            config=EvalConfig(epochs=len(plan.study.seeds)),
            packages=versions(),
            metadata={
                "study": plan.study.name,
                "study_sha256": plan.study.sha256,
                "system": row.name,
                "settings": spec.settings if spec else {},
                "labels_sha256": table.part.dataset.fingerprint,
            },
        ),
        results=_results(table, row),
        stats=EvalStats(started_at=min(times), completed_at=max(times)),
        samples=samples,
    )


def _results(table: Table, row: Row) -> Any:
    from inspect_ai.log import EvalMetric, EvalResults, EvalScore

    scores = []
    for measure in table.measures:
        if (cell := row.cells.get(measure.key)) is None:
            continue
        told = {"mean": cell.interval.value, "low": cell.interval.low, "high": cell.interval.high}
        metrics = {name: EvalMetric(name=name, value=value) for name, value in told.items()}
        scores.append(EvalScore(name=measure.key, scorer=measure.key, metrics=metrics))
    done = row.statuses.get(SampleStatus.OK, 0)
    return EvalResults(total_samples=row.expected, completed_samples=done, scores=scores)


def _samples(plan: Plan, table: Table, row: Row) -> Iterator[Any]:
    part = table.part
    kind = label_kind(part.photos, part.protocol)
    epochs = {seed: number for number, seed in enumerate(plan.study.seeds, start=1)}
    count = 0
    mine = (planned for planned in plan.samples(part) if planned.arm.name == row.name)
    for planned, sample in fetched(plan, mine):
        if sample is not None and count < LIMIT:
            values = values_of(planned.photo, part.protocol, sample.answer, kind)
            figures = {key: share.value for key, share in values.items()}
            yield _sample(planned, sample, figures, epochs[planned.trial.seed])
            count += 1


def _sample(planned: Planned, sample: Sample, figures: dict[str, float], epoch: int) -> Any:
    from inspect_ai.log import EvalSample
    from inspect_ai.model import ModelOutput, ModelUsage
    from inspect_ai.scorer import Score

    answer, trial = sample.answer, planned.trial
    asked = [planned.photo.name, str(trial.ratio or ""), trial.text]
    said = " ".join(answer.reasons) or answer.message
    told = _corners(answer.box) if answer.box else answer.status.value
    model = planned.arm.spec.model if planned.arm.spec else planned.arm.name
    usage = ModelUsage(
        input_tokens=answer.prompt_tokens,
        output_tokens=answer.completion_tokens,
        total_tokens=answer.prompt_tokens + answer.completion_tokens,
    )
    start, end = _time(sample.started), _time(sample.started + sample.seconds)
    return EvalSample(
        id=planned.photo.name,
        epoch=epoch,
        input=" · ".join(filter(None, asked)),
        target=[_corners(crop.box) for crop in planned.photo.crops[:12]],
        output=ModelOutput.from_content(model, f"{told}\n{said}".strip()),
        scores={
            key: Score(value=value, answer=told, explanation=said) for key, value in figures.items()
        },
        metadata={
            "status": answer.status.value,
            "trace": answer.trace_id,
            "cost": answer.cost,
            "confidence": answer.confidence,
            "proposed_by": answer.proposed_by,
            "conventions": list(answer.conventions),
            "key": sample.key,
        },
        model_usage={model: usage},
        started_at=start,
        completed_at=end,
        total_time=sample.seconds,
    )


def _corners(box: Any) -> str:
    return " ".join(f"{value:.4f}" for value in box.corners)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
