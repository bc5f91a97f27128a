"""The table of candidate sources, which of them run, and what they drafted."""

from collections.abc import Sequence
from dataclasses import dataclass

from cropsmith.agents.minds.base.mind import Brief, MindFailed
from cropsmith.agents.parts.parts import Parts
from cropsmith.agents.sources.beside import Beside
from cropsmith.agents.sources.clipcrop import NAME, Decoded
from cropsmith.agents.sources.framed import Framed
from cropsmith.agents.sources.grounded import Grounded
from cropsmith.agents.sources.original import Original
from cropsmith.agents.sources.retrieved import Retrieved
from cropsmith.agents.sources.roles import Roles
from cropsmith.agents.sources.source import Source
from cropsmith.errors import CropsmithError
from cropsmith.plugins import Added, added
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.result import Failure

ORIGINAL = Original()

SOURCES: Sequence[Source] = (ORIGINAL, Framed(), Grounded(), Beside(), Retrieved(), Roles())
"""The sources that need no mind."""

TAKEN = (
    *(source.name for source in SOURCES),
    "centre",
    "builtin",
    "person",
    "tool",
    "nearest",
    NAME,
)
"""Names that a provenance has already."""


@dataclass(frozen=True)
class Gathered:
    """Drafts in the order of the table, and what kept a source from drafting."""

    drafts: Sequence[Candidate]
    failures: tuple[Failure, ...] = ()


def plugged() -> Added[Source]:
    """Return the sources of other packages."""
    return added("sources", Source, "name", own=TAKEN)


def every(parts: Parts) -> Sequence[Source]:
    """Return the table for a run: of sources that come to the same box, the first is named first.

    The built-in search is the built-in photographer's proposal, a source beside a model's.
    """
    search = () if parts.mind is parts.builtin else (parts.builtin,)
    decoded = () if parts.settings.decoder == "off" else (Decoded(parts),)
    return (*SOURCES, *decoded, *plugged().rows.values(), parts.mind, *search)


def competes(source: Source, parts: Parts, brief: Brief, answered: bool) -> bool:
    """Tell whether a source runs beside the mind, which runs always; `answered`: with drafts."""
    if brief.round > 0:
        return False
    if parts.settings.solo:
        return source is ORIGINAL
    return not (parts.recipe.alone and answered)


async def gather(parts: Parts, brief: Brief) -> Gathered:
    """Ask every source that runs; a failure is recorded, the others remain (strict: raised)."""
    mind = await drafts_of(parts.mind, parts, brief, MindFailed)
    found = [
        mind if source is parts.mind else await drafts_of(source, parts, brief, CropsmithError)
        for source in every(parts)
        if source is parts.mind or competes(source, parts, brief, bool(mind.drafts))
    ]
    return Gathered(
        [draft for one in found for draft in one.drafts],
        tuple(failure for one in found for failure in one.failures),
    )


async def drafts_of(
    source: Source, parts: Parts, brief: Brief, excused: type[CropsmithError]
) -> Gathered:
    """Ask one source. A mind's MindFailed is excused; its other errors no source can mend."""
    try:
        return Gathered(await source.propose(brief))
    except excused as error:
        if parts.settings.strict:
            raise
        status = error.status if isinstance(error, MindFailed) else "error"
        failure = Failure(node="proposal", source=source.name, status=status, message=str(error))
        return Gathered((), (failure,))
