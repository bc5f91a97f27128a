"""What is left of a study, and what it may cost and take: before anything is paid."""

from dataclasses import dataclass

from cropsmith.agents.backends.calls.prices import Reduced, price_of
from cropsmith.agents.backends.calls.purse import ANSWER_TOKENS, PICTURE_TOKENS
from cropsmith.agents.backends.protocol.backend import Tokens
from cropsmith.agents.backends.protocol.batch import SHARE
from cropsmith.evals.study.plan import Arm, Plan
from cropsmith.evals.trial import PAID_FOR

CALLS = {"quick": 1, "standard": 4, "thorough": 9}
"""Model calls of one photo by effort, before any was measured."""
PROMPT_TOKENS = 900


@dataclass
class Forecast:
    """What is left to do for one system on one part."""

    system: str
    part: str
    samples: int = 0
    done: int = 0
    retry: int = 0
    same: int = 0
    """Samples to run that are those of a row above: another dataset or system has them too."""
    without_photo: int = 0
    seconds: float | None = None
    """Of work for one sample; None where nothing was measured yet."""
    cost: float | None = 0.0
    """US dollars for one sample; None where the price is not known."""

    @property
    def left(self) -> int:
        """Samples to run."""
        return self.samples - self.done - self.same


def forecast(plan: Plan, again: frozenset[str] = frozenset()) -> list[Forecast]:
    """Return what is there and what is left, by part and system."""
    states = plan.store.states()
    rows: dict[tuple[int, str], Forecast] = {}
    for part in plan.parts:
        missing = sum(not plan.sha256_of(p.path) for p in part.photos) * len(plan.study.seeds)
        for arm in plan.arms_of[part.index]:
            row = Forecast(arm.name, part.title, without_photo=missing if arm.looks else 0)
            row.seconds, row.cost = _expected(plan, arm)
            rows[part.index, arm.name] = row
    counted: set[tuple[str, int, str]] = set()
    due: set[str] = set()
    for planned in plan.everything():
        one = (planned.key, planned.part.index, planned.arm.name)
        if one in counted:
            continue
        counted.add(one)
        row = rows[planned.part.index, planned.arm.name]
        row.samples += 1
        status = states.get(planned.key)
        if status is not None and status in PAID_FOR and status.value not in again:
            row.done += 1
        elif planned.key in due:
            row.same += 1
        else:
            due.add(planned.key)
            row.retry += status is not None
    return list(rows.values())


def _expected(plan: Plan, arm: Arm) -> tuple[float | None, float | None]:
    """Return seconds and cost of one sample: as measured here, else by rule of thumb."""
    measured, seconds, cost = plan.store.mean_of(arm.key)
    free = arm.spec is None or not (arm.spec.asks_a_model or arm.spec.cropper)
    if measured:
        return seconds, 0.0 if free else cost
    if arm.spec is None or free:
        return None, 0.0
    if arm.spec.cropper:
        paid = arm.spec.cropper.startswith(("http://", "https://"))
        return None, arm.spec.cost if paid else arm.spec.cost or 0.0
    price = arm.spec.price or price_of(arm.spec.model)
    if price is not None and arm.spec.batched:
        price = Reduced(price, SHARE)
    prompt = PROMPT_TOKENS + PICTURE_TOKENS * (1 + (arm.spec.S or 0))
    call = price.of(Tokens(prompt=prompt, completion=ANSWER_TOKENS)) if price else None
    rounds = arm.spec.L or 0
    return None, None if call is None else call * (CALLS[arm.spec.effort] + rounds)
