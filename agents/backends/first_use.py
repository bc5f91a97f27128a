"""A model whose boxes nobody knows, at its first use: known by what is served, or probed.

Only at a server of one's own: a probe is five calls, and at a paid one they are not ours to make.
"""

import asyncio
import datetime
import ipaddress
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from cropsmith.agents.backends.boxes.calibration import Calibration, store
from cropsmith.agents.backends.boxes.checkpoint import checkpoint_row
from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.family import family_of
from cropsmith.agents.backends.boxes.probe import probe
from cropsmith.agents.backends.directory.directory import provider_of
from cropsmith.agents.backends.directory.provider import FREE
from cropsmith.agents.backends.protocol.wire import Trouble, Wire, WireFault

log = logging.getLogger("cropsmith")


def is_own(wire: Wire) -> bool:
    """Tell whether nobody is paid for a call: a model of this process, or a server nearby."""
    row = provider_of(f"{wire.provider}/{wire.model}")
    if row is not None and (row.price or row.key_needed or row.bills):
        return row.price == FREE
    host = urlsplit(wire.endpoint).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith((".local", ".internal"))


def learn(wires: Sequence[Wire]) -> Convention:
    """Return how the model behind wires writes boxes, found out now and kept.

    The first server that can be reached is asked. Blocks for as long as the calls take.
    ProbeRefused, or what the last wire raises.
    """
    with ThreadPoolExecutor(1) as thread:  # a loop may be running in this one
        learnt = thread.submit(asyncio.run, at_first(wires, _learnt)).result()
    store(learnt)
    return learnt.convention


async def at_first(
    wires: Sequence[Wire], do: Callable[[Wire], Awaitable[Calibration]]
) -> Calibration:
    """Do something at the first of the servers that can be reached."""
    for wire in wires[:-1]:
        try:
            return await do(wire)
        except WireFault as fault:
            if fault.trouble is not Trouble.CONNECTION:
                raise
    return await do(wires[-1])


async def _learnt(wire: Wire) -> Calibration:
    name = f"{wire.provider}/{wire.model}"
    served = await _served(wire)
    row = checkpoint_row(served) or family_of(served)
    if row is not None and row.usable:
        log.warning("%s is served from %s, and writes boxes as %s.", name, served, row.family)
        return Calibration(
            model=name,
            endpoint=wire.endpoint,
            date=datetime.date.today().isoformat(),
            convention=row,
        )
    log.warning("How %s writes boxes is not known: it is probed now, with five calls.", name)
    return await probe(wire)


async def _served(wire: Wire) -> str:
    """Return the path or name that a server loaded the model from; the model's own if untold."""
    served = getattr(wire, "served", None)
    return str(await served()) if served is not None else wire.model
