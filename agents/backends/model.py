"""One model: its provider's wire and its family's convention, joined into a Backend."""

import asyncio
import time
from collections.abc import Sequence

from cropsmith.agents.backends.boxes.answer_schema import answer_schema
from cropsmith.agents.backends.boxes.convention import Convention, Frame
from cropsmith.agents.backends.boxes.loose_json import LENGTH
from cropsmith.agents.backends.boxes.read_answer import Unusable, read_answer
from cropsmith.agents.backends.boxes.refusal import declines
from cropsmith.agents.backends.boxes.rendering import Rendered, Renderer
from cropsmith.agents.backends.boxes.thoughts import spoken
from cropsmith.agents.backends.calls.prices import cost_of
from cropsmith.agents.backends.protocol.attempt import sending
from cropsmith.agents.backends.protocol.backend import Ask, Reply, Status, ToolCall, ToolSpec
from cropsmith.agents.backends.protocol.wire import Finish, Trouble, Wire, WireFault, WireReply
from cropsmith.errors import CropsmithError, Misconfigured
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.plain_text import plain_unicode

TIMEOUT = 120.0
"""Seconds for one attempt: the first request of a kind may compile for 20 s on a server."""

LONG = 20_000
"""Characters from which an answer is read beside the event loop, where others wait."""

KEPT = 60_000
"""Characters of an answer and of its thoughts that a reply keeps."""

CUT = 8
"""Characters that no tokenizer packs into one token, over a whole prompt of ours."""

CONTEXT = 1024
"""Prompt tokens below which a count is no context that was cut: no server has less."""

CALL_MARKS = ("<tool_call>", "[TOOL_CALLS]", "<|tool_call", "<function=", "<|tool▁call")
"""How calls begin that a server without a parser leaves in the text."""

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
        """Ask once; statuses in the order transport, block, refusal, truncation, then parse.

        Whatever a server or another package's wire sends ends as a status.
        """
        started = time.perf_counter()
        rendered = self._renderer.render(ask, self._timeout)
        with sending(rendered.request) as tape:
            answered = await self._sent(rendered)
            reply = await self._in_time(ask, rendered, answered, started)
        if tape is not None:
            tape.last(
                status=str(reply.status), reason=reply.reason, tokens=reply.tokens, cost=reply.cost
            )
        return reply.model_copy(update={"seconds": time.perf_counter() - started})

    async def _sent(self, rendered: Rendered) -> WireReply:
        try:
            return await self.wire.send(rendered.request)
        except CropsmithError:
            raise
        except Exception as error:
            raise WireFault(
                f"{self.name} could not be asked ({type(error).__name__}).", Trouble.GIBBERISH
            ) from error

    async def _in_time(
        self, ask: Ask, rendered: Rendered, answered: WireReply, started: float
    ) -> Reply:
        """Judge an answer; a long one beside the event loop, within what is left of the time."""
        size = len(answered.text) + sum(len(call.arguments) for call in answered.tool_calls)
        if size + len(answered.thoughts) < LONG:
            return self._judged(ask, rendered, answered)
        left = rendered.request.timeout - (time.perf_counter() - started)
        try:
            async with asyncio.timeout(max(1.0, left)):
                return await asyncio.to_thread(self._judged, ask, rendered, answered)
        except TimeoutError:
            return self._invalid("The answer was too long to be read in time.")

    def _judged(self, ask: Ask, rendered: Rendered, answered: WireReply) -> Reply:
        """Judge an answer; a fault of ours in reading it is the fault of this reply alone."""
        try:
            return self._judge(ask, rendered, answered)
        except CropsmithError:
            raise
        except Exception as error:
            return self._invalid(f"The answer could not be read ({type(error).__name__}).")

    def _cost(self, answered: WireReply) -> float | None:
        """Return what an answer cost: as the provider charged it, else by its list price."""
        if answered.cost is not None:
            return answered.cost
        listed = cost_of(self.name, answered.tokens)
        return None if listed is None else listed * answered.share

    def _invalid(self, reason: str) -> Reply:
        return Reply(status=Status.INVALID, reason=reason, model=self.name)

    def _judge(self, ask: Ask, rendered: Rendered, answered: WireReply) -> Reply:
        sent = tuple(self._renderer.size_of(picture) for picture in ask.pictures)
        estimate = self._renderer.estimate(rendered.request)
        # Some servers put the JSON of a thinking model among its thoughts (vllm#50948).
        misplaced = bool(answered.thoughts) and not answered.text.strip()
        said = spoken(answered.text)
        thoughts = "\n".join(filter(None, (answered.thoughts, said.thoughts)))
        reply = Reply(
            status=Status.OK,
            raw=plain_unicode((thoughts if misplaced else said.answer or answered.text)[:KEPT]),
            thoughts=plain_unicode(thoughts[:KEPT]),
            model=self.name,
            tokens=answered.tokens.model_copy(update={"estimated_images": estimate}),
            cost=self._cost(answered),
            convention="" if self.convention is None else self.convention.label,
            sent=sent,
            seen=tuple(s if self.convention is None else self.convention.seen(s) for s in sent),
            notes=tuple(answered.notes),
            lacking=(*answered.lacking, *self._cut_off(rendered, answered)),
        )
        if answered.problem:
            return reply.model_copy(update={"status": Status.INVALID, "reason": answered.problem})
        failed = self._failed(answered)
        if failed is not None:
            return reply.model_copy(update={"status": failed, "reason": _why(failed, answered)})
        # Calls that nobody asked for are no answer; the text may be one.
        if ask.tools and (answered.tool_calls or ask.tool_choice == "auto"):
            # With tools on offer the model may also just speak; the caller reads `raw`.
            calls = tuple(self._called(call, ask.tools, rendered) for call in answered.tool_calls)
            unparsed = not calls and any(mark in answered.text for mark in CALL_MARKS)
            lacks = f"Tool calls of {self.name} came as text: the server has no parser for them."
            lacking = (*reply.lacking, lacks) if unparsed else reply.lacking
            return reply.model_copy(update={"tool_calls": calls, "lacking": lacking})
        if ask.tool_choice is not None:
            reason = f"The model was told to call {ask.tool_choice} and did not."
            return reply.model_copy(
                update={
                    "status": Status.INVALID,
                    "reason": reason,
                    "lacking": (*reply.lacking, f"{self.name} calls no tools: {reason}"),
                }
            )
        return self._read(ask, rendered, answered, reply)

    def _cut_off(self, rendered: Rendered, answered: WireReply) -> Sequence[str]:
        """Tell of a context that was cut in silence, as Ollama's is, by the tokens counted."""
        counted = answered.tokens.prompt
        parts = [p for message in rendered.request.messages for p in message.parts]
        written = sum(len(part) for part in parts if isinstance(part, str))
        if counted is None or not CONTEXT <= counted < written / CUT:
            return ()
        return (
            f"The server took {counted} tokens of a prompt of {written} characters: "
            "its context is too small, and the rest was left out.",
        )

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
        misplaced = not answered.text.strip()
        text = answered.thoughts[-LENGTH:] if misplaced else answered.text
        try:
            reading = read_answer(text, ask.answer, rendered.schema, self.convention, rendered.sent)
        except Unusable as error:
            if declines(reply.raw):
                told = f"The model declined: {reply.raw[:200]}"
                return reply.model_copy(update={"status": Status.REFUSED, "reason": told})
            return reply.model_copy(update={"status": Status.INVALID, "reason": f"{error}"})
        notes = [*reply.notes, *reading.notes, *drifted]
        lacking = reply.lacking
        if misplaced and answered.thoughts:
            notes.append("the answer stood among the thoughts")
        elif rendered.request.schema is not None and not reading.bare and not lacking:
            lacking = (
                f"{self.name} was to be held to a schema and wrote other text around its answer: "
                "the server does not enforce it.",
            )
        return reply.model_copy(
            update={"value": reading.value, "notes": tuple(notes), "lacking": lacking}
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
