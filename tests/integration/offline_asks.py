"""Asks a model in vLLM's offline engine, and prints what came of it as JSON.

    PYTHON tests/integration/offline_asks.py FOLDER SITE

PYTHON has vLLM; SITE are the packages of this project's own environment, which come after its own.
"""

import asyncio
import json
import site
import sys

SEEDS = 4


def main() -> None:
    """Ask everything at once; one picture is broken."""
    site.addsitedir(sys.argv[2])

    import numpy as np

    from cropsmith.agents.backends.protocol.backend import Ask, Message, Picture
    from cropsmith.agents.backends.protocol.pictures import picture_of
    from cropsmith.agents.backends.providers.offline import OfflineEngine
    from cropsmith.agents.backends.registry import build_backend
    from cropsmith.agents.minds.argued.answers import AnalysisAnswer, Proposals, choice_among

    together: list[int] = []
    chat = OfflineEngine._chat

    def counted(engine: OfflineEngine, requests: list[object]) -> object:
        together.append(len(requests))
        return chat(engine, requests)  # type: ignore[arg-type]

    OfflineEngine._chat = counted  # type: ignore[method-assign, assignment]
    backend = build_backend(
        f"vllm-offline/{sys.argv[1]}", cache_replies=False, timeout=500, deadline=500
    )
    noise = np.random.default_rng(0).integers(0, 255, (416, 608, 3), np.uint8)
    shown = picture_of(noise)
    broken = Picture(data=b"no picture", size=backend.fit(shown.size))

    def ask(kind: type, seed: int, picture: Picture = shown) -> Ask:
        return Ask(
            purpose="any",
            messages=[Message("system", ["Look."]), Message("user", [picture, "What is there?"])],
            answer=kind,
            frame=picture,
            temperature=1.0,
            seed=seed,
        )

    kinds = (Proposals, AnalysisAnswer, choice_among(4))

    async def all_of(asks: list[Ask]) -> list[dict[str, object]]:
        replies = await asyncio.gather(*map(backend.ask, asks))
        keys = {"status", "reason", "trouble", "convention", "tokens", "cost"}
        return [reply.model_dump(mode="json", include=keys) for reply in replies]

    async def everything() -> dict[str, object]:
        whole = await all_of([ask(kind, seed) for kind in kinds for seed in range(SEEDS)])
        first = list(together)
        one_broken = await all_of([ask(kinds[2], 1), ask(kinds[2], 2, broken)])
        return {"whole": whole, "together": first, "one_broken": one_broken}

    print("RESULT " + json.dumps(asyncio.run(everything())), flush=True)


if __name__ == "__main__":
    main()
