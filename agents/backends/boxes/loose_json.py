"""Finding the one JSON object in what a model wrote: fences, chat around it, thinking before it."""

import json
import re
from typing import Any

THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
FENCE = re.compile(r"```(?:json)?\s*\n?(.*?)```", re.DOTALL)


class NoJson(ValueError):
    """There is no JSON value in the text."""


class NotFinite(NoJson):
    """A number of the text is NaN or infinite."""


def without_thinking(text: str) -> str:
    """Return the text after the model's thoughts; an unclosed thought hides all that follows."""
    text = THINKING.sub("", text)
    # Some servers cut the opening tag off.
    _, closed, rest = text.rpartition("</think>")
    text = rest if closed else text
    return text.partition("<think>")[0].strip() if "<think>" in text else text.strip()


def _no_constant(name: str) -> Any:
    raise NotFinite(f"{name} is not a number")


DECODER = json.JSONDecoder(
    # Raw control characters slip through grammars with maxLength (xgrammar).
    strict=False,
    parse_constant=_no_constant,
)


def _decoded(text: str) -> Any:
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise NoJson(str(error)) from error


def _first_value(text: str) -> Any:
    """Decode the first object or array in the text that is complete JSON and holds something."""
    for found in re.finditer(r"[{\[]", text):
        try:
            value, _ = DECODER.raw_decode(text, found.start())
        except json.JSONDecodeError:
            continue
        if value:
            return value
    raise NoJson("no JSON value in the text")


def find_json(text: str) -> Any:
    """Return the JSON value a model wrote. NoJson when there is none, or a number is not finite."""
    text = without_thinking(text)
    if not text:
        raise NoJson("the text is empty")
    candidates = [text, *(found.strip() for found in FENCE.findall(text))]
    for candidate in candidates:
        try:
            return _decoded(candidate)
        except NoJson:
            continue
    return _first_value(text)
