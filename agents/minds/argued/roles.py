"""What each proposed crop is to be among the others: roles, so that proposals differ on purpose."""

from collections.abc import Sequence
from enum import StrEnum

from cropsmith.agents.minds.asking.script import Script
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.schema.request import Across, Side, Tightness


class AskedRole(StrEnum):
    """A role that a model is asked to fill; the words are prompts/role/."""

    AS_ASKED = "as asked"
    ESTABLISHING = "establishing"
    MEDIUM = "medium"
    CLOSE_UP = "close-up"
    CLEAN = "without the distraction"
    LEFT_THIRD = "subject on the left third"
    RIGHT_THIRD = "subject on the right third"
    AS_IT_IS = "as it is"
    ANOTHER = "another"


CLOSE = (Tightness.FILL, Tightness.TIGHT)
WIDE = (Tightness.LOOSE, Tightness.WIDEST)


def roles_for(brief: Brief, count: int) -> Sequence[AskedRole]:
    """Return up to `count` roles that the request leaves open, the most telling first.

    Where it leaves fewer, the last is a role of the model's own.
    """
    intent = brief.intent
    close = intent.tightness in CLOSE or intent.shot is not None
    side = None if intent.copy_space is None else intent.copy_space.side
    across = intent.placement.across
    fits = {
        AskedRole.AS_ASKED: bool(intent.words),
        AskedRole.ESTABLISHING: not close,
        AskedRole.MEDIUM: True,
        AskedRole.CLOSE_UP: intent.tightness not in WIDE,
        AskedRole.CLEAN: True,
        # Room on the left leaves the right to the subject; a place that was asked settles both.
        AskedRole.LEFT_THIRD: side is not Side.LEFT and across in (None, Across.LEFT_THIRD),
        AskedRole.RIGHT_THIRD: side is not Side.RIGHT and across in (None, Across.RIGHT_THIRD),
        AskedRole.AS_IT_IS: not close and intent.keep is not False,
    }
    open_ = [role for role, open_to in fits.items() if open_to]
    return open_[:count] if len(open_) >= count else [*open_, AskedRole.ANOTHER]


def role_words(script: Script, roles: Sequence[AskedRole]) -> str:
    """Return what the roles mean, a line for each."""
    names = (role.name.lower() for role in roles)
    return "\n".join(script.text(f"role/{name}") for name in names)
