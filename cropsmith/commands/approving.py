"""Cropping that asks a person before the decision: at once in a terminal, or later."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from cropsmith.agents.nodes.rejection import NEAREST
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.events import Pending
from cropsmith.agents.runs.human_approval import REJECTED, begin, reject, resume
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.database import images_of
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.photo import photo_of
from cropsmith.agents.trace.values import Trace, TraceStatus
from cropsmith.arguments import box_of
from cropsmith.batch.delivery import Delivery
from cropsmith.batch.inputs import found
from cropsmith.batch.keeping import Kept, forget, keep, kept_of
from cropsmith.batch.manifest import Manifest
from cropsmith.batch.work import Job, Order, Outcome, State, delivered
from cropsmith.batch.writing import not_over
from cropsmith.commands.cropping import folder_for, is_many, one_photo, say_problem, show
from cropsmith.commands.ending import show_traceback
from cropsmith.commands.options import spoken
from cropsmith.errors import CropsmithError, OutputError, UsageError
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.schema.approval import Approval, Choice, Question, Shape
from cropsmith.tools.schema.plain_text import visible_line
from cropsmith.tools.schema.request import CropRequest
from cropsmith.tools.schema.result import CropReport
from cropsmith.tools.schema.secret_text import without_secrets

Asked = Callable[[Question], Approval | None]
NOTHING = Delivery()


def crop_with_approval(
    arguments: Sequence[str], request: CropRequest, settings: RunSettings, delivery: Delivery
) -> int:
    """Crop each photo up to the decision, ask, and go on; where nobody can be asked, say how.

    A photo that cannot be cropped is told of, and the next one follows. Returns the worst exit
    code.
    """
    many = is_many(arguments)
    delivery = delivery.checked(many=many)
    if (photo := one_photo(arguments)) is not None:
        return _approved(Job(0, photo), request, settings, delivery)
    if "-" in arguments:
        raise UsageError("Standard input is one photo.", hint="Crop it by itself.")
    out = folder_for(arguments, delivery)
    worst = 0
    with closing(Manifest.begin(None, "", resume=False, force=False)) as layout:
        layout.add(found(arguments, out), out)
        for job in layout.jobs(State.WAITING):
            worst = max(worst, _approved(job, request, settings, delivery))
    return worst


def _approved(job: Job, request: CropRequest, settings: RunSettings, delivery: Delivery) -> int:
    """Crop one photo so, and tell of it; return the exit code."""
    kept = Kept(delivery, job.place)
    typed = sys.stdin.isatty() and sys.stdout.isatty() and not delivery.json
    try:
        stdin = job.photo == "-"
        source: object = sys.stdin.buffer.read() if stdin else job.photo
        answer = asyncio.run(begin(source, request, build_parts(settings)))
        return _finish(answer, job.photo, kept, ask if typed and not stdin else None)
    except CropsmithError as error:
        show_traceback(error)
        told = without_secrets(spoken(error))
        where = "" if Path(job.photo).name in told else f"{job.photo}: "
        problem = where + told
        say_problem(Outcome(job.photo, State.FAILED, problem=problem, exit_code=error.exit_code))
        return error.exit_code


def resume_with(name: str, words: Sequence[str], delivery: Delivery) -> int:
    """Go on with a run that waits, with the choices given in words, one per shape.

    What `crop` was told of the files holds on, where nothing else is said. A run that is decided,
    but whose crop could not be written, is written now. Returns the exit code.
    """
    trace = TraceLibrary().read(name)
    kept = kept_of(trace.head.id)
    if kept is not None and trace.head.status is TraceStatus.OK and not words:
        result = CropResult(CropReport.model_validate(trace.result), _photo(trace))
        return _written(result, trace.head.path or trace.head.source, kept.but(delivery), trace)
    answer = asyncio.run(resume(trace.head.id, approval_from(words)))
    return _finish(answer, trace.head.path or trace.head.source, kept or Kept(), later=delivery)


def reject_run(name: str) -> None:
    """End a run that waits without a crop, and tell of it."""
    id = TraceLibrary().head(name).id
    asyncio.run(reject(id))
    forget(id)
    print(f"The run {id} is ended. {REJECTED}")


def _photo(trace: Trace) -> Photo:
    return photo_of(trace, ImageStore(images_of(TraceLibrary().home)))


def _finish(
    answer: CropResult | Pending,
    photo: str,
    kept: Kept,
    asked: Asked | None = None,
    later: Delivery = NOTHING,
) -> int:
    """Ask for as long as the run waits, then write the crop and tell of it.

    `later` is what was stated of the files when the run went on; it is not kept.
    """
    beside = None if "://" in photo or photo == "-" else Path(photo).absolute().parent
    while isinstance(answer, Pending):
        keep(answer.trace_id, kept, beside)
        how = f"cropsmith trace resume {answer.trace_id}"
        if kept.but(later).delivery.json:
            waits = {"photo": photo, "state": "waiting", "trace_id": answer.trace_id}
            question = answer.question.model_dump(mode="json")
            print(json.dumps({**waits, "resume": how, "question": question}), flush=True)
            return 0
        print(*told(answer.question), sep="\n", flush=True)
        word = asked(answer.question) if asked else None
        if word is None:
            print(f"\nThe run waits. Go on with: {how}")
            print("Choose with --choose CANDIDATE or --choose x1,y1,x2,y2, once for each shape.")
            return 0
        answer = asyncio.run(resume(answer.trace_id, word))
    return _written(answer, photo, kept.but(later))


def _written(result: CropResult, photo: str, kept: Kept, trace: Trace | None = None) -> int:
    """Write the crops of a run that is decided, and tell of it."""
    delivery, done = kept.delivery, list[Path]()
    order = Order(CropRequest(), RunSettings(), delivery, reports=delivery.json)
    job = Job(0, photo, kept.place)
    try:
        outcome = delivered(result, job, order, not_over(photo), done)
    except OutputError as error:
        trace_id = result.trace_id or (trace.head.id if trace else "")
        raise OutputError(
            error.message,
            hint=f"The decision is kept: cropsmith trace resume {trace_id} writes it,"
            " with --force or another --out.",
        ) from error
    if result.trace_id and not delivery.dry_run:
        forget(result.trace_id)
    say_problem(outcome)
    if delivery.json:
        print(json.dumps(outcome.report, indent=None if kept.place.many else 2), flush=True)
    elif outcome.lines:
        stream = sys.stderr if delivery.streams else sys.stdout
        print(*map(visible_line, outcome.lines), sep="\n", file=stream, flush=True)
    if delivery.show and outcome.files:
        show(outcome.files[0])
    return outcome.exit_code


def told(question: Question) -> list[str]:
    """Return the question as lines."""
    lines = [visible_line(question.problem)] if question.problem else []
    for shape in question.shapes:
        what = f" for {shape.target.name}" if shape.target.name else ""
        if all(leader.proposed_by(NEAREST) for leader in shape.leaders):
            lines.append("No crop of this photo answers the request; these are the nearest to it.")
        lines.append(f"Which crop{what}?")
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
        return Choice(target=index, box=box_of(words, "choose"))
    if shape is not None and words.isdigit():
        number = int(words)
        if not 1 <= number <= len(shape.leaders):
            raise UsageError(f"There are {len(shape.leaders)} crops to choose from, not {number}.")
        return Choice(target=index, candidate=shape.leaders[number - 1].id)
    return Choice(target=index, candidate=words)


def approval_from(words: Sequence[str]) -> Approval:
    """Read one choice for each shape, in their order."""
    return Approval(choices=tuple(choice_from(word, n) for n, word in enumerate(words)))
