"""What a run would send to its model, without sending it."""

from collections.abc import Sequence

from cropsmith.agents.backends.protocol.backend import Picture
from cropsmith.agents.backends.protocol.wire import WireMessage
from cropsmith.agents.backends.unsent import Kept, Unsent
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.errors import UsageError
from cropsmith.tools.schema.request import CropRequest


async def preview(photo: object, request: CropRequest, settings: RunSettings) -> Sequence[Kept]:
    """Take a photo through the graph and return every request to the model, in order.

    The built-in photographer gives the answers that the model would. UsageError where no model is
    named, or where nobody knows how it writes boxes.
    """
    if settings.model == "builtin":
        raise UsageError(
            "The built-in photographer is sent nothing.", hint="Name a model: --model."
        )
    unsent = Unsent.of(settings.model, settings.server)
    own = settings.but(strict=False, approve=False, trace=False, taste=False)
    await run(photo, request, build_parts(own, backend=unsent))
    return unsent.kept


def as_text(messages: Sequence[WireMessage]) -> str:
    """Return messages as they are read, each under its role, pictures by their size."""
    blocks = []
    for message in messages:
        parts = [f"[{message.role}]"]
        for part in message.parts:
            if isinstance(part, Picture):
                parts.append(f"<picture, {part.size.width}x{part.size.height}>")
            else:
                parts.append(str(part))
        blocks.append("\n\n".join(parts))
    return "\n\n".join(blocks)
