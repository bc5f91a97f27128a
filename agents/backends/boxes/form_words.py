"""What a prompt says of coordinates and of the answer's form, in a family's own way of writing."""

import json

from cropsmith.agents.backends.boxes.convention import Convention, Frame, Notation, Order
from cropsmith.agents.backends.boxes.native_box import (
    NAMES,
    TEMPLATES,
    native_sides,
    write_box,
    write_point,
)
from cropsmith.agents.backends.boxes.read_answer import write_answer
from cropsmith.agents.backends.protocol.backend import Ask, Place, Reach, Slope
from cropsmith.agents.backends.protocol.wire import AnswerSchema
from cropsmith.prompts import render
from cropsmith.tools.schema.geometry import Box, Point, Size


def box_words(convention: Convention) -> str:
    """Return how a box is to be written, with the names of its numbers."""
    names = ("x1", "y1", "x2", "y2")
    if convention.notation is Notation.NAMED:
        corners = ", ".join(f'"{own}": {n}' for own, n in zip(NAMES, names, strict=True))
        return f"{{{corners}}}"
    if convention.order is Order.YXYX:
        names = ("y1", "x1", "y2", "x2")
    if template := TEMPLATES.get(convention.notation):
        return template.format(*names)
    return f"[{', '.join(names)}]"


def coordinates(convention: Convention) -> str:
    """Return how boxes and points are written: the same for every picture, so that it goes first.

    Pixels only mean something beside the size they are counted on, which `size_words` tells with
    each picture.
    """
    swapped = convention.order is Order.YXYX
    words = {
        "box": box_words(convention),
        "order": "y1, x1, y2, x2" if swapped else "x1, y1, x2, y2",
        "point": "y, x" if swapped else "x, y",
    }
    if convention.extent is None:
        return render("answer/coordinates_pixels", **words).text
    padded = convention.frame is Frame.PADDED
    return render(
        "answer/coordinates_scaled",
        extent=f"{convention.extent:g}",
        frame="the picture padded equally on both sides to a square" if padded else "the picture",
        numbers=f"Numbers have up to {convention.decimals} digits after the point."
        if convention.decimals
        else "Numbers are whole.",
        **words,
    ).text


def size_words(convention: Convention, sent: Size) -> str:
    """Return the size of a picture whose boxes are in pixels."""
    seen = convention.seen(sent)
    return render("answer/size", width=seen.width, height=seen.height).text


def form_of(
    ask: Ask, convention: Convention | None, schema: AnswerSchema, sent: Size | None
) -> str:
    """Return the description of the answer: one filled example, else its schema."""
    if ask.example is None:
        return render("answer/schema", schema=schema.text).text
    return render("answer/json", example=write_answer(ask.example, convention, sent)).text


def written(value: str | Place, convention: Convention, sent: Size) -> str:
    """Return words, or geometry in the family's numbers, as they stand in a sentence."""
    if isinstance(value, str):
        return value
    if isinstance(value, Reach | Slope):
        across, down = native_sides(convention, sent)
        wide, high = value.across * across, value.down * down
        if isinstance(value, Slope):
            return f"{wide / high:.3g}"
        digits = convention.decimals
        return f"{wide:.{digits}f} wide and {high:.{digits}f} high"
    if isinstance(value, Point):
        return json.dumps(write_point(value, convention, sent))
    boxes = [value] if isinstance(value, Box) else value
    return ", ".join(box_text(box, convention, sent) for box in boxes)


def box_text(box: Box, convention: Convention, sent: Size) -> str:
    """Return a box as it stands in a text: the family's own marks, or JSON."""
    native = write_box(box, convention, sent)
    return native if isinstance(native, str) else json.dumps(native)
