"""Lists of traces, for the terminal."""

from rich.console import Console

from cropsmith.agents.trace.values import TraceHead, TraceStatus
from cropsmith.agents.trace.views.listing import table


def test_a_run_that_failed_tells_its_request_beside_what_went_wrong() -> None:
    head = TraceHead(
        id="abc", started=0, status=TraceStatus.ERROR, source="b.jpg", model="builtin",
        request="the dog, square", error="UsageError: no.",
    )  # fmt: skip
    console = Console(width=200)
    with console.capture() as shown:
        console.print(table([head]))
    assert "the dog, square UsageError: no." in shown.get()
