"""What is needed to cite a study, and to check that another is the same: a record, a sentence."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cropsmith.evals.report.results import Row, Table
from cropsmith.evals.statistics.intervals import DRAWS, LEVEL
from cropsmith.evals.statistics.paired import flips_for
from cropsmith.evals.study.plan import Plan
from cropsmith.evals.study.provenance import facts_of_run, versions

SHOWN = 12
"""Digits of a hash in the sentence; the record has all of it."""


def record_of(plan: Plan, tables: Sequence[Table]) -> dict[str, Any]:
    """Return versions, prompts, settings, weights, conventions, data and figures, as JSON.

    No secret, and no path but what the study file says: servers and weights are hashes.
    """
    facts = facts_of_run(plan)
    runs = plan.store.runs()
    spending = plan.store.spending()
    return {
        "cite": citation(plan, tables),
        "study": {"name": plan.study.name, "sha256": plan.study.sha256, "file": plan.study.text},
        "runs": [
            {key: run.get(key) for key in ("started", "ended", "versions", "python", "platform")}
            for run in runs
        ],
        "versions": facts["versions"],
        "prompts_sha256": facts["prompts_sha256"],
        "seeds": list(plan.study.seeds),
        "systems": facts["systems"],
        "cost": {"calls": spending.calls, "dollars": spending.cost, "unpriced": spending.unknown},
        "statistics": {
            "bootstrap_draws": DRAWS,
            "level": LEVEL,
            "unit": "photos",
            "correction": "Holm",
            "sign_flips": [flips_for(len(table.comparisons)) for table in tables],
        },
        "tables": [_table(plan, table) for table in tables],
    }


def _table(plan: Plan, table: Table) -> dict[str, Any]:
    part = table.part
    return {
        "title": part.title,
        "protocol": part.protocol.value,
        "preset": part.spec.preset,
        "format": part.dataset.format,
        "labels_sha256": part.dataset.fingerprint,
        "photos": table.photos,
        "photos_sha256": photos_sha256(plan, table),
        "problems": [f"{p.count} x {p.kind}: {p.effect}" for p in part.dataset.problems],
        "measures": {m.key: m.convention for m in table.measures},
        "ranked_by": table.primary.key if table.primary else None,
        "rows": [_row(row) for row in table.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "system": row.name,
        "key": row.arm.key,
        "kind": row.kind,
        "complete": row.complete,
        "in_sample": row.in_sample,
        "statuses": {status.value: count for status, count in row.statuses.items()},
        "box_conventions": list(row.conventions),
        "figures": {
            key: [cell.interval.value, cell.interval.low, cell.interval.high]
            for key, cell in row.cells.items()
        },
        "seeds": list(row.seeds),
        "cost": row.cost,
    }


def photos_sha256(plan: Plan, table: Table) -> str:
    """Return the sha256 over the photos' own, in the order of their names: same bytes, same one."""
    whole = hashlib.sha256()
    for photo in sorted(table.part.photos, key=lambda photo: photo.name):
        whole.update(f"{photo.name}\0{plan.sha256_of(photo.path)}\n".encode())
    return whole.hexdigest()


def citation(plan: Plan, tables: Sequence[Table]) -> str:
    """Return one sentence that names the study by what it was made of."""
    ended = max((run["started"] for run in plan.store.runs()), default=0.0)
    day = datetime.fromtimestamp(ended, UTC).date().isoformat()
    data = "; ".join(
        f"{t.part.title} ({t.photos:,} photos, labels {t.part.dataset.fingerprint[:SHOWN]}, "
        f"photos {photos_sha256(plan, t)[:SHOWN]})"
        for t in tables
    )
    return (
        f"“{plan.study.name}”, {day}, cropsmith {versions()['cropsmith']}, study file "
        f"{plan.study.sha256[:SHOWN]}; {data}. All facts are in record.json."
    )
