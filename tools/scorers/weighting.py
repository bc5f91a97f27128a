"""How scores are weighed into one total: data per profile and task, not code."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from cropsmith.errors import UsageError

TASKS = ("free", "subject", "ratio")


@cache
def weightings() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """Return profile -> task -> scorer -> weight, from `tools/scorers/scorer_weights.toml`."""
    data = files("cropsmith.tools.scorers").joinpath("scorer_weights.toml")
    return tomllib.loads(data.read_text("utf-8"))


def weighting(profile: str, task: str) -> Mapping[str, float]:
    """Return the weights of a task; UsageError for a profile that is not in the table."""
    table = weightings()
    if profile not in table:
        near = get_close_matches(profile, table, n=1) or list(table)
        raise UsageError(
            f"There is no scorer profile '{profile}'.", hint=f"Known: {', '.join(near)}."
        )
    return table[profile][task]
