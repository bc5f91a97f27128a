"""The tables of what was asked: measures by cropper, with intervals over photos."""

from collections.abc import Iterator, Sequence

from cropsmith.evals.lab.asked.measuring import LAST, Outcome
from cropsmith.evals.statistics.clusters import Clustered, draws
from cropsmith.evals.statistics.intervals import DRAWS, Interval, bootstrap


def tables(outcomes: Sequence[Outcome], seed: int = 0) -> Iterator[str]:
    """Yield a Markdown table a group; in brackets the 95 % interval, photos resampled."""
    for group in dict.fromkeys(outcome.question.group for outcome in outcomes):
        yield table(group, [o for o in outcomes if o.question.group == group], seed)


def table(group: str, outcomes: Sequence[Outcome], seed: int = 0) -> str:
    """Return the group's table; all croppers share the draws of photos."""
    croppers = list(dict.fromkeys(outcome.cropper for outcome in outcomes))
    photos = list(dict.fromkeys(str(outcome.question.picture.path) for outcome in outcomes))
    weights = draws(len(photos), DRAWS, seed)
    count = sum(outcome.cropper == croppers[0] for outcome in outcomes)
    lines = [
        f"| {group}: {count} requests of {len(photos)} photos | {' | '.join(croppers)} |",
        "|---" * (len(croppers) + 1) + "|",
    ]
    fullest = max(outcomes, key=lambda outcome: len(outcome.values))
    measures = dict.fromkeys(key for one in (fullest, *outcomes) for key in one.values)
    for measure in sorted(measures, key=lambda key: LAST.index(key) if key in LAST else -1):
        cells, counts = [], set()
        for cropper in croppers:
            some = [o for o in outcomes if o.cropper == cropper and measure in o.values]
            if not some:
                cells.append("")
                continue
            data = Clustered.gather(
                [str(o.question.picture.path) for o in some],
                [o.values[measure] for o in some],
                order=photos,
            )
            counts.add(len(some))
            cells.append(bracketed(bootstrap(data, weights=weights)))
        of = f" (of {counts.pop()})" if len(counts) == 1 and count not in counts else ""
        lines.append(f"| {measure}{of} | {' | '.join(cells)} |")
    return "\n".join(lines)


def bracketed(interval: Interval) -> str:
    """Return ".45 [.38, .52]"."""
    value, low, high = (
        f"{v:.2f}".lstrip("0") for v in (interval.value, interval.low, interval.high)
    )
    return f"{value} [{low}, {high}]"


def errors(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield each error that came instead of a crop, with how often it came."""
    said = [o.answer.error for o in outcomes if o.answer.error]
    for error in dict.fromkeys(said):
        yield f"{said.count(error)} x {error}"
