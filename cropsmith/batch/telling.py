"""Results in words, for the terminal."""

from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.tools.explain.changes import in_words
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Size, whole_pixels
from cropsmith.tools.schema.level import said
from cropsmith.tools.schema.result import Framed, Verdict


def told(result: CropResult, name: str = "") -> list[str]:
    """Return the lines that tell a person what was understood, chosen and left out.

    `name`: the photo's, where its file name does not say which of several it is.
    """
    report = result.report
    size = f"{report.image.width} x {report.image.height}"
    lines = [f"{name or report.source}  {size}{' once straightened' if report.angle else ''}"]
    if report.intent.read_back:
        lines.append(f"  asked     {report.intent.read_back}")
    if report.angle:
        lines.append(f"  turned    {said(report.angle)}")
    several = report.intent.alternatives - 1
    for crop in report.crops:
        free = report.intent.task == "free" and report.intent.shot is None
        lines += chosen(crop, told=several > 0, free=free)
        lines += [other(one, report.image) for one in crop.alternatives[:several]]
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


def chosen(crop: Framed, *, told: bool = False, free: bool = False) -> list[str]:
    """Return the lines about one shape; `told`: with the answer's role among several.

    `free`: with the odds against leaving the photo alone, which only then is an answer.
    """
    pixels, size = crop.pixels, crop.output
    shape = f"{crop.target.name}: " if crop.target.name else ""
    place = f"left {pixels.left}, top {pixels.top}"
    role = f", {crop.role}" if told and crop.role else ""
    who = ", ".join(crop.sources)
    if crop.verdict is Verdict.REJECT:
        # Why, the command says as it ends.
        return [f"  no crop   {shape}the nearest is {size.width} x {size.height}, {place}"]
    if crop.verdict is Verdict.KEEP:
        lines = [f"  keep      {shape}{size.width} x {size.height}, left as it is ({who})"]
    else:
        lines = [f"  crop      {shape}{size.width} x {size.height}, {place}{role} ({who})"]
    if free and crop.confidence is not None:
        which = "the crop that was proposed" if crop.verdict is Verdict.KEEP else "the crop"
        odds = f"{crop.confidence:.0%} that an expert's crop lies nearer to {which}"
        lines.append(f"  odds      {odds} than to the photo")
    lines += [f"  because   {reason}" for reason in crop.reasons]
    if changed := in_words(crop.box):
        lines.append(f"  changed   {changed}")
    return lines


def other(crop: Candidate, image: Size) -> str:
    """Return the line about another answer."""
    pixels = whole_pixels(crop.box, image)
    size, place = pixels.size, f"left {pixels.left}, top {pixels.top}"
    return f"  or        {size.width} x {size.height}, {place}, {crop.role}. {crop.reason}"
