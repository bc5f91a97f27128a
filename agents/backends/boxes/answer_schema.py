"""The JSON schema of an answer, written in a model's native boxes and its provider's dialect."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from cropsmith.agents.backends.boxes.convention import Convention, Notation
from cropsmith.agents.backends.boxes.native_box import box_schema, point_schema
from cropsmith.agents.backends.protocol.wire import AnswerSchema, Dialect
from cropsmith.tools.schema.geometry import Size

NATIVE_KEYS = {Notation.BBOX_2D: "bbox_2d", Notation.BOX_2D: "box_2d"}
"""What a property named `box` is called in the families that have a word for it."""

Schema = dict[str, Any]


def resolved(node: Any, definitions: Mapping[str, Any]) -> Any:
    """Return a schema with its references replaced by what they name, boxes kept as marks."""
    if isinstance(node, list):
        return [resolved(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if reference := node.get("$ref"):
        name = str(reference).rsplit("/", 1)[-1]
        if name in ("Box", "Point"):
            return {"x-kind": name}
        return resolved(definitions[name], definitions)
    return {
        # The names under "properties" are data, not keywords: a field may be called "title".
        key: (
            {name: resolved(value, definitions) for name, value in node[key].items()}
            if key == "properties"
            else resolved(node[key], definitions)
        )
        for key in node
        if key != "$defs"
    }


@lru_cache(maxsize=64)
def own_schema(answer: type[BaseModel]) -> Schema:
    """Return the schema of an answer; fields of type Box and Point are marked with `x-kind`."""
    schema = answer.model_json_schema()
    found: Schema = resolved(schema, schema.get("$defs", {}))
    return found


def native_key(name: str, kind: str | None, convention: Convention | None) -> str:
    """Return what a property is called in the model's own words."""
    if name == "box" and kind == "Box" and convention is not None:
        return NATIVE_KEYS.get(convention.notation, name)
    return name


def kind_of(node: Any) -> str | None:
    """Return Box or Point for a field of that type, also an optional one."""
    if not isinstance(node, dict):
        return None
    for option in node.get("anyOf", []):
        if found := kind_of(option):
            return found
    kind = node.get("x-kind")
    return None if kind is None else str(kind)


@dataclass(frozen=True)
class _Writer:
    convention: Convention | None
    sent: Size | None
    dialect: Dialect

    def native(self, node: Any) -> Any:
        if kind := node.get("x-kind"):
            if self.convention is None or self.sent is None:
                raise ValueError(f"an answer with a {kind} needs a convention and a frame")
            make = box_schema if kind == "Box" else point_schema
            return make(self.convention, self.sent, by_place=self.dialect is not Dialect.OPENAI)
        if options := node.get("anyOf"):
            return {**self._told(node), "anyOf": [self.native(option) for option in options]}
        if "properties" in node:
            return self._object(node)
        if "items" in node:
            kept = {k: node[k] for k in ("type", "minItems", "maxItems") if k in node}
            return {**self._told(node), **kept, "items": self.native(node["items"])}
        return {**self._told(node), **self._plain(node)}

    def _object(self, node: Schema) -> Schema:
        properties = {
            native_key(name, kind_of(field), self.convention): self.native(field)
            for name, field in node["properties"].items()
        }
        # Every dialect gets every field: a field left out is a field the model forgot.
        made = {
            **self._told(node),
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
        if self.dialect is Dialect.GEMINI:
            made["propertyOrdering"] = list(properties)
        return made

    def _told(self, node: Schema) -> Schema:
        # Descriptions inside a grammar change nothing; OpenAI and Gemini show them to the model.
        if self.dialect is Dialect.GRAMMAR or "description" not in node:
            return {}
        return {"description": node["description"]}

    def _plain(self, node: Schema) -> Schema:
        drop = {"title", "default", "description", "examples", "format"}
        if self.dialect is not Dialect.GRAMMAR:
            drop |= {"minLength", "maxLength"}
        kept = {key: value for key, value in node.items() if key not in drop}
        if "const" in kept:
            kept["enum"] = [kept.pop("const")]
        if "enum" in kept and "type" not in kept:
            kept["type"] = "string"
        for strict, loose in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")]:
            if strict in kept:
                kept[loose] = kept.pop(strict)
        if kept.get("type") == "number" and not {"minimum", "maximum"} <= kept.keys():
            raise ValueError(
                f"a number in an answer needs bounds (a grammar may write 1e999): {node}"
            )
        return kept


@lru_cache(maxsize=256)
def answer_schema(
    answer: type[BaseModel],
    convention: Convention | None,
    sent: Size | None,
    dialect: Dialect,
) -> AnswerSchema:
    """Write the schema of `answer` for one model.

    `sent` is the size of the picture that boxes refer to. ValueError when the answer has boxes but
    no convention or picture is given, or leaves a number unbounded.
    """
    own = own_schema(answer)
    native = _Writer(convention, sent, dialect).native(own)
    return AnswerSchema(name=answer.__name__.lstrip("_").lower(), own=own, native=native)


def has_boxes(schema: Any) -> bool:
    """Tell whether an own schema holds a Box or Point anywhere."""
    if isinstance(schema, dict):
        return "x-kind" in schema or any(has_boxes(value) for value in schema.values())
    return isinstance(schema, list) and any(has_boxes(item) for item in schema)
