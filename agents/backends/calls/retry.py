"""Asking again when no answer came: the one place where transport is retried.

The SDKs' own retries are off (they would multiply with these). A call that stays without answer
ends as an UNAVAILABLE reply within its deadline; it is never an exception of the caller's run.
"""

import asyncio
import random
import time
from dataclasses import dataclass
from types import MappingProxyType

from cropsmith.agents.backends.calls.limiter import Gate
from cropsmith.agents.backends.calls.wrapper import Around
from cropsmith.agents.backends.protocol.attempt import because
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Reply, Status
from cropsmith.agents.backends.protocol.wire import Trouble, WireFault

DEADLINE = 300.0
"""Seconds for one ask with all its retries."""


@dataclass(frozen=True)
class Rule:
    """How often to try again, and how long to wait first (doubling, with jitter)."""

    retries: int
    first_wait: float = 0.5
    at_once: bool = False
    """The first retry needs no wait: a pooled connection had gone stale."""


POLICY = MappingProxyType(
    {
        Trouble.CONNECTION: Rule(3, at_once=True),
        # The server may still be working on the first one.
        Trouble.TIMEOUT: Rule(1),
        Trouble.BUSY: Rule(5, first_wait=1.0),
        Trouble.QUOTA: Rule(0),
        Trouble.SERVER: Rule(3),
        Trouble.GIBBERISH: Rule(1),
        Trouble.PICTURE: Rule(0),
    }
)


def waiting(rule: Rule, attempt: int, wish: float | None) -> float:
    """Return the seconds to wait before retry `attempt` (1, 2, ...)."""
    if wish is not None:
        return wish
    if rule.at_once and attempt == 1:
        return 0.0
    backoff = rule.first_wait * 2.0 ** (attempt - 1 - rule.at_once)
    return backoff * random.uniform(0.75, 1.25)


class Retried(Around):
    """Repeats an ask by the policy, within a deadline."""

    def __init__(
        self, inner: Backend, gate: Gate | None = None, deadline: float = DEADLINE
    ) -> None:
        super().__init__(inner)
        self._gate = gate
        self._deadline = deadline

    async def ask(self, ask: Ask) -> Reply:
        """Ask until an answer came, the policy is used up, or the deadline is near."""
        started = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            left = self._deadline - (time.monotonic() - started)
            try:
                async with asyncio.timeout(left):
                    reply = await self.inner.ask(ask)
                return reply.model_copy(
                    update={"attempts": attempt, "seconds": time.monotonic() - started}
                )
            except TimeoutError:
                fault = WireFault(
                    f"{self.name} gave no answer within {self._deadline:.0f} s.", Trouble.TIMEOUT
                )
                return self._given_up(fault, attempt, started)
            except WireFault as caught:
                fault = caught
            rule = POLICY[fault.trouble]
            if attempt > rule.retries:
                return self._given_up(fault, attempt, started)
            wait = waiting(rule, attempt, fault.retry_after)
            if time.monotonic() - started + wait >= self._deadline:
                return self._given_up(fault, attempt, started)
            left = self._deadline - (time.monotonic() - started)
            try:
                async with asyncio.timeout(left):
                    await self._wait(fault, wait, left)
            except TimeoutError:
                return self._given_up(fault, attempt, started)
            because(f"retry {attempt} after {fault.trouble}: {fault}")

    async def _wait(self, fault: WireFault, seconds: float, left: float) -> None:
        if fault.trouble is Trouble.BUSY and self._gate is not None:
            self._gate.pause(seconds)
            await self._gate.opened(within=(left - seconds) / 2)
        else:
            await asyncio.sleep(seconds)

    def _given_up(self, fault: WireFault, attempts: int, started: float) -> Reply:
        return Reply(
            status=Status.UNAVAILABLE,
            reason=str(fault),
            trouble=str(fault.trouble),
            model=self.name,
            attempts=attempts,
            seconds=time.monotonic() - started,
        )
