"""A past run is edited in the studio."""

import asyncio
import re
from pathlib import Path
from typing import Any

from cropsmith.agents.trace.store import StoredTrace
from cropsmith.api import crop
from tests.cropsmith.studio.conftest import At


async def test_a_run_of_the_command_line_is_edited(client: Any, photos: Path, home: Path) -> None:
    result = await asyncio.to_thread(crop, photos / "coffee.jpg", "4:5 and square")
    found = await client.get("/", params={"trace": result.trace_id})
    assert found.status_code == 303
    address = re.fullmatch(r"/sittings/(\w+)#1", found.headers["location"])
    assert address is not None
    at = At(client, address[1])
    (told,) = await at.sheets()
    assert told["entry"]["name"] == "coffee.jpg"
    boxes = [crop["box"] for crop in told["takes"][0]["report"]["crops"]]
    assert boxes == [one.box.model_dump() for one in result.crops]
    assert (await at.edit(told, target=1, ratio="4:5")).status_code == 200
    assert (await at.file(target=1)).status_code == 200
    again = await client.get("/", params={"trace": result.trace_id})
    assert again.headers["location"] == found.headers["location"]


async def test_a_run_without_an_answer_says_so(client: Any, home: Path) -> None:
    from cropsmith.agents.trace.record import Facts

    trace = StoredTrace(home)
    trace.begin(Facts(source="a.jpg", model="builtin"))
    trace.end("error", "stopped")
    answer = await client.get("/", params={"trace": trace.trace_id})
    assert answer.status_code == 400 and "no answer" in answer.json()["message"]
    assert (await client.get("/", params={"trace": "ffffffffffff"})).status_code == 400
