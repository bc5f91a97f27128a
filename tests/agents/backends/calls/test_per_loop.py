"""Resources of an event loop: one each, closed at its end or when their owner is gone."""

import asyncio
import gc

from cropsmith.agents.backends.calls.per_loop import PerLoop


class Client:
    open = True


async def shut(client: Client) -> None:
    await asyncio.sleep(0)
    client.open = False


def test_each_loop_has_its_own_and_closes_it() -> None:
    made: list[Client] = []

    def make() -> Client:
        made.append(Client())
        return made[-1]

    owner = PerLoop(make, shut)

    async def use() -> None:
        first, second = await asyncio.gather(owner.get(), owner.get())
        assert first is second and first.open

    asyncio.run(use())
    asyncio.run(use())
    assert len(made) == 2 and not any(client.open for client in made)


def test_a_loop_closes_what_its_owner_left_behind() -> None:
    async def use() -> Client:
        client = await PerLoop(Client, shut).get()
        gc.collect()
        return client

    assert not asyncio.run(use()).open


def test_a_long_lived_loop_keeps_no_orphans() -> None:
    async def use() -> list[Client]:
        clients = [await PerLoop(Client, shut).get() for _ in range(5)]
        gc.collect()
        await PerLoop(Client, shut).get()
        assert not any(client.open for client in clients)
        return clients

    asyncio.run(use())
