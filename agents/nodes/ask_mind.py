"""How every node asks the mind: a failure is recorded, and the built-in photographer answers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cropsmith.agents.minds.base.mind import Mind, MindFailed
from cropsmith.agents.nodes.state import CropState, ShapeState
from cropsmith.agents.parts.parts import Parts
from cropsmith.agents.trace.database import images_of
from cropsmith.errors import UsageError
from cropsmith.settings import home
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.images.photo import key_of
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.result import Failure

T = TypeVar("T")

HASH = "sha256:"


@dataclass(frozen=True)
class Answer(Generic[T]):
    """A value, who gave it, and what failed on the way."""

    value: T
    source: str
    failures: Sequence[Failure] = ()


async def ask_mind(parts: Parts, node: str, question: Callable[[Mind], Awaitable[T]]) -> Answer[T]:
    """Ask the chosen mind; if it fails, record that and ask the built-in one (strict: raise)."""
    mind = parts.mind
    try:
        return Answer(await question(mind), mind.name)
    except MindFailed as failed:
        if parts.settings.strict or mind is parts.builtin:
            raise
        failure = Failure(
            node=node, source=failed.source, status=failed.status, message=str(failed)
        )
        return Answer(await question(parts.builtin), parts.builtin.name, (failure,))


async def view_of(state: CropState | ShapeState, parts: Parts) -> View:
    """Return the photo's view, opened anew if the process has forgotten it."""
    image = state["image"]
    if (known := parts.views.get(key_of(image.sha256, image.angle))) is not None:
        return known
    upright = await asyncio.to_thread(open_named, parts, image.source)
    return parts.views.add(upright.photo.straightened(image.angle))


def open_named(parts: Parts, name: str) -> View:
    """Open a path or URL, or "sha256:..." for a photo known to the process or the image store.

    Does file work.
    """
    if not name.startswith(HASH):
        return parts.views.open(name)
    sha256 = name.removeprefix(HASH)
    if known := parts.views.get(sha256):
        return known
    if (data := ImageStore(images_of(home())).get(sha256)) is None:
        raise UsageError(f"No photo {sha256[:12]} is in the image store.")
    return parts.views.open(data)
