"""How every node asks the mind: a failure is recorded, and the built-in photographer answers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cropsmith.agents.context import Context
from cropsmith.agents.mind import Mind, MindFailed
from cropsmith.agents.state import CropState
from cropsmith.tools.result import Failure
from cropsmith.tools.view import View

T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """A value, who gave it, and what failed on the way."""

    value: T
    source: str
    failures: Sequence[Failure] = ()


async def ask_mind(
    context: Context, node: str, question: Callable[[Mind], Awaitable[T]]
) -> Answer[T]:
    """Ask the chosen mind; if it fails, record that and ask the built-in one (strict: raise)."""
    mind = context.mind
    try:
        return Answer(await question(mind), mind.name)
    except MindFailed as failed:
        if context.strict or mind is context.builtin:
            raise
        failure = Failure(
            node=node, source=failed.source, status=failed.status, message=str(failed)
        )
        return Answer(await question(context.builtin), context.builtin.name, (failure,))


def view_of(state: CropState, context: Context) -> View:
    """Return the photo's view, opened anew if the process has forgotten it. Does file work."""
    known = context.views.get(state["image"].sha256)
    return known or context.views.open(state["image"].source)
