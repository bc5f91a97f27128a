"""What `cropsmith eval run --shard` and `eval merge` do with several stores of one study."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from cropsmith.errors import UsageError
from cropsmith.evals.report.writing import SAMPLES, opened
from cropsmith.evals.study.common_purse import CommonPurse
from cropsmith.evals.study.forecast import forecast
from cropsmith.evals.study.merge import spent_in, take_in
from cropsmith.evals.study.plan import Plan
from cropsmith.evals.study.reserve import Reserve
from cropsmith.evals.study.runner import reserve_of
from cropsmith.evals.study.shard import WHOLE, Shard
from cropsmith.evals.study.store import Store
from cropsmith.evals.trial import SampleStatus
from cropsmith.tools.schema.plain_text import visible_line


def states_in(folder: Path) -> dict[str, SampleStatus]:
    """Return the samples that a study's own store has, none where there is no store yet."""
    path = folder / SAMPLES
    if not path.is_file():
        return {}
    with Store(path, write=False) as store:
        return store.states()


def reserve_for(plan: Plan, folder: Path, shard: Shard, purse: Path | None) -> Reserve:
    """Return what a run may spend: a shard its part, or what is left in the purse of all."""
    if purse is not None and shard is WHOLE:
        raise UsageError("A purse is for shards.", hint="Give --shard 1/2 with it.")
    if purse is not None and plan.study.max_cost is None:
        raise UsageError("The study has no ceiling for a purse.", hint="Say max_cost in it.")
    if shard is WHOLE:
        return reserve_of(plan.store, plan.study.max_cost)
    spent, own = spent_in(folder / SAMPLES, plan.store.path)
    if purse is None:
        return reserve_of(plan.store, shard.part_of(plan.study.max_cost, spent, own))
    reserve = reserve_of(plan.store, plan.study.max_cost)
    name = f"{shard.number}/{shard.count}"
    reserve.common = CommonPurse(purse, name, cost=reserve.cost, study=spent - own)
    return reserve


def merge_shards(study: Path, folder: Path, given: Sequence[Path]) -> Iterator[str]:
    """Take the shards of a study into its store; UsageError where there is none."""
    shards = list(given) or sorted(folder.glob("shard-*"))
    stores = [path if path.is_file() else path / SAMPLES for path in shards]
    if missing := next((path for path in stores if not path.is_file()), None):
        raise UsageError(f"There are no samples at {missing}.")
    if not stores:
        raise UsageError(f"{folder} has no shards.", hint="Run: cropsmith eval run --shard 1/2")
    with opened(study, folder, write=True) as plan:
        for path in stores:
            with Store(path, write=True):  # nobody writes to it, and it is up to date
                count = take_in(plan.store.path, path)
            yield f"{visible_line(str(path.parent))}: {count:,} new samples"
        left = sum(row.left for row in forecast(plan))
    yield f"{left:,} samples are left to run."
