"""Why a candidate won: what each scorer brought it, the votes, and the margin to the next."""

from collections.abc import Mapping, Sequence
from typing import Any

from cropsmith.agents.trace.record import Step
from cropsmith.agents.trace.views.account import Account


def why(steps: Sequence[Step], account: Account) -> Sequence[Mapping[str, Any]]:
    """Return for each shape its leaders, best first, with what spoke for them.

    Traces of version 0.1 do not hold weights and votes: then there are totals alone.
    """
    weights: dict[str, Any] = {}
    goodness: dict[str, Any] = {}
    compared: dict[int, Mapping[str, Any]] = {}
    for step in steps:
        told = step.inputs if isinstance(step.inputs, Mapping) else {}
        weights |= told.get("weights", {})
        goodness |= told.get("goodness", {})
        if step.node == "decision" and "leaders" in told:
            compared[step.shape or 0] = told
    return [
        _shape(
            decision.target,
            [decision.chosen, *(n for n in decision.ranking if n != decision.chosen)],
            compared.get(decision.target, {}),
            weights.get(str(decision.target), {}),
            goodness,
            account,
        )
        for decision in account.decisions
    ]


def _shape(
    target: int,
    names: Sequence[str],
    compared: Mapping[str, Any],
    weights: Mapping[str, float],
    goodness: Mapping[str, Mapping[str, float]],
    account: Account,
) -> Mapping[str, Any]:
    votes = list(compared.get("votes", ()))
    weight = compared.get("vote_weight")
    rows = []
    for name in dict.fromkeys((*names, *compared.get("leaders", ()))):
        candidate = account.candidate(name)
        good = goodness.get(name, {})
        whole = sum(weights.get(scorer, 0.0) for scorer in good)
        liked = compared.get("preference", {}).get(name)
        rows.append(
            {
                "id": name,
                "total": candidate and candidate.total,
                "place": votes.index(name) + 1 if name in votes else None,
                "preference": liked,
                "joined": _joined(liked, votes, name, weight) if weight else None,
                # Shares of the total: they sum to it.
                "brought": {
                    scorer: weights[scorer] * value / whole
                    for scorer, value in good.items()
                    if scorer in weights and whole
                },
            }
        )
    by = "joined" if weight else "total"
    values = [row[by] for row in rows[:2]]
    margin = values[0] - values[1] if len(values) == 2 and None not in values else None
    return {
        "target": target,
        "voter": compared.get("voter", ""),
        "weight": weight,
        "weights": weights,
        "rows": rows,
        "by": by,
        "margin": margin,
    }


def _joined(liked: float | None, votes: Sequence[str], name: str, weight: float) -> float | None:
    """Return preference and vote in one number, as `tools/photographer/alignment.py` joins them."""
    if liked is None:
        return None
    last = max(len(votes) - 1, 1)
    own = 1 - votes.index(name) / last if name in votes else 0.5
    return liked + weight * own
