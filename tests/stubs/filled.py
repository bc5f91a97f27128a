"""An answer to any schema that a request brings: what a model held to it might write."""

from typing import Any

BOX = [100, 100, 700, 700]
BOXES = ("box", "bbox_2d", "box_2d")


def filled(schema: dict[str, Any]) -> Any:
    """Return a value of the schema; boxes keep a margin of a tenth, in thousandths."""
    if "anyOf" in schema:
        options = schema["anyOf"]
        null = any(option.get("type") == "null" for option in options)
        return None if null else filled(options[0])
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            fields = schema["properties"].items()
            return {name: BOX if name in BOXES else filled(field) for name, field in fields}
        case "array":
            items = schema.get("items") or schema["prefixItems"][0]
            return [filled(items) for _ in range(max(1, schema.get("minItems", 1)))]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
    return "text"
