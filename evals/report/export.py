"""A study's figures as CSV and Parquet, one row a system or one row a sample."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cropsmith.errors import MissingExtra
from cropsmith.evals.measures import label_kind, values_of
from cropsmith.evals.report.results import Table
from cropsmith.evals.report.samples import finished
from cropsmith.evals.study.faces import faces_of
from cropsmith.evals.study.plan import Plan

BATCH = 2000
"""Rows of samples held in memory at once."""


def board_rows(tables: Sequence[Table]) -> Iterator[dict[str, Any]]:
    """Yield one row for each figure of each system."""
    for table in tables:
        for row in table.rows:
            for measure in table.measures:
                if (cell := row.cells.get(measure.key)) is None:
                    continue
                yield {
                    "table": table.part.title,
                    "mode": table.part.protocol.mode.value,
                    "protocol": table.part.protocol.value,
                    "system": row.name,
                    "kind": row.kind,
                    "measure": measure.key,
                    "title": measure.title,
                    "higher_is_better": measure.higher_is_better,
                    "value": cell.interval.value,
                    "low": cell.interval.low,
                    "high": cell.interval.high,
                    "answered_only": cell.answered,
                    "samples": row.samples,
                    "failures": row.failures,
                    "complete": row.complete,
                    "in_sample": row.in_sample,
                    "seconds_median": row.seconds,
                    "cost": row.cost,
                }


def sample_rows(plan: Plan, tables: Sequence[Table]) -> Iterator[dict[str, Any]]:
    """Yield one row for each finished sample, with every measure of every table as a column."""
    keys = list(dict.fromkeys(m.key for table in tables for m in table.measures))
    for table in tables:
        part = table.part
        kind = label_kind(part.photos, part.protocol)
        for planned, sample in finished(plan, part):
            if sample is None:
                continue
            answer = sample.answer
            faces = faces_of(plan.store, planned.photo.path) if part.spec.faces else ()
            values = values_of(planned.photo, part.protocol, answer, kind, faces)
            corners = answer.box.corners if answer.box else (None,) * 4
            yield {
                "table": part.title,
                "system": planned.arm.name,
                "photo": planned.photo.name,
                "split": planned.photo.split,
                "seed": planned.trial.seed,
                "status": answer.status.value,
                **dict(zip(("x1", "y1", "x2", "y2"), corners, strict=True)),
                "said_keep": answer.kept,
                "confidence": answer.confidence,
                "proposed_by": answer.proposed_by,
                "seconds": sample.seconds,
                "cost": answer.cost,
                "calls": answer.calls,
                "prompt_tokens": answer.prompt_tokens,
                "completion_tokens": answer.completion_tokens,
                "attempts": sample.attempts,
                "trace": answer.trace_id,
                "message": answer.message,
                "key": sample.key,
                **{key: values[key].value if key in values else None for key in keys},
            }


def write_csv(rows: Iterator[dict[str, Any]], path: Path) -> int:
    """Write rows; return how many."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer: csv.DictWriter[str] | None = None
        for row in rows:
            if writer is None:
                writer = csv.DictWriter(file, list(row))
                writer.writeheader()
            writer.writerow({key: _plain(value) for key, value in row.items()})
            count += 1
    return count


def _plain(value: Any) -> Any:
    """Return a value that a spreadsheet does not take for a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def write_parquet(rows: Iterator[dict[str, Any]], path: Path) -> int:
    """Write rows in batches; return how many. MissingExtra without pyarrow."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtra("Writing Parquet", "eval") from error
    schema: Any = None
    writer: Any = None
    count = 0
    for batch in _batches(rows):
        if schema is None:
            schema = pyarrow.schema([(name, _type(pyarrow, name, batch)) for name in batch[0]])
            writer = parquet.ParquetWriter(path, schema)
        writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
        count += len(batch)
    if writer is not None:
        writer.close()
    return count


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


_WHOLE = ("seed", "calls", "prompt_tokens", "completion_tokens", "attempts", "samples", "failures")
_FLAGS = ("said_keep", "complete", "in_sample", "higher_is_better")
_TEXTS = ("table", "mode", "protocol", "system", "kind", "measure", "title", "photo", "split",
          "status", "proposed_by", "trace", "message", "key")  # fmt: skip


def _type(pyarrow: Any, name: str, batch: Sequence[dict[str, Any]]) -> Any:
    """Return a column's type by its name: a batch may hold nothing but None."""
    if name in _WHOLE:
        return pyarrow.int64()
    if name in _FLAGS:
        return pyarrow.bool_()
    return pyarrow.string() if name in _TEXTS else pyarrow.float64()
