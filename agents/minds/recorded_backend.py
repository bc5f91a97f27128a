"""Writes every model call to the step it belongs to, also when it failed."""

import asyncio
import time
from collections.abc import Callable

from cropsmith.agents.backends.boxes.rendering import prompt_text
from cropsmith.agents.backends.calls.wrapper import Around
from cropsmith.agents.backends.protocol.attempt import Tape, taping
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Reply
from cropsmith.agents.trace.record import CallRecord, current_step
from cropsmith.errors import CropsmithError


class Recorded(Around):
    """A Backend whose calls appear in the trace; `keep` stores the pictures that were shown."""

    def __init__(self, inner: Backend, keep: Callable[[bytes], str] | None = None) -> None:
        super().__init__(inner)
        self._keep = keep

    async def ask(self, ask: Ask) -> Reply:
        """Ask, and record what came of it."""
        started, asked = time.perf_counter(), time.time()
        tape = Tape()
        token = taping.set(tape)
        if self._keep is not None:
            for picture in ask.pictures:
                await asyncio.to_thread(self._keep, picture.data)
        try:
            reply = await self.inner.ask(ask)
        except CropsmithError as error:
            await self._keep_shown(tape)
            seconds = time.perf_counter() - started
            self._write(
                self._record(ask, asked).model_copy(
                    update={
                        "status": "error",
                        "reason": str(error),
                        "raised": type(error).__name__,
                        "seconds": seconds,
                        "wire": tuple(tape.attempts),
                    }
                )
            )
            raise
        finally:
            taping.reset(token)
        await self._keep_shown(tape)
        filled = self._filled(self._record(ask, asked), reply)
        self._write(filled.model_copy(update={"wire": tuple(tape.attempts)}))
        return reply

    async def _keep_shown(self, tape: Tape) -> None:
        """Keep the pictures at the size sent."""
        if self._keep is not None:
            for picture in tape.pictures.values():
                await asyncio.to_thread(self._keep, picture.data)

    def _record(self, ask: Ask, asked: float) -> CallRecord:
        return CallRecord(
            asked=asked,
            purpose=ask.purpose,
            model=self.name,
            status="",
            prompt=prompt_text(ask.messages),
            prompt_hashes=tuple(ask.prompt_hashes),
            pictures=tuple(picture.sha256 for picture in ask.pictures),
            frame=next((n for n, shown in enumerate(ask.pictures) if shown is ask.frame), None),
            temperature=ask.temperature,
            seed=ask.seed,
            thinking=ask.thinking,
        )

    def _filled(self, record: CallRecord, reply: Reply) -> CallRecord:
        return record.model_copy(
            update={
                "status": str(reply.status),
                "reason": reply.reason,
                "raw": reply.raw,
                "thoughts": reply.thoughts,
                "parsed": None if reply.value is None else reply.value.model_dump(mode="json"),
                "convention": reply.convention,
                "tool_calls": tuple(
                    call.model_dump(mode="json", exclude={"opaque"}) for call in reply.tool_calls
                ),
                "prompt_tokens": reply.tokens.prompt,
                "completion_tokens": reply.tokens.completion,
                "cached_tokens": reply.tokens.cached,
                "reasoning_tokens": reply.tokens.reasoning,
                "cost": reply.cost,
                "seconds": reply.seconds,
                "attempts": reply.attempts,
                "from_cache": reply.cached,
                "sent": reply.sent,
                "seen": reply.seen,
                "notes": reply.notes,
                "lacking": reply.lacking,
            }
        )

    def _write(self, record: CallRecord) -> None:
        if (step := current_step.get()) is not None:
            step.calls.append(record)
