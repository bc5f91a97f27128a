"""One model at several servers: the load is shared, a dead one left out and tried again."""

import asyncio
from types import SimpleNamespace

import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.calls import shared
from cropsmith.agents.backends.calls.shared import Shared
from cropsmith.agents.backends.protocol.backend import Ask, Message, Reply, Status
from cropsmith.tools.schema.geometry import Size


class Word(BaseModel):
    word: str


ASK = Ask(purpose="p", messages=[Message("user", ["say it"])], answer=Word)


class Place:
    """A server that answers, slowly or not at all."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dead = False
        self.asked = 0
        self.now = self.most = 0
        self.hold: asyncio.Event | None = None

    def fit(self, size: Size) -> Size:
        return size

    async def ask(self, ask: Ask) -> Reply:
        self.asked += 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await (self.hold.wait() if self.hold else asyncio.sleep(0))
        finally:
            self.now -= 1
        if self.dead:
            return Reply(status=Status.UNAVAILABLE, trouble="connection", reason="r", model="m")
        return Reply(status=Status.OK, value=Word(word=self.name), model="m", cost=0.01)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as the last of a list."""
    told = [100.0]
    monkeypatch.setattr(shared, "time", SimpleNamespace(monotonic=lambda: told[-1]))
    return told


async def test_the_load_is_shared_by_what_is_under_way() -> None:
    places = [Place(name) for name in "abc"]
    for place in places:
        place.hold = asyncio.Event()
    backend = Shared(places)
    asks = [asyncio.create_task(backend.ask(ASK)) for _ in range(30)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [place.now for place in places] == [10, 10, 10]
    # One that answers sooner gets more: the next ask goes where there is room.
    assert places[1].hold is not None
    places[1].hold.set()
    while places[1].now:
        await asyncio.sleep(0)
    await backend.ask(ASK)
    assert places[1].asked == 11
    for place in places:
        assert place.hold is not None
        place.hold.set()
    assert all(reply.status is Status.OK for reply in await asyncio.gather(*asks))


async def test_a_dead_server_is_left_out_and_tried_again(clock: list[float]) -> None:
    dead, alive = Place("dead"), Place("alive")
    dead.dead = True
    backend = Shared([dead, alive])
    replies = [await backend.ask(ASK) for _ in range(10)]
    assert all(reply.status is Status.OK for reply in replies)
    assert (dead.asked, alive.asked) == (1, 10)
    clock.append(clock[-1] + shared.OUT + 1)
    await backend.ask(ASK)
    assert dead.asked == 2  # tried, still dead, and left out for longer
    clock.append(clock[-1] + shared.OUT + 1)
    await backend.ask(ASK)
    assert dead.asked == 2
    dead.dead = False
    clock.append(clock[-1] + shared.OUT_MOST)
    found = [await backend.ask(ASK) for _ in range(4)]
    assert {reply.value.word for reply in found} == {"dead"}  # both are idle; the first is taken


async def test_one_ask_alone_finds_out_whether_a_dead_server_is_back(clock: list[float]) -> None:
    dead, alive = Place("dead"), Place("alive")
    dead.dead = True
    backend = Shared([dead, alive])
    await backend.ask(ASK)
    clock.append(clock[-1] + shared.OUT + 1)
    await asyncio.gather(*(backend.ask(ASK) for _ in range(20)))
    assert dead.asked == 2 and dead.most == 1


async def test_all_dead_ends_as_unavailable() -> None:
    places = [Place("a"), Place("b")]
    for place in places:
        place.dead = True
    reply = await Shared(places).ask(ASK)
    assert reply.status is Status.UNAVAILABLE and reply.trouble == "connection"
    assert [place.asked for place in places] == [1, 1]
