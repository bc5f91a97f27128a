"""A trace as a story for the terminal. Everything of others is spelt out, never obeyed."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.text import Text

from cropsmith.agents.trace.conversation import as_sent
from cropsmith.agents.trace.record import CallRecord, Origin, Step
from cropsmith.agents.trace.values import Trace, TraceHead, TraceStatus
from cropsmith.agents.trace.views.summary import summary
from cropsmith.tools.schema.plain_text import one_line, visible

STATUS_STYLE = {
    TraceStatus.OK: "green",
    TraceStatus.ERROR: "red",
    TraceStatus.KILLED: "red",
    TraceStatus.RUNNING: "cyan",
    TraceStatus.WAITING: "yellow",
}


def told(trace: Trace, *, full: bool = False, children: Sequence[TraceHead] = ()) -> RenderableType:
    """Return the whole story; `full` gives every prompt and reply to the last character.

    `children` are the runs that went on from this one.
    """
    lines = [*_opening(trace.head, trace.facts.origin, children), Text()]
    for number, step in enumerate(trace.steps, 1):
        lines += _step(number, step, full)
    lines += _ending(trace)
    return Group(*lines)


def _fact(name: str, value: str, style: str = "") -> Text:
    return Text.assemble((f"{name:<9} ", "dim"), (value, style))


def when(head: TraceHead) -> str:
    """Return the local time at which a run began."""
    return datetime.fromtimestamp(head.started).strftime("%Y-%m-%d %H:%M:%S")


def took(seconds: float | None) -> str:
    """Return a duration for people."""
    if seconds is None:
        return "-"
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def price(cost: float | None) -> str:
    """Return US dollars for people; an unknown price is said to be unknown, and none to be none."""
    if not cost:
        return "cost unknown" if cost is None else "free"
    return f"${cost:.4f}" if cost >= 0.00005 else "under $0.0001"


def origin_told(origin: Origin | None, *, changed: bool = True) -> str:
    """Say what a run repeats, or goes on from and with what; empty for a run of its own."""
    if origin is None:
        return ""
    if not origin.since:
        return f"repeats {origin.trace}"
    told = origin.changed if changed else {}
    settings = ", ".join(f"{name} {value}" for name, value in told.items())
    return f"goes on from {origin.trace} at {origin.since}" + (f", {settings}" if settings else "")


def _opening(
    head: TraceHead, origin: Origin | None, children: Sequence[TraceHead]
) -> Iterator[Text]:
    status = (head.status.value, STATUS_STYLE[head.status])
    yield Text.assemble(
        ("Trace ", "bold"), (head.id, "bold"), "  ", status, f"  {when(head)}  {took(head.seconds)}"
    )
    size = f", {head.size.width} x {head.size.height}" if head.size else ""
    yield _fact("photo", one_line(head.source) + size)
    if head.request:
        yield _fact("asked", visible(head.request))
    yield _fact("model", one_line(head.model))
    if head.calls:
        failed = f" ({head.failed_calls} failed)" if head.failed_calls else ""
        tokens = f"{head.prompt_tokens:,} + {head.completion_tokens:,} tokens"
        yield _fact("calls", f"{head.calls}{failed}, {tokens}  {price(head.cost)}".rstrip())
    if told := origin_told(origin):
        yield _fact("origin", told)
    for child in children:
        yield _fact("next", f"{child.id}  {one_line(child.model, 40)}  {child.status.value}")
    if head.error:
        yield _fact("error", visible(head.error), "red")


def _step(number: int, step: Step, full: bool) -> Iterator[Text]:
    mark = ("✗", "red") if step.error else ("✓", "green")
    name = Text.assemble(f"{number:>3} ", mark, " ", (step.node, "bold"))
    name.append(step.name.removeprefix(step.node), "cyan")
    name.append(f"  {took(step.seconds)}", "dim")
    yield name
    for sentence in summary(step):
        yield Text("      " + (visible(sentence) if full else one_line(sentence, 160)))
    for call in step.calls:
        yield from _call(call, full)
    for tool in step.tools:
        line = f"      tool {tool.name} ({tool.by})  {took(tool.seconds)}"
        yield Text(visible(line), "dim")
        if tool.error:
            yield Text("        " + one_line(tool.error, 160), "red")
    if step.error:
        yield Text("      " + visible(step.error), "red")


def _call(call: CallRecord, full: bool) -> Iterator[Text]:
    style = "green" if call.status == "ok" else "red"
    tokens = f"{call.prompt_tokens or 0:,} + {call.completion_tokens or 0:,} tokens"
    yield Text.assemble(
        ("      asked ", "dim"),
        visible(call.model),
        f" to {visible(call.purpose)}: ",
        (visible(call.status), style),
        (f"  {took(call.seconds)}  {tokens}  {price(call.cost)}", "dim"),
    )
    if call.reason:
        yield Text(
            "        " + (visible(call.reason) if full else one_line(call.reason, 160)), style
        )
    if not full:
        if call.status != "ok" and call.raw:
            yield Text("        replied: " + one_line(call.raw, 150), "dim")
        return
    thought = (("thoughts", call.thoughts),) if call.thoughts else ()
    for title, body in (("sent", as_sent(call)), *thought, ("reply", call.raw)):
        yield Text(f"        {title}:", "dim")
        yield from (Text("          " + line) for line in visible(body).splitlines())
    for picture in call.pictures:
        yield Text(f"        shown: picture {picture[:12]}", "dim")


def _ending(trace: Trace) -> Iterator[Text]:
    for mark in trace.unfinished:
        began = datetime.fromtimestamp(mark.started).strftime("%H:%M:%S")
        what = "has not ended yet" if trace.head.status is TraceStatus.RUNNING else "never ended"
        yield Text.assemble(
            "    ",
            ("…", "yellow"),
            " ",
            (mark.node, "bold"),
            mark.name.removeprefix(mark.node),
            f" began at {began} and {what}",
        )
    if trace.head.status is TraceStatus.KILLED:
        yield Text("The process was killed; everything above had been kept.", "red")
    if trace.head.status is TraceStatus.WAITING:
        yield Text("Waits for a person's word.", "yellow")
