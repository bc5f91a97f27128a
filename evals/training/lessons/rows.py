"""A lesson as TRL and LLaMA-Factory read it.

TRL (1.16, its page on dataset formats): conversational prompt-completion, preference or prompt
alone, pictures beside it. With `messages` alone the prompt would be trained too. LLaMA-Factory
(0.9.5, `data/README.md`): sharegpt, one `<image>` for each picture, `ranking` for preferences.
"""

from collections.abc import Callable, Sequence
from typing import Any

from cropsmith.agents.backends.protocol.backend import Picture
from cropsmith.agents.backends.protocol.wire import WireMessage
from cropsmith.evals.training.lessons.lesson import Kind, Lesson, Spoken

Row = dict[str, Any]
Keep = Callable[[Picture], str]
"""Stores a picture and returns its name."""

MARK = "<image>"
"""What LLaMA-Factory puts a picture in the place of."""


def trl_row(lesson: Lesson, spoken: Spoken, kind: Kind, keep: Keep) -> Row:
    """Return a row of `metadata.jsonl`, read by datasets' imagefolder.

    `images_file_name` (its ending makes it a list of pictures, `images`) in the order of the
    placeholders; `truth` is what the reward needs, as JSON.
    """
    row: Row = {
        "images_file_names": [keep(picture) for picture in _pictures(spoken.prompt)],
        "prompt": [_turn(message.role, message.parts) for message in spoken.prompt],
    }
    if kind == "grpo":
        return row | {"truth": lesson.truth.model_dump_json()}
    if kind == "dpo":
        return row | {
            "chosen": [_turn("assistant", [spoken.answer])],
            "rejected": [_turn("assistant", [spoken.rejected])],
        }
    return row | {"completion": [_turn("assistant", [spoken.answer])]}


def llama_factory_row(spoken: Spoken, kind: Kind, keep: Keep) -> Row:
    """Return a row of LLaMA-Factory's sharegpt form."""
    turns = [
        {"role": message.role, "content": _flat(message.parts, message.role)}
        for message in spoken.prompt
    ]
    row: Row = {"images": [keep(picture) for picture in _pictures(spoken.prompt)]}
    answer = {"role": "assistant", "content": spoken.answer}
    if kind == "dpo":
        rejected = {"role": "assistant", "content": spoken.rejected}
        return row | {"messages": turns, "chosen": answer, "rejected": rejected}
    return row | {"messages": [*turns, answer]}


def llama_factory_entry(file: str, kind: Kind) -> Row:
    """Return the entry of a file in LLaMA-Factory's `dataset_info.json`."""
    columns = {"messages": "messages", "images": "images"}
    if kind == "dpo":
        columns |= {"chosen": "chosen", "rejected": "rejected"}
    return {
        "file_name": file,
        "formatting": "sharegpt",
        "ranking": kind == "dpo",
        "columns": columns,
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
        },
    }


def _pictures(prompt: Sequence[WireMessage]) -> list[Picture]:
    return [part for message in prompt for part in message.parts if isinstance(part, Picture)]


def _turn(role: str, parts: Sequence[Any]) -> Row:
    content = [
        {"type": "image"} if isinstance(part, Picture) else {"type": "text", "text": part}
        for part in ([_flat(parts, role)] if role != "user" else parts)
    ]
    return {"role": role, "content": content}


def _flat(parts: Sequence[Any], role: str) -> str:
    """Return a turn as one text, as chat templates put parts together.

    A system's parts are sent as lines of one text (`providers/chat_body.py`).
    """
    texts = [MARK if isinstance(part, Picture) else str(part) for part in parts]
    return ("" if role == "user" else "\n").join(texts)
