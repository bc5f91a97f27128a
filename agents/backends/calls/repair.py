"""One more round when an answer came but is of no use: say what was wrong, or give more room."""

from dataclasses import replace

from cropsmith.agents.backends.calls.wrapper import Around
from cropsmith.agents.backends.protocol.attempt import because
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Message, Reply, Status, Tokens
from cropsmith.errors import BudgetSpent
from cropsmith.prompts import render

ECHO = 2000
"""Characters of the bad answer that are shown back."""


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None and second is None else (first or 0) + (second or 0)


def both(first: Reply, second: Reply) -> Reply:
    """Return the second reply with the bill of both; an unknown cost stays unknown."""
    known = first.cost is not None and second.cost is not None
    tokens = {
        name: _sum(getattr(first.tokens, name), getattr(second.tokens, name))
        for name in ("prompt", "completion", "reasoning", "cached", "pictures")
    }
    return second.model_copy(
        update={
            "tokens": Tokens(**tokens, estimated_images=second.tokens.estimated_images),
            "cost": (first.cost or 0) + (second.cost or 0) if known else None,
            "seconds": first.seconds + second.seconds,
            "attempts": first.attempts + second.attempts,
            "notes": (*second.notes, f"asked again after: {first.status}: {first.reason}"),
            "lacking": tuple(dict.fromkeys((*first.lacking, *second.lacking))),
        }
    )


class Repaired(Around):
    """Asks once more after an INVALID or TRUNCATED reply; refusals and blocks stand."""

    def __init__(self, inner: Backend) -> None:
        super().__init__(inner)

    async def ask(self, ask: Ask) -> Reply:
        """Ask, and once again if the answer can be mended."""
        reply = await self.inner.ask(ask)
        if reply.status is Status.TRUNCATED:
            # A blank answer at the limit is a grammar that loops in whitespace: go without it.
            blank = not reply.raw.strip()
            again = replace(
                ask, max_tokens=2 * ask.max_tokens, constrained=ask.constrained and not blank
            )
        elif reply.status is Status.INVALID:
            again = self._mending(ask, reply)
        else:
            return reply
        because(f"repair after {reply.status}: {reply.reason}")
        try:
            second = await self.inner.ask(again)
        except BudgetSpent as spent:
            return reply.model_copy(update={"notes": (*reply.notes, f"not asked again: {spent}")})
        return both(reply, second)

    def _mending(self, ask: Ask, reply: Reply) -> Ask:
        prompt = render("answer/repair", problem=reply.reason.rstrip("."))
        turns = [
            Message("assistant", [reply.raw[:ECHO] or "(nothing)"]),
            Message("user", [prompt.text]),
        ]
        return replace(
            ask,
            messages=[*ask.messages, *turns],
            prompt_hashes=[*ask.prompt_hashes, prompt.template_sha256],
            # At temperature 0 the same question gives the same answer.
            seed=None if ask.seed is None else ask.seed + 1,
        )
