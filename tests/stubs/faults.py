"""Ways in which a provider's stub misbehaves, one per call, named by short words.

ok, an HTTP status (429:7 adds a retry delay of 7 s), slow:SEC, hang:SEC, drop, notjson, truncated,
whitespace, empty, thinking (all of it thoughts), thoughtful (thoughts, kept apart), aloud (thoughts
within the answer), prose, fenced, inf, control, refused, blocked. "429*3,ok" plays four.
"""

from dataclasses import dataclass
from enum import StrEnum

THOUGHT = 'The dog is left. Perhaps {"bbox_2d": [0, 0, 300, 300], "label": "draft"}?'


class Ending(StrEnum):
    """How a reply ends; each stub has its provider's own words for it."""

    STOP = "stop"
    LENGTH = "length"
    REFUSED = "refused"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Fault:
    """One fault: its name, and the number behind the colon, if any."""

    name: str = "ok"
    value: float | None = None


@dataclass(frozen=True)
class Spoken:
    """The text of a reply, how it ended, and the thoughts before it with the tokens they took."""

    text: str
    ending: Ending = Ending.STOP
    thoughts: int = 0
    thought: str = ""


def read_faults(words: str) -> list[Fault]:
    """Read "429:7*2,ok" as three faults."""
    faults = []
    for word in filter(None, words.split(",")):
        told, _, times = word.partition("*")
        name, _, value = told.partition(":")
        faults += [Fault(name, float(value) if value else None)] * int(times or 1)
    return faults


def spoil(text: str, fault: Fault) -> Spoken:
    """Return the reply that `text` becomes by a fault of the model itself."""
    match fault.name:
        case "ok" | "slow":
            return Spoken(text)
        case "truncated":
            return Spoken(text[: len(text) // 2], Ending.LENGTH)
        case "whitespace":  # the endless newlines of a JSON grammar
            return Spoken("\n" * 64, Ending.LENGTH)
        case "thinking":
            return Spoken("", Ending.LENGTH, thoughts=512)
        case "thoughtful":
            return Spoken(text, thoughts=64, thought=THOUGHT)
        case "aloud":
            return Spoken(f"<think>{THOUGHT}</think>\n{text}")
        case "empty":
            return Spoken("")
        case "prose":
            return Spoken("The main subject stands a little left of the centre.")
        case "fenced":
            return Spoken(f"Here is the box:\n```json\n{text}\n```")
        case "inf":
            return Spoken('{"bbox_2d": [1e999, 0, 1000, 1000], "label": "subject"}')
        case "control":
            return Spoken('{"bbox_2d": [0, 0, 1000, 1000], "label": "sub\x02ject"}')
        case "refused" | "blocked":
            return Spoken("I'm sorry, I can't help with that.", Ending(fault.name))
    raise ValueError(f"no such fault: {fault.name}")
