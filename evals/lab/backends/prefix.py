"""Share of prompt tokens that vLLM's prefix cache holds over a request's refinement rounds.

Real rounds of the VLM mind against a real server, read from its usage data. The first proposal of
a photo fills the cache; what counts is every later round. A cache holds whole blocks of tokens: 16
on a GPU, 128 on a CPU.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cropsmith.agents.minds.argued.mind import Argued
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.base.mind import Brief, MindFailed
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.agents.minds.recorded_backend import Recorded
from cropsmith.agents.trace.record import MemoryTrace, record_step
from cropsmith.evals.lab.benchmarks.sample import sample
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Example, ExpertCrop, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Target

ROUNDS = 2
EXAMPLES = 10
GOAL = 0.9


@dataclass(frozen=True)
class Round:
    """What one call was billed."""

    number: int
    prompt: int
    cached: int


async def rounds(model: str, photo: object, examples: int) -> Sequence[Round]:
    """Propose, then refine; candidates get made-up scores, since only their text matters here."""
    from cropsmith.agents.backends.registry import build_backend

    view = View(open_photo(photo))
    backend = Recorded(build_backend(model, cache_replies=False))
    data = view.photo.data
    mind = Argued(Asker(backend, temperature=1.0, example_data=lambda _: data), BuiltinMind())
    intent = Intent(task="free", targets=(Target(),), read_back="The best crop of this photo.")
    crops = tuple(ExpertCrop(box=Box(x1=0.1 * n, y1=0.1, x2=0.9, y2=0.9)) for n in range(5))
    shown = [
        Example(sha256="0" * 64, width=3, height=2, crops=crops, similarity=1.0, source=f"{n}.jpg")
        for n in range(examples)
    ]
    trace = MemoryTrace()
    known: list[Candidate] = []
    with record_step(trace, "proposal", 0) as step:
        for number in range(ROUNDS + 1):
            brief = Brief(
                view=view,
                intent=intent,
                target=intent.targets[0],
                target_index=0,
                analysis=None,
                grounding=Grounding(),
                evidence=(),
                examples=shown,
                earlier=known,
                round=number,
            )
            made = await _proposed(mind, brief)
            known += [
                c.model_copy(update={"id": f"0.{number}.{n}", "total": 0.5 + 0.01 * n})
                for n, c in enumerate(made)
            ]
        calls = list(step.calls)
    return [
        Round(number, call.prompt_tokens or 0, call.cached_tokens or 0)
        for number, call in enumerate(calls)
    ]


def held(found: Sequence[Round]) -> float:
    """Return the share of what an earlier round had sent that a later one found in the cache.

    What a round adds (the answers before, their scores) no cache can hold.
    """
    before = sum(one.prompt for one in found[:-1])
    return sum(one.cached for one in found[1:]) / max(1, before)


async def _proposed(mind: Argued, brief: Brief) -> Sequence[Candidate]:
    """Random weights may fail a round; the rounds after it go on from what there is."""
    try:
        return await mind.propose(brief)
    except MindFailed as failed:
        print(f"  round {brief.round}: {failed.status}")
        return ()


def main() -> None:
    """Print prompt and cached tokens per round."""
    if "CROPSMITH_VLLM_URL" not in os.environ:
        print("left out: CROPSMITH_VLLM_URL names no vLLM server")
        return
    model = os.environ.get("CROPSMITH_MODEL", "vllm/Qwen/Qwen3-VL-8B-Instruct")
    with TemporaryDirectory() as folder:
        photo = sample(Path(folder), 1536, 1024)
        measured = [(n, asyncio.run(rounds(model, photo, n))) for n in (0, EXAMPLES)]
    for examples, found in measured:
        told = ", ".join(f"round {r.number}: {r.cached} of {r.prompt}" for r in found)
        print(f"{examples:3} examples: {told}; of what was sent before {held(found):.1%} ", end="")
        later = found[1:]
        share = sum(r.cached for r in later) / max(1, sum(r.prompt for r in later))
        print(f"(goal {GOAL:.0%}), of all {share:.1%}")


if __name__ == "__main__":
    main()
