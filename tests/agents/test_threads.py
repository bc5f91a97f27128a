"""A new photo on a used thread gets the report that it would get on a fresh one."""

from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from cropsmith.agents.graph import build_graph
from cropsmith.agents.parts.parts import RunContext, build_parts
from cropsmith.agents.runs.checkpoints import serializer
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import MemoryTrace
from cropsmith.tools.schema.request import CropRequest

FIRST = CropRequest(text="4:5 and 1:1, without the unicorn, leave room on the left")
SECOND = CropRequest(text="square")


class Thread:
    """One thread of a saver, on which photos are cropped one after another."""

    def __init__(self, **settings: Any) -> None:
        self.graph = build_graph(InMemorySaver(serde=serializer()))
        self.settings = RunSettings(trace=False, **settings)

    async def go(self, start: Any) -> Any:
        parts = build_parts(self.settings, recorder=MemoryTrace())
        config: Any = {"configurable": {"thread_id": "one"}}
        return await self.graph.ainvoke(start, config, context=RunContext.around(parts))


@pytest.fixture
def photos(shared_data: Path) -> tuple[str, str]:
    return str(shared_data / "photos/kodak/03.jpg"), str(shared_data / "photos/kodak/23.jpg")


def report_of(answer: Any) -> dict[str, Any]:
    assert "__interrupt__" not in answer
    report: dict[str, Any] = answer["report"].model_dump(exclude={"trace_id"})
    return report


async def test_the_graph_is_compiled_once() -> None:
    assert build_graph() is build_graph() and build_graph().checkpointer is None
    saver = InMemorySaver()
    assert build_graph(saver).checkpointer is saver and build_graph().checkpointer is None


async def test_the_second_photo_is_as_on_a_fresh_thread(photos: tuple[str, str]) -> None:
    used, fresh = Thread(), Thread()
    first = report_of(await used.go({"photo": photos[0], "request": FIRST}))
    assert first["notes"] and len(first["crops"]) == 2
    second = {"photo": photos[1], "request": SECOND}
    assert report_of(await used.go(second)) == report_of(await fresh.go(second))


async def test_the_second_photo_is_asked_about_too(photos: tuple[str, str]) -> None:
    used, fresh = Thread(approve=True), Thread(approve=True)
    first = await used.go({"photo": photos[0], "request": FIRST})
    shapes = first["__interrupt__"][0].value["shapes"]
    choices = [{"target": 0, "candidate": shapes[0]["leaders"][-1]["id"]}]
    report = report_of(await used.go(Command(resume={"choices": choices})))
    assert report["crops"][0]["reasons"] == ("You chose this crop.",)

    second = {"photo": photos[1], "request": SECOND}
    asked, expected = await used.go(second), await fresh.go(second)
    assert "report" not in asked
    assert asked["__interrupt__"][0].value == expected["__interrupt__"][0].value
    on: Any = Command(resume="go on")
    assert report_of(await used.go(on)) == report_of(await fresh.go(on))


async def test_a_photo_that_still_waits_gives_way(photos: tuple[str, str]) -> None:
    used, fresh = Thread(approve=True), Thread(approve=True)
    await used.go({"photo": photos[0], "request": FIRST})
    second = {"photo": photos[1], "request": SECOND}
    asked, expected = await used.go(second), await fresh.go(second)
    assert asked["__interrupt__"][0].value == expected["__interrupt__"][0].value
