from dataclasses import replace

from pydantic import BaseModel

from cropsmith.agents.backends.protocol.backend import (
    Ask,
    Message,
    Reply,
    Status,
    Tokens,
    ToolCall,
    ToolSpec,
)
from cropsmith.agents.backends.protocol.reply_codec import dumps, loads
from cropsmith.tools.schema.geometry import Box, Size


class Crop(BaseModel):
    box: Box


LOOK = ToolSpec(name="look", description="", arguments=Crop)
ASK = Ask(purpose="propose", messages=[Message("user", ["crop it"])], answer=Crop, tools=[LOOK])
CROP = Crop(box=Box(x1=0.1, y1=0, x2=1 / 3, y2=1))


def test_a_reply_comes_back_as_it_was() -> None:
    calls = (
        ToolCall(id="1", name="look", arguments="{}", value=CROP, opaque="c2ln"),
        ToolCall(id="2", name="look", arguments="x", problem="no JSON"),
        ToolCall(id="3", name="gone", arguments="{}", value={"a": 1}),
    )
    said = Reply(
        status=Status.OK,
        value=CROP,
        tool_calls=calls,
        raw="{}",
        model="m",
        tokens=Tokens(prompt=3, estimated_images=1),
        cost=0.25,
        sent=(Size(width=3, height=2),),
        notes=("a note",),
    )
    assert loads(dumps(said), ASK) == said
    refused = Reply(status=Status.REFUSED, reason="no", model="m")
    assert loads(dumps(refused), ASK) == refused


def test_what_no_longer_fits_is_no_reply() -> None:
    class Other(BaseModel):
        number: int

    text = dumps(Reply(status=Status.OK, value=CROP, model="m"))
    assert loads(text, replace(ASK, answer=Other)) is None
    assert all(loads(broken, ASK) is None for broken in ("", "[]", "null", "{}", text[:-9]))
