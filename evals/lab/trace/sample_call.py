"""A model call as it would have gone over the wire, for traces that ask no model."""

import json
from typing import Any

from cropsmith.agents.backends.protocol.attempt import Attempt, ShownPicture
from cropsmith.agents.backends.protocol.backend import Tokens
from cropsmith.agents.trace.record import CallRecord
from cropsmith.tools.schema.geometry import Size


def call_for(purpose: str, text: str, said: str, shown: str | None) -> CallRecord:
    """Return the record of a call that was answered at the second attempt."""
    return CallRecord(
        purpose=purpose,
        model="vllm/sample",
        status="ok",
        prompt=f"You are a photographer. {purpose}.\n\n{text}\n" + "Look again.\n" * 20,
        prompt_hashes=("a" * 64,),
        pictures=(shown,) if shown else (),
        raw=f'{{"remark": "{said}"}}',
        parsed={"remark": said, "box": {"x1": 0.275, "y1": 0.067, "x2": 0.739, "y2": 0.594}},
        frame=0 if shown else None,
        wire=_wire(purpose, text, said, shown),
        convention="qwen3-vl (table)",
        prompt_tokens=1200,
        completion_tokens=90,
        cost=0.0004,
        seconds=1.2,
    )


def _wire(purpose: str, text: str, said: str, shown: str | None) -> tuple[Attempt, ...]:
    """Return a request of chat completions whose first answer was of no use, and its repair."""
    mark = f"[picture {(shown or '')[:16]}]"
    picture = {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{mark}"}}
    words = {"type": "text", "text": f"{purpose}: {text}\n" + "Look again.\n" * 200}
    turns: list[dict[str, Any]] = [
        {"role": "system", "content": "You are a photographer. " * 60},
        {"role": "user", "content": [picture, words] if shown else [words]},
    ]
    repair = [{"role": "assistant", "content": said}, {"role": "user", "content": "Mend."}]

    def attempt(why: str, turns: list[dict[str, Any]], reply: str, status: str) -> Attempt:
        answer = {"choices": [{"message": {"role": "assistant", "content": reply}}]}
        return Attempt(
            why=why,
            started=0.0,
            seconds=0.6,
            url="http://127.0.0.1:8000/v1/chat/completions",
            method="POST",
            sent=json.dumps({"model": "sample", "temperature": 0.0, "messages": turns}),
            pictures=(ShownPicture(mark=mark, sha256=shown, size=Size(width=512, height=512)),)
            if shown
            else (),
            headers={"content-type": "application/json"},
            http=200,
            raw=json.dumps(answer),
            raw_bytes=len(json.dumps(answer)),
            status=status,
            reason="" if status == "ok" else said,
            tokens=Tokens(prompt=600, completion=45),
        )

    good = json.dumps({"remark": said, "box": [275, 67, 739, 594]})
    return (
        attempt("", turns, said, "invalid"),
        attempt(f"repair after invalid: {said}", [*turns, *repair], good, "ok"),
    )
