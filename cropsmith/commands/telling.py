"""Results in words, for the terminal."""

from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.tools.explain.changes import in_words
from cropsmith.tools.schema.result import Framed


def told(result: CropResult) -> list[str]:
    """Return the lines that tell a person what was understood, chosen and left out."""
    report = result.report
    lines = [f"{report.source}  {report.image.width} x {report.image.height}"]
    if report.intent.read_back:
        lines.append(f"  asked     {report.intent.read_back}")
    for crop in report.crops:
        lines += chosen(crop)
    lines += [f"  note      {note}" for note in report.notes]
    lines += [
        f"  failed    {failure.source} in {failure.node}: {failure.status}. {failure.message}"
        for failure in report.failures
    ]
    if report.usage.calls:
        cost = "cost unknown" if report.usage.cost is None else f"${report.usage.cost:.4f}"
        lines.append(f"  usage     {report.usage.calls} calls, {cost}")
    if report.trace_id:
        lines.append(f"  trace     {report.trace_id}")
    return lines


def chosen(crop: Framed) -> list[str]:
    """Return the lines about one shape."""
    pixels, size = crop.pixels, crop.output
    shape = f"{crop.target.name}: " if crop.target.name else ""
    verdict = "kept as it is" if crop.kept else f"left {pixels.left}, top {pixels.top}"
    who = ", ".join(crop.sources)
    lines = [f"  crop      {shape}{size.width} x {size.height}, {verdict} ({who})"]
    if crop.confidence is not None and crop.target.ratio is None:
        lines.append(f"  odds      {crop.confidence:.0%} that people prefer the crop to the photo")
    lines += [f"  because   {reason}" for reason in crop.reasons]
    if changed := in_words(crop.changes):
        lines.append(f"  changed   {changed}")
    return lines
