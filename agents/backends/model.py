"""One model: its provider's wire and its family's convention, joined into a Backend."""

import time
from collections.abc import Sequence

from cropsmith.agents.backends.boxes.answer_schema import answer_schema
from cropsmith.agents.backends.boxes.convention import Convention, Frame
from cropsmith.agents.backends.boxes.read_answer import Unusable, read_answer
from cropsmith.agents.backends.boxes.refusal import declines
from cropsmith.agents.backends.boxes.rendering import Rendered, Renderer
from cropsmith.agents.backends.calls.prices import cost_of
from cropsmith.agents.backends.protocol.backend import Ask, Reply, Status, ToolCall, ToolSpec
from cropsmith.agents.backends.protocol.wire import Finish, Wire, WireReply
from cropsmith.errors import Misconfigured
from cropsmith.tools.schema.geometry import Size

TIMEOUT = 120.0
"""Seconds for one attempt: the first request of a kind may compile for 20 s on a server."""

DRIFT = 0.2
"""Picture tokens that differ by more than this share from our estimate: a wrong resize rule?"""


class Model:
    """A Backend that sends once. Raises WireFault when no answer came; wrappers do the rest."""

    def __init__(
        self,
        wire: Wire,
        convention: Convention | None,
        *,
        timeout: float = TIMEOUT,
        constrained: bool = True,
    ) -> None:
        self.wire = wire
        self.convention = convention
        self._timeout = timeout
        self._renderer = Renderer(convention, wire.dialect, constrained=constrained)

    @property
    def name(self) -> str:
        """`provider/model`."""
        return f"{self.wire.provider}/{self.wire.model}"

    def __repr__(self) -> str:
        return f"Model({self.name!r})"

    def fit(self, size: Size) -> Size:
        """Return the size that the model will see, so that nothing is resampled twice."""
        return size if self.convention is None else self.convention.sent(size)

    async def ask(self, ask: Ask) -> Reply:
        """Ask once; statuses in the order transport, block, refusal, truncation, then parse."""
        started = time.perf_counter()
        rendered = self._renderer.render(ask, self._timeout)
        answered = await self.wire.send(rendered.request)
        reply = self._judge(ask, rendered, answered)
        return reply.model_copy(update={"seconds": time.perf_counter() - started})

    def _judge(self, ask: Ask, rendered: Rendered, answered: WireReply) -> Reply:
        sent = tuple(self._renderer.size_of(picture) for picture in ask.pictures)
        estimate = self._renderer.estimate(rendered.request)
        reply = Reply(
            status=Status.OK,
            raw=answered.text or answered.thoughts,
            model=self.name,
            tokens=answered.tokens.model_copy(update={"estimated_images": estimate}),
            cost=cost_of(self.name, answered.tokens),
            convention="" if self.convention is None else self.convention.label,
            sent=sent,
            seen=tuple(s if self.convention is None else self.convention.seen(s) for s in sent),
        )
        failed = self._failed(answered)
        if failed is not None:
            return reply.model_copy(update={"status": failed, "reason": _why(failed, answered)})
        if answered.tool_calls or ask.tool_choice == "auto":
            # With tools on offer the model may also just speak; the caller reads `raw`.
            calls = tuple(self._called(call, ask.tools, rendered) for call in answered.tool_calls)
            return reply.model_copy(update={"tool_calls": calls})
        if ask.tool_choice is not None:
            reason = f"The model was told to call {ask.tool_choice} and did not."
            return reply.model_copy(update={"status": Status.INVALID, "reason": reason})
        return self._read(ask, rendered, answered, reply)

    def _failed(self, answered: WireReply) -> Status | None:
        if answered.finish is Finish.BLOCKED:
            return Status.BLOCKED
        if answered.finish is Finish.REFUSED:
            return Status.REFUSED
        if answered.finish is Finish.LENGTH:
            return Status.TRUNCATED
        return None

    def _read(self, ask: Ask, rendered: Rendered, answered: WireReply, reply: Reply) -> Reply:
        drifted = self._drift(ask, reply)
        # Some servers put the JSON of a thinking model among its thoughts (vllm#50948).
        text = answered.text if answered.text.strip() else answered.thoughts
        try:
            reading = read_answer(text, ask.answer, rendered.schema, self.convention, rendered.sent)
        except Unusable as error:
            if declines(text):
                return reply.model_copy(
                    update={"status": Status.REFUSED, "reason": f"The model declined: {text[:200]}"}
                )
            return reply.model_copy(update={"status": Status.INVALID, "reason": f"{error}"})
        return reply.model_copy(
            update={"value": reading.value, "notes": (*reading.notes, *drifted)}
        )

    def _drift(self, ask: Ask, reply: Reply) -> Sequence[str]:
        """Compare the bill for pictures with our estimate: another size seen shifts pixel boxes.

        Misconfigured where boxes would be misread; a note where they are of the full picture.
        """
        billed, estimate = reply.tokens.pictures, reply.tokens.estimated_images
        if not billed or not estimate or abs(billed - estimate) <= DRIFT * estimate:
            return ()
        told = f"the pictures cost {billed} tokens where {estimate} were expected"
        pixels = self.convention is not None and self.convention.frame is Frame.SEEN
        if pixels and ask.frame is not None:
            raise Misconfigured(
                f"{self.name} sees pictures at another size than its convention says: {told}.",
                hint=f"Calibrate it once: cropsmith models probe {self.name}",
            )
        return (f"{told}: the server resizes differently, which harms no box of this family",)

    def _called(self, call: ToolCall, tools: Sequence[ToolSpec], rendered: Rendered) -> ToolCall:
        spec = next((tool for tool in tools if tool.name == call.name), None)
        if spec is None:
            return call.model_copy(update={"problem": f"there is no tool named {call.name}"})
        schema = answer_schema(spec.arguments, self.convention, rendered.sent, self.wire.dialect)
        try:
            reading = read_answer(
                call.arguments or "{}", spec.arguments, schema, self.convention, rendered.sent
            )
        except Unusable as error:
            return call.model_copy(update={"problem": str(error)})
        return call.model_copy(update={"value": reading.value})


def _why(status: Status, answered: WireReply) -> str:
    if status is Status.BLOCKED:
        return f"The provider's filter stopped the answer ({answered.reason or 'no reason given'})."
    if status is Status.REFUSED:
        return f"The model declined: {(answered.reason or answered.text)[:200]}"
    spent = answered.tokens.reasoning
    if not answered.text.strip() and answered.thoughts or (spent and not answered.text):
        return "The output limit was spent on thinking before the answer began."
    if not answered.text.strip():
        return "The answer was blank up to the output limit."
    return "The answer ended at the output limit."
