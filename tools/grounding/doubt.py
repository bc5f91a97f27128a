"""Which subjects are only guesses: stand-ins, one of several that are alike, unlikely finds."""

from collections.abc import Iterable

from cropsmith.tools.grounding.offline import NANODET
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind

UNSURE = 0.3
"""Chance of a named thing below which it is said that another place may be meant."""


def is_guess(one: Evidence) -> bool:
    """Tell whether it may well not be what the words mean.

    Of the finder that ships the confidence is a chance; other finders' scores say nothing by
    themselves.
    """
    unlikely = one.source == NANODET and one.confidence is not None and one.confidence < UNSURE
    return one.guessed or unlikely


def guessed_subjects(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Return the subjects that are only guesses."""
    return [one for one in evidence if one.kind is EvidenceKind.SUBJECT and is_guess(one)]
