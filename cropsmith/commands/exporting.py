"""What `cropsmith eval report` hands to other programs: logs of inspect_ai, spans."""

from pathlib import Path

from cropsmith.errors import UsageError
from cropsmith.evals.report.results import tables
from cropsmith.evals.report.writing import opened


def inspect_logs(study: Path, folder: Path) -> list[Path]:
    """Write the finished samples as logs of inspect_ai. UsageError where there is none."""
    from cropsmith.evals.report.inspect_logs import write_inspect_logs

    with opened(study, folder, write=False) as plan:
        written = write_inspect_logs(plan, tables(plan), folder / "inspect")
    if not written:
        raise UsageError("No sample is finished, so there is nothing to log.")
    return written


def send_spans(study: Path, folder: Path) -> int:
    """Send the finished samples as OpenTelemetry spans; return how many."""
    from cropsmith.evals.report.spans import send

    with opened(study, folder, write=False) as plan:
        return send(plan, tables(plan))
