"""From a model's text to the asked answer: native boxes converted, all of it validated."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from cropsmith.agents.backends.boxes.answer_schema import kind_of, native_key
from cropsmith.agents.backends.boxes.convention import Convention, Order
from cropsmith.agents.backends.boxes.loose_json import LENGTH, NoJson, is_bare, json_values
from cropsmith.agents.backends.boxes.native_box import (
    Inverted,
    OutOfConvention,
    find_numbers,
    read_box,
    read_point,
    write_box,
    write_point,
)
from cropsmith.agents.backends.boxes.thoughts import final, spoken
from cropsmith.agents.backends.protocol.wire import AnswerSchema
from cropsmith.tools.schema.geometry import Box, Point, Size

TOLD = 400
"""Characters of what was wrong that are told: a model needs no more to mend it."""


class Unusable(ValueError):
    """An answer is present but cannot be used; the message says what was wrong, for the model."""

    def __init__(self, message: str) -> None:
        super().__init__(message if len(message) <= TOLD else f"{message[:TOLD]}...")


@dataclass
class Reading:
    """An answer in our frame, and what had to be done to it."""

    value: BaseModel
    notes: list[str] = field(default_factory=list)
    bare: bool = True
    """Whether the answer came as a server gives it that holds it to its schema: as JSON alone."""


@dataclass
class _Restorer:
    """Walks an answer beside its own schema and turns native boxes into ours."""

    convention: Convention | None
    sent: Size | None
    clamped: float = 0.0
    dropped: list[str] = field(default_factory=list)
    """Items of lists left out for an inverted box. Anything that contradicts the convention makes
    the whole answer unusable instead: its other boxes would be misread too."""

    def restore(self, value: Any, node: Any) -> Any:
        if kind := node.get("x-kind"):
            return self._geometry(kind, value)
        if options := node.get("anyOf"):
            if value is None:
                return None
            kept = [option for option in options if option.get("type") != "null"]
            return self.restore(value, kept[0]) if len(kept) == 1 else value
        if isinstance(value, dict) and "properties" in node:
            return self._object(value, node["properties"])
        if isinstance(value, list) and "items" in node:
            return self._list(value, node["items"])
        return value

    def _list(self, items: list[Any], node: Any) -> list[Any]:
        kept = []
        for item in items:
            try:
                kept.append(self.restore(item, node))
            except Inverted as error:
                self.dropped.append(str(error))
        return kept

    def _object(self, value: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
        own = {native_key(n, kind_of(f), self.convention): n for n, f in fields.items()}
        if kind_of(fields.get("box", {})) == "Box" and "box" not in value:
            # A model's own word for a box, where it overrides the asked one.
            own.update(dict.fromkeys(self._aliases(), "box"))
        named = {own.get(key, key): item for key, item in value.items()}
        return {k: self.restore(v, fields[k]) if k in fields else v for k, v in named.items()}

    def _aliases(self) -> Sequence[str]:
        """Return the keys that mean a box in this family's order and in no other."""
        if self.convention is None:
            return ()
        return ("bbox_2d", "bbox") if self.convention.order is Order.XYXY else ("box_2d",)

    def _geometry(self, kind: str, value: Any) -> Any:
        if self.convention is None or self.sent is None:
            raise Unusable("a box was answered where no picture was asked about")
        if kind == "Box":
            read = read_box(value, self.convention, self.sent)
            self.clamped = max(self.clamped, read.clamped)
            return read.box
        point = read_point(value, self.convention, self.sent)
        self.clamped = max(self.clamped, point.clamped)
        return point.point


def _box_slot(schema: Any) -> Sequence[str] | None:
    """Return the path to the one field that a bare list of boxes can only mean.

    ("crops", "box") for an object with a list of objects with a box; ("box",) for an object with
    one box; None when several fields could be meant.
    """
    properties = schema.get("properties", {})
    slots: list[Sequence[str]] = []
    for name, node in properties.items():
        if kind_of(node) == "Box":
            slots.append((name,))
        items = node.get("items", {})
        if items.get("x-kind") == "Box":
            slots.append((name, ""))
        inner = [n for n, f in items.get("properties", {}).items() if kind_of(f) == "Box"]
        slots += [(name, field) for field in inner]
    return slots[0] if len(slots) == 1 else None


def _from_box_text(text: str, schema: Any, convention: Convention) -> Any:
    """Build the answer of a model that wrote its own box text and no JSON."""
    found = find_numbers(text, convention.notation)
    slot = _box_slot(schema)
    if not found or slot is None:
        raise Unusable("there is no JSON object in the answer")
    if len(slot) == 1:
        if len(found) != 1:
            raise Unusable(f"{len(found)} boxes were answered where one was asked")
        return {slot[0]: found[0]}
    name, inner = slot
    return {name: [{inner: box} for box in found] if inner else found}


def _as_asked(value: Any, schema: Any, convention: Convention | None) -> Any:
    """Wrap bare boxes, where they can only mean the one box field of the answer.

    Qwen and Gemini give a list where an object with a list was asked; others just four numbers.
    """
    slot = _box_slot(schema)
    if slot is None:
        return value
    if isinstance(value, dict) and (not value or _names(schema, convention) & value.keys()):
        return value
    four = isinstance(value, list) and all(isinstance(v, int | float) for v in value)
    items = value if isinstance(value, list) and not four else [value]
    if len(slot) == 1:
        return {slot[0]: items[0]} if len(items) == 1 else value
    name, inner = slot
    plain = [item if not inner or isinstance(item, dict) else {inner: item} for item in items]
    return {name: plain}


def _explained(error: ValidationError) -> str:
    parts = []
    for problem in error.errors()[:4]:
        place = ".".join(map(str, problem["loc"])) or "the answer"
        parts.append(f"{place}: {problem['msg']}")
    return "; ".join(parts)


def read_answer(
    text: str,
    answer: type[BaseModel],
    schema: AnswerSchema,
    convention: Convention | None,
    sent: Size | None,
) -> Reading:
    """Find the answer in a text, convert and validate it; thoughts and drafts are no answer.

    Of several JSON values the last that fits is taken. Unusable says what was wrong, in words that
    the model can mend. Takes time linear in the text, whatever is in it.
    """
    if is_bare(text):
        return _first_fit([text], answer, schema, convention, sent)
    said = spoken(text).answer
    if len(said) > LENGTH:
        raise Unusable(f"the answer has {len(said)} characters, more than the {LENGTH} to be read")
    texts = [block, said] if (block := final(said)) else [said]
    reading = _first_fit(texts, answer, schema, convention, sent)
    reading.bare = is_bare(said)
    return reading


def _first_fit(
    texts: Sequence[str],
    answer: type[BaseModel],
    schema: AnswerSchema,
    convention: Convention | None,
    sent: Size | None,
) -> Reading:
    """Return the first value of the texts that fits; Unusable tells of the likeliest one."""
    problem: Unusable | None = None
    for text in texts:
        try:
            for number, value in enumerate(_values(text, schema, convention)):
                try:
                    reading = _fitted(value, answer, schema, convention, sent)
                except Unusable as error:
                    problem = problem or error
                    continue
                if number:
                    reading.notes.append("of several JSON values the last that fits was taken")
                return reading
        except Unusable as error:
            problem = problem or error
    raise problem or Unusable("there is no JSON object in the answer")


def _values(text: str, schema: AnswerSchema, convention: Convention | None) -> Iterator[Any]:
    """Give what may be the answer, the likeliest first. Unusable where there is nothing."""
    try:
        values = json_values(text)
    except NoJson as error:
        if convention is None or not find_numbers(text, convention.notation):
            raise Unusable(f"there is no usable JSON object in the answer ({error})") from error
        values = []
    if convention and not any(isinstance(value, dict) for value in values):
        # The brackets of box tags look like JSON.
        if find_numbers(text, convention.notation):
            yield _from_box_text(text, schema.own, convention)
            return
    for value in values:
        yield value
        if (inner := _unwrapped(value, schema.own, convention)) is not None:
            yield inner


def _unwrapped(value: Any, schema: Any, convention: Convention | None) -> Any:
    """Return the one object within a list, or an object of other names: {"answer": {...}}."""
    if isinstance(value, list):
        return value[0] if len(value) == 1 and isinstance(value[0], dict) else None
    if not isinstance(value, dict) or _names(schema, convention) & value.keys():
        return None
    inner = [item for item in value.values() if isinstance(item, dict | list)]
    return inner[0] if len(inner) == 1 and isinstance(inner[0], dict) else None


def _names(schema: Any, convention: Convention | None) -> set[str]:
    """Return what the fields of an answer are called, by us and by the model."""
    fields = schema.get("properties", {}).items()
    return {native_key(n, kind_of(f), convention) for n, f in fields} | {n for n, _ in fields}


def _fitted(
    value: Any,
    answer: type[BaseModel],
    schema: AnswerSchema,
    convention: Convention | None,
    sent: Size | None,
) -> Reading:
    """Convert and validate one value. Unusable says what was wrong with it."""
    restorer = _Restorer(convention, sent)
    try:
        restored = restorer.restore(_as_asked(value, schema.own, convention), schema.own)
        reading = Reading(answer.model_validate(restored))
    except OutOfConvention as error:
        raise Unusable(f"a box is not in the asked format: {error}") from error
    except ValidationError as error:
        dropped = f"; left out: {'; '.join(restorer.dropped[:3])}" if restorer.dropped else ""
        raise Unusable(_explained(error) + dropped) from error
    if restorer.clamped > 0:
        reading.notes.append(f"boxes clamped to the picture, by {restorer.clamped:.1%} at most")
    if restorer.dropped:
        reading.notes.append(f"left out {len(restorer.dropped)}: {'; '.join(restorer.dropped[:3])}")
    return reading


def write_answer(value: BaseModel, convention: Convention | None, sent: Size | None) -> str:
    """Write an answer as the model itself would: the inverse of `read_answer`."""

    def native(item: Any) -> Any:
        if isinstance(item, Box | Point):
            if convention is None or sent is None:
                raise ValueError("an answer with boxes needs a convention and a picture")
            if isinstance(item, Box):
                return write_box(item, convention, sent)
            return write_point(item, convention, sent)
        if isinstance(item, BaseModel):
            return {
                native_key(name, "Box" if isinstance(inner, Box) else None, convention): native(
                    inner
                )
                for name, inner in item
            }
        if isinstance(item, list | tuple):
            return [native(inner) for inner in item]
        return item

    return json.dumps(native(value), separators=(",", ":"), ensure_ascii=False)
