"""The calls of an exported trace as a log of inspect_ai, to look at them in its viewer.

Runs in an environment that has inspect-ai and nothing of ours:
python evals/lab/trace/inspect_log.py trace.jsonl PHOTO logs/
"""

import base64
import importlib
import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Write a log with one sample: a message for each turn of each attempt, pictures included."""
    exported, photo, folder = (Path(one) for one in sys.argv[1:4])
    log = importlib.import_module("inspect_ai.log")
    model = importlib.import_module("inspect_ai.model")
    url = f"data:image/jpeg;base64,{base64.b64encode(photo.read_bytes()).decode()}"
    messages: list[Any] = []
    for line in exported.read_text("utf-8").splitlines():
        found = json.loads(line)
        for call in found.get("step", {}).get("calls", ()):
            for attempt in call["wire"]:
                messages += list(_turns(model, attempt, url))
    spec = log.EvalSpec(
        created="2026-01-01T00:00:00+00:00",
        task="crop",
        dataset=log.EvalDataset(name="photo", samples=1),
        model="vllm/sample",
        config=log.EvalConfig(),
    )
    sample = log.EvalSample(id=1, epoch=1, input="crop", target="crop", messages=messages)
    written = log.EvalLog(status="success", eval=spec, samples=[sample])
    folder.mkdir(parents=True, exist_ok=True)
    log.write_eval_log(written, str(folder / "crop.eval"))
    print(f"{len(messages)} messages")


def _turns(model: Any, attempt: dict[str, Any], url: str) -> Any:
    """Yield the turns of an attempt and its answer as messages."""
    for turn in json.loads(attempt["sent"])["messages"]:
        content = turn["content"]
        if isinstance(content, list):
            content = [
                model.ContentImage(image=url)
                if "image_url" in part
                else model.ContentText(text=part["text"])
                for part in content
            ]
        kinds = {"system": "System", "user": "User", "assistant": "Assistant"}
        yield getattr(model, f"ChatMessage{kinds[turn['role']]}")(content=content)
    said = json.loads(attempt["raw"])["choices"][0]["message"]["content"]
    yield model.ChatMessageAssistant(content=said)


if __name__ == "__main__":
    main()
