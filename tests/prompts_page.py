"""docs/prompts.md, made from the prompts as they would be sent.

python -m tests.prompts_page           check that the page is up to date
python -m tests.prompts_page --write   bring it up to date
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from PIL import Image

from cropsmith.agents.runs.preview import as_text, preview
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.prompts.sets import shipped_sets
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import CropRequest
from tests.photos import SOURCE

PAGE = Path(__file__).resolve().parent.parent / "docs" / "prompts.md"

WORDS = "4:5 of the dog, leave room on the left"
SUBJECT = Box(x1=0.41, y1=0.08, x2=0.66, y2=0.52)
"""The face of the cat that stands for the dog: there is no dog among the photos of a clone."""

MODELS = {
    "vllm/Qwen/Qwen3-VL-8B-Instruct": "0 to 1000 on both sides",
    "vllm/Qwen/Qwen2.5-VL-7B-Instruct": "pixels of the picture as it is seen",
    "gemini/gemini-2.5-flash": "0 to 1000, y before x",
    "vllm/OpenGVLab/InternVL3-8B": "0 to 1000, in marks of its own",
    "vllm/moonshotai/Kimi-VL-A3B-Instruct": "0 to 1, four digits",
}

HEAD = Path(__file__).with_suffix(".md")


def photo(folder: Path) -> Path:
    """Write the 3:2 photo."""
    path = folder / "cat.png"
    with Image.open(SOURCE / "chelsea.png") as image:
        image.crop((0, 0, 450, 300)).save(path)
    return path


async def sent(path: Path, model: str) -> str:
    """Return the proposal's prompt as a model would be sent it."""
    settings = RunSettings(model=model, detector="off", index="off", clip="off")
    request = CropRequest(text=WORDS, subject_box=SUBJECT)
    kept = await preview(path, request, settings)
    return as_text(next(one for one in kept if one.purpose == "propose").request.messages)


def page() -> str:
    """Return the page."""
    sets = "\n".join(f"- `{name}`: {about}." for name, about in shipped_sets().items())
    blocks = [HEAD.read_text("utf-8").replace("{sets}", sets).replace("{words}", WORDS)]
    with tempfile.TemporaryDirectory() as folder:
        path = photo(Path(folder))
        for model, scale in MODELS.items():
            text = asyncio.run(sent(path, model))
            blocks.append(f"### {model}\n\n{scale}\n\n```text\n{text}\n```\n")
    return "\n".join(blocks)


def main() -> None:
    """Check or write."""
    if "--write" in sys.argv:
        PAGE.write_text(page(), "utf-8")
    elif PAGE.read_text("utf-8") != page():
        sys.exit("docs/prompts.md is not up to date: run python -m tests.prompts_page --write")


if __name__ == "__main__":
    main()
