"""Rank mode with a VLM: it is shown the photo and the dataset's boxes, and scores each."""

from typing import Any

from pydantic import Field

from cropsmith.agents.backends.protocol.backend import Ask, Boxes, Message, Status
from cropsmith.evals.study.ledger import current_attempt
from cropsmith.evals.trial import Answer, SampleStatus, Trial
from cropsmith.prompts import render
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.values import Value

MAX_TOKENS = 4096


class Scores(Value):
    """The answer asked for."""

    scores: tuple[float, ...] = Field(description="One score per crop, in the order listed.")


async def rank_with(mind: Any, view: View, trial: Trial, temperature: float) -> Answer:
    """Ask a mind's model for one score per box; a wrong number of scores is invalid."""
    asker = mind.asker
    picture = await asker.darkroom.photo(view)  # exactly as when crops are proposed
    system = render("evals/rank_system")
    words = render("evals/rank", count=len(trial.boxes))
    ask = Ask(
        purpose="rank",
        messages=(
            Message("system", [system.text]),
            Message("user", [picture, words.text, Boxes(trial.boxes, picture)]),
        ),
        answer=Scores,
        frame=picture,
        temperature=temperature,
        max_tokens=MAX_TOKENS,
        seed=trial.seed,
        prompt_hashes=(system.template_sha256, words.template_sha256),
    )
    reply = await asker.backend.ask(ask)
    if reply.status is not Status.OK:
        return Answer(status=SampleStatus(str(reply.status)), message=reply.reason)
    if len(reply.value.scores) != len(trial.boxes):
        if (attempt := current_attempt.get()) is not None:
            attempt.raw = reply.raw[:2000]
        return Answer(
            status=SampleStatus.INVALID,
            message=f"{len(reply.value.scores)} scores for {len(trial.boxes)} crops.",
        )
    return Answer(status=SampleStatus.OK, scores=reply.value.scores)
