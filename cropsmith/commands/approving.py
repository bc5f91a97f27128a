"""Cropping that asks a person before the decision: at once in a terminal, or later."""

import asyncio
import sys
from collections.abc import Callable, Sequence

from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.events import Pending
from cropsmith.agents.runs.human_approval import begin, resume
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.commands.cropping import Delivery, delivered, read_box
from cropsmith.errors import UsageError
from cropsmith.tools.schema.approval import Approval, Choice, Question, Shape
from cropsmith.tools.schema.plain_text import visible_line
from cropsmith.tools.schema.request import CropRequest


def crop_with_approval(
    photos: Sequence[str], request: CropRequest, settings: RunSettings, delivery: Delivery
) -> None:
    """Crop each photo up to the decision, ask, and go on; where nobody can be asked, say how."""
    for photo in photos:
        source: object = sys.stdin.buffer.read() if photo == "-" else photo
        asked = ask if sys.stdin.isatty() and sys.stdout.isatty() and photo != "-" else None
        finish(asyncio.run(begin(source, request, build_parts(settings))), delivery, asked)


def resume_with(name: str, words: Sequence[str], delivery: Delivery) -> None:
    """Go on with a run that waits, with the choices given in words, one per shape."""
    finish(asyncio.run(resume(name, approval_from(words))), delivery, None)


def finish(
    answer: CropResult | Pending,
    delivery: Delivery,
    asked: Callable[[Question], Approval | None] | None,
) -> None:
    """Ask for as long as the run waits, then write the crop and tell of it."""
    while isinstance(answer, Pending):
        print(*told(answer.question), sep="\n", flush=True)
        word = asked(answer.question) if asked else None
        if word is None:
            print(f"\nThe run waits. Go on with: cropsmith trace resume {answer.trace_id}")
            print("Choose with --choose CANDIDATE or --choose x1,y1,x2,y2, once for each shape.")
            return
        answer = asyncio.run(resume(answer.trace_id, word))
    print(*map(visible_line, delivered(answer, delivery, many=False).lines), sep="\n", flush=True)


def told(question: Question) -> list[str]:
    """Return the question as lines."""
    lines = [visible_line(question.problem)] if question.problem else []
    for shape in question.shapes:
        lines.append(f"Which crop{' for ' + shape.target.name if shape.target.name else ''}?")
        for number, leader in enumerate(shape.leaders, 1):
            corners = ", ".join(f"{value:.3f}" for value in leader.box.corners)
            source, total = ", ".join(leader.sources), leader.total or 0.0
            line = f"  {number}  {leader.id:<8} {total:6.3f}  [{corners}]  {source}"
            lines.append(visible_line(f"{line}  {leader.reason}".rstrip()))
    return lines


def ask(question: Question) -> Approval | None:
    """Ask in the terminal; None when the person wants to decide later."""
    choices: list[Choice] = []
    for shape in question.shapes:
        words = input("Number, x1,y1,x2,y2, Enter to let the model decide, or q for later: ")
        if words.strip().lower() == "q":
            return None
        if words.strip():
            choices.append(choice_from(words.strip(), shape.index, shape))
    return Approval(choices=tuple(choices))


def choice_from(words: str, index: int, shape: Shape | None = None) -> Choice:
    """Read a leader's number, a candidate's id or a box. UsageError for a box that is none."""
    if "," in words:
        return Choice(target=index, box=read_box(words))
    if shape is not None and words.isdigit():
        number = int(words)
        if not 1 <= number <= len(shape.leaders):
            raise UsageError(f"There are {len(shape.leaders)} crops to choose from, not {number}.")
        return Choice(target=index, candidate=shape.leaders[number - 1].id)
    return Choice(target=index, candidate=words)


def approval_from(words: Sequence[str]) -> Approval:
    """Read one choice for each shape, in their order."""
    return Approval(choices=tuple(choice_from(word, n) for n, word in enumerate(words)))
