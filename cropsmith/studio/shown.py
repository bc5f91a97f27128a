"""A photo of a sitting as the page gets it: JSON, without what no page shows."""

from collections.abc import Callable, Sequence
from typing import Any

from cropsmith.studio.feed import Told
from cropsmith.studio.sittings.doubt import doubt_of
from cropsmith.studio.sittings.values import Sheet, Take
from cropsmith.tools.schema.result import CropReport, Framed

Steps = Callable[[Take], Sequence[Told]]
"""What was told so far of a take that is under way."""


def as_told(sheet: Sheet, steps: Steps) -> dict[str, Any]:
    """Return a photo with its answers, how they stand, and how much they are to be doubted."""
    history, doubt = sheet.history, doubt_of(sheet)
    return {
        "entry": sheet.entry.model_dump(mode="json", exclude={"path"}),
        "takes": [_take(sheet, take, steps) for take in sheet.takes],
        "doubt": None if doubt is None else doubt.model_dump(),
        "undo": history.undoes.did if history.undoes else None,
        "redo": history.redoes.did if history.redoes else None,
    }


def _take(sheet: Sheet, take: Take, steps: Steps) -> dict[str, Any]:
    report = take.report
    return {
        **take.model_dump(mode="json", exclude={"report", "process"}),
        "report": None if report is None else _report(report),
        "standing": [
            sheet.history.standing(take, index).model_dump(mode="json")
            for index in range(len(report.crops) if report else 0)
        ],
        "steps": list(steps(take)),
    }


def _report(report: CropReport) -> dict[str, Any]:
    intent = report.intent
    return {
        "read_back": intent.read_back,
        "angle": report.angle,
        # The odds are against leaving the photo alone: an answer only where nothing was named.
        "free": intent.task == "free" and intent.shot is None,
        "crops": [_crop(crop) for crop in report.crops],
        "notes": report.notes,
        "failures": [failure.model_dump() for failure in report.failures],
        "usage": report.usage.model_dump(),
    }


def _crop(crop: Framed) -> dict[str, Any]:
    kept = {"target", "box", "verdict", "role", "reasons", "confidence", "sources"}
    told = crop.model_dump(mode="json", include=kept)
    told["sources"] = crop.sources
    told["alternatives"] = [
        {"box": one.box.model_dump(), "role": one.role, "reason": one.reason}
        for one in crop.alternatives
    ]
    return told
