"""How much a person should look at an answer before they take it."""

from cropsmith.studio.sittings.values import Sheet, State
from cropsmith.tools.schema.result import CropReport, Verdict
from cropsmith.tools.schema.values import Value

UNSURE = 0.5
"""Confidence that says nothing either way."""


class Doubt(Value):
    """From 0, nothing speaks against it, to 1, there is no answer; and why, in a few words."""

    share: float
    why: str = ""


def doubt_of(sheet: Sheet) -> Doubt | None:
    """Return the doubt about the newest answer; None while there is none to doubt.

    In the order of how surely something is wrong: no photo, a failed run, no crop that answers the
    request, a part that failed, a wish that was not met. Among answers without any of that the
    confidence orders, where there is one.
    """
    if sheet.entry.problem:
        return Doubt(share=1.0, why="not a photo")
    take = sheet.takes[-1] if sheet.takes else None
    if take is not None and take.state is State.FAILED:
        return Doubt(share=0.98, why="failed")
    latest = sheet.latest
    return None if latest is None or latest.report is None else _of_report(latest.report)


def _of_report(report: CropReport) -> Doubt:
    refused = sum(crop.verdict is Verdict.REJECT for crop in report.crops)
    told = [crop.confidence for crop in report.crops if crop.confidence is not None]
    # A confidence is about cropping at all, and says less where the words have settled that.
    left = 1 - min(told, default=UNSURE)
    if refused:
        share = refused / len(report.crops)
        return Doubt(share=0.85 + 0.1 * share, why="no crop answers")
    if report.failures:
        return Doubt(share=0.75 + 0.1 * left, why="a part failed")
    if report.notes:
        many = min(len(report.notes), 5) / 5
        return Doubt(share=0.5 + 0.15 * many + 0.05 * left, why="not all was met")
    return Doubt(share=0.4 * left, why="" if left < UNSURE else "unsure")
