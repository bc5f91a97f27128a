"""A VLM of any family, simulated: it finds the one coloured rectangle and writes it natively."""

import io
import json
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import pytest
from PIL import Image

from cropsmith.agents.backends.boxes.answer_schema import NATIVE_KEYS
from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.native_box import TEMPLATES, write_box
from cropsmith.agents.backends.protocol.backend import Picture, Tokens
from cropsmith.agents.backends.protocol.wire import Dialect, Finish, WireReply, WireRequest
from cropsmith.tools.schema.geometry import Box, Size


@cache
def rectangle_in(picture: Picture) -> Box:
    """Return where the strongly coloured or black rectangle lies, measured on the pixels."""
    with Image.open(io.BytesIO(picture.data)) as image:
        assert not image.getexif(), "a picture must be upright and without tags"
        assert image.size == (picture.size.width, picture.size.height)
        pixels = np.asarray(image.convert("RGB")).astype(int)
    marked = pixels.min(axis=2) < 110
    ys, xs = np.nonzero(marked)
    height, width = marked.shape
    return Box(
        x1=xs.min() / width,
        y1=ys.min() / height,
        x2=(xs.max() + 1) / width,
        y2=(ys.max() + 1) / height,
    )


class Simulated:
    """A wire whose model answers by one convention, or drifts between several."""

    provider = "simulated"
    endpoint = "nowhere"
    dialect = Dialect.GRAMMAR

    def __init__(
        self,
        conventions: Sequence[Convention],
        model: str = "acme-1",
        spoil: Callable[[Box], Box] = lambda box: box,
    ) -> None:
        self.model = model
        self.requests: list[WireRequest] = []
        self._conventions = conventions
        self._spoil = spoil

    async def models(self) -> Sequence[str]:
        return [self.model]

    async def send(self, request: WireRequest) -> WireReply:
        self.requests.append(request)
        convention = self._conventions[(len(self.requests) - 1) % len(self._conventions)]
        pictures = [p for m in request.messages for p in m.parts if isinstance(p, Picture)]
        if not pictures:
            return self._said('{"answer":"held-to-the-schema"}')
        picture = pictures[-1]
        box = self._spoil(rectangle_in(picture))
        return self._said(self.words(box, convention, picture.size))

    def words(self, box: Box, convention: Convention, sent: Size) -> str:
        """Return a box as the family's models write it."""
        native = write_box(box, convention, sent)
        if convention.notation in TEMPLATES:
            return f"The rectangle: {native}"
        key = NATIVE_KEYS.get(convention.notation)
        if key is not None:
            return "```json\n" + json.dumps([{key: native, "label": "rectangle"}]) + "\n```"
        return json.dumps(native)

    def _said(self, text: str) -> WireReply:
        return WireReply(text=text, finish=Finish.STOP, tokens=Tokens(prompt=1, completion=1))


@pytest.fixture
def simulated() -> type[Simulated]:
    """Return the simulated model; test modules cannot import one another."""
    return Simulated
