"""A backend that answers from the replies a trace recorded, and from nothing else."""

import re
from dataclasses import dataclass

from pydantic import ValidationError

from cropsmith import errors
from cropsmith.agents.backends.boxes.rendering import prompt_text
from cropsmith.agents.backends.protocol.backend import Ask, Reply
from cropsmith.agents.backends.protocol.reply_codec import restored
from cropsmith.agents.trace.record import CallRecord, current_step
from cropsmith.agents.trace.values import Trace
from cropsmith.errors import CropsmithError
from cropsmith.tools.schema.geometry import Size

_PICTURE = re.compile(r"\[picture [0-9a-f]+ (\d+)x(\d+)\]")

_SHARED = {*Reply.model_fields} & {*CallRecord.model_fields}
"""What a record calls as the reply does."""

Key = tuple[str, int, str]
"""Node, round, purpose."""


@dataclass(frozen=True)
class Recorded:
    """A call, and the shape it was for; None where one step spoke for all shapes."""

    call: CallRecord
    shape: int | None


class RecordedReplies:
    """Answers each ask with the reply that the same ask got; each reply is given once.

    Among the calls of one node, round and purpose the one for the same shape and with the same
    prompt answers, else the one asked first. No reply left is an error: the run has gone another
    way than the recorded one.
    """

    def __init__(self, trace: Trace) -> None:
        self.missing: CropsmithError | None = None
        """Set when a reply was asked for that is not there."""
        self._left: dict[Key, list[Recorded]] = {}
        names: list[str] = []
        self._sizes: list[Size] = []
        for step in trace.steps:
            for call in step.calls:
                recorded = Recorded(call, step.shape)
                self._left.setdefault((step.node, step.round, call.purpose), []).append(recorded)
                names.append(call.model)
                self._sizes += (
                    Size(width=int(w), height=int(h)) for w, h in _PICTURE.findall(call.prompt)
                )
        self.name = names[0] if names else trace.head.model

    def fit(self, size: Size) -> Size:
        """Return the recorded picture size nearest in shape, so that prompts come out alike."""
        from cropsmith.agents.backends.boxes.resize import within

        shape = size.width / size.height
        near = [s for s in self._sizes if abs(s.width / s.height - shape) < 0.02 * shape]
        fitting = [s for s in near if s.width <= size.width and s.height <= size.height]
        return max(fitting or near, key=lambda s: s.width, default=within(size, 1024))

    async def ask(self, ask: Ask) -> Reply:
        """Return the recorded reply. CropsmithError when there is none left."""
        step = current_step.get()
        key = (step.node, step.round, ask.purpose) if step else ("", 0, ask.purpose)
        left = self._left.get(key, [])
        if not left:
            # A mind may take this for the failure of one call; the replay will not.
            self.missing = CropsmithError(
                f"The trace holds no further reply to '{ask.purpose}' in {key[0]}, round {key[1]}.",
                hint="This version may ask otherwise; replay with --from to ask the model anew.",
            )
            raise self.missing
        prompt = prompt_text(ask.messages)
        found = _matching(left, prompt, ask, step.shape if step else None)
        left.remove(found)
        return _reply(found.call, ask)


def _matching(left: list[Recorded], prompt: str, ask: Ask, shape: int | None) -> Recorded:
    sizes = _PICTURE.findall(prompt)

    def likeness(recorded: Recorded) -> tuple[bool, bool, bool, int, bool]:
        record = recorded.call
        return (
            recorded.shape == shape,
            record.prompt == prompt,
            _PICTURE.sub("", record.prompt) == _PICTURE.sub("", prompt),
            # Orders of one choice differ in pictures alone, which may be coded otherwise today.
            sum(a == b for a, b in zip(_PICTURE.findall(record.prompt), sizes, strict=False)),
            (record.temperature, record.seed) == (ask.temperature, ask.seed),
        )

    return max(left, key=likeness)  # of several alike, the first


def _reply(record: CallRecord, ask: Ask) -> Reply:
    if record.status == "error":
        kind = getattr(errors, record.raised, CropsmithError)
        raise kind(record.reason)
    facts = record.model_dump(include=_SHARED) | {
        "value": record.parsed,
        "cached": record.from_cache,
        "tokens": {
            "prompt": record.prompt_tokens,
            "completion": record.completion_tokens,
            "cached": record.cached_tokens,
            "reasoning": record.reasoning_tokens,
        },
    }
    try:
        return restored(facts, ask)
    except ValidationError as error:
        raise CropsmithError(
            f"The recorded reply to '{ask.purpose}' does not fit what this version asks."
        ) from error
