"""The agent's hands: every tool a model may call itself, each with one typed schema.

A hand takes one Pydantic model and returns `Findings`: words, boxes (told in the model's own
convention by the backend), and perhaps a crop to look at. What the model could mend is an error in
words, not an exception.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, StringConstraints

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.minds.with_tools.inquiry import Findings
from cropsmith.agents.trace.record import note
from cropsmith.errors import CropsmithError, Infeasible
from cropsmith.tools.constraints.fitting import fitted
from cropsmith.tools.constraints.from_intent import check_all, constraints_for
from cropsmith.tools.constraints.kinds import Constraint
from cropsmith.tools.constraints.must_stay import must_stay
from cropsmith.tools.constraints.solver import solve
from cropsmith.tools.grounding.detection import Detector
from cropsmith.tools.grounding.ground import Sources, ground
from cropsmith.tools.language.phrases import phrase_of
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Evidence, Example, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.scorers.measures import measured
from cropsmith.tools.scorers.table import ScorerTable

MOST_BOXES = 8
MOST_EXAMPLES = 5
CLEAR = 0.15
"""Strength from which a composition element is worth telling."""

A = TypeVar("A", bound=BaseModel)

NamedThing = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class GroundArguments(BaseModel):
    """What to look for."""

    phrase: NamedThing


class RetrieveArguments(BaseModel):
    """How many examples to see."""

    count: int = Field(ge=1, le=MOST_EXAMPLES)


class ScoreArguments(BaseModel):
    """Crops to be scored."""

    boxes: Annotated[list[Box], Field(min_length=1, max_length=MOST_BOXES)]


class OneBox(BaseModel):
    """One crop."""

    box: Box


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What the hands work on: one photo, one target, and the run's parts."""

    view: View
    intent: Intent
    target: Target
    target_index: int = 0
    scorers: ScorerTable
    grounding: Grounding = field(default_factory=Grounding)
    evidence: Sequence[Evidence] = ()
    examples: Sequence[Example] = ()
    rules: Sequence[Constraint] = ()
    """What every proposal will be solved under; empty once they are."""
    sources: Sources = field(default_factory=Sources)
    """Who can look for words: the detector, where there is one."""


def find(bench: Bench, given: GroundArguments) -> Findings:
    """Look for a phrase with the detector, and in what was already found."""
    missing = {phrase.lower() for phrase in bench.grounding.missing}
    known = [e for e in bench.grounding.found if e.phrase.lower() == given.phrase.lower()]
    if known and given.phrase.lower() not in missing:  # or it only stands in
        return _found(given.phrase, known)
    intent = Intent(task="subject", targets=(bench.target,), subjects=(phrase_of(given.phrase),))
    grounding = ground(bench.view, intent, bench.sources)
    if grounding.found:
        return _found(given.phrase, grounding.found)
    able = bench.sources.detector is not None or not grounding.beyond
    why = "" if able else " No finder at hand knows what that is."
    if not grounding.guesses:
        return Findings(text=f"Nothing was found for {given.phrase}.{why}")
    guesses = tuple(guess.box for guess in grounding.guesses)
    return Findings(
        text=f"Nothing was found for {given.phrase}.{why} The nearest guess:", boxes=guesses
    )


def _found(phrase: str, found: Sequence[Evidence]) -> Findings:
    sure = ", ".join(
        f"{e.source} {e.confidence:.2f}" if e.confidence is not None else e.source for e in found
    )
    return Findings(
        text=f"Found {len(found)} for {phrase} (finder and confidence: {sure}):",
        boxes=tuple(evidence.box for evidence in found),
    )


def retrieve(bench: Bench, given: RetrieveArguments) -> Findings:
    """Tell how experts cropped similar photos; boxes are shares of those photos."""
    if not bench.examples:
        return Findings(text="No index of expert crops is at hand.")
    examples = bench.examples[: given.count]
    lines = [
        f"{n}. likeness {e.similarity:.2f}, {e.width}x{e.height}, best crop: "
        f"{e.crops[0].box.area:.0%} of the area, centre at {e.crops[0].box.centre.x:.2f} of the "
        f"width and {e.crops[0].box.centre.y:.2f} of the height"
        for n, e in enumerate(examples, start=1)
    ]
    told = "The same shares of this photo:"
    return Findings(text="\n".join([*lines, told]), boxes=tuple(e.crops[0].box for e in examples))


def score(bench: Bench, given: ScoreArguments) -> Findings:
    """Score crops with every scorer that can run."""
    drafts = [
        Candidate(
            id=f"t{number}",
            target=bench.target_index,
            box=box,
            provenance=Provenance(source="tool"),
        )
        for number, box in enumerate(given.boxes, start=1)
    ]
    scored = bench.scorers.score(
        bench.view, bench.intent, bench.target, drafts, bench.grounding, bench.evidence
    )
    lines = [
        f"{number}. total {'unknown' if c.total is None else f'{c.total:.3f}'}; "
        + ", ".join(f"{name} {value:.3f}" for name, value in c.scores.items())
        for number, c in enumerate(scored.candidates, start=1)
    ]
    return Findings(text="\n".join([*lines, *map(str, scored.left_out)]))


def show(bench: Bench, given: OneBox) -> Findings:
    """Show a crop as a picture."""
    return Findings(text="The crop as a picture:", show=given.box)


def measure(bench: Bench, given: OneBox) -> Findings:
    """Measure the composition elements inside a crop."""
    strengths = sorted(measured(bench.view, given.box).items(), key=lambda item: -item[1])
    clear = [f"{name} {strength:.2f}" for name, strength in strengths if strength >= CLEAR]
    return Findings(text=f"Composition elements, 0 to 1: {', '.join(clear) or 'none is clear'}.")


def settle(bench: Bench, given: OneBox) -> Findings:
    """Give the nearest crop that satisfies the request's hard constraints, or say what stands."""
    size = bench.view.size
    evidence = [*bench.grounding.found, *bench.evidence]
    staying = fitted(must_stay(bench.intent, evidence), bench.target, size)
    rules = bench.rules or constraints_for(
        bench.intent, bench.target, evidence, size, staying=staying
    )
    try:
        pixels = solve(given.box, bench.target, rules, size, upscale=bench.intent.upscale)
    except Infeasible as conflict:
        return Findings(text=f"No crop satisfies the request: {conflict}", error=conflict.message)
    box = pixels.normalised(size)
    held = ", ".join(dict.fromkeys(check.name for check in check_all(pixels, rules) if check.ok))
    same = "already legal" if box.iou(given.box) > 0.999 else "moved to be legal"
    words = f"{pixels.size.width}x{pixels.size.height} pixels, {same}; holds: {held}."
    return Findings(text=" ".join((words, *staying.notes)), boxes=(box,))


@dataclass(frozen=True)
class Hand:
    """One tool: its schema, and what it does."""

    name: str
    description: str
    arguments: type[BaseModel]
    work: Callable[[Bench, BaseModel], Findings]


def _hand(
    name: str, description: str, arguments: type[A], work: Callable[[Bench, A], Findings]
) -> Hand:
    def checked(bench: Bench, given: BaseModel) -> Findings:
        return work(bench, arguments.model_validate(given))

    return Hand(name, description, arguments, checked)


HANDS: Mapping[str, Hand] = {
    hand.name: hand
    for hand in (
        _hand(
            "ground",
            "Find a thing in the photograph by words; answers with its boxes.",
            GroundArguments,
            find,
        ),
        _hand(
            "retrieve_examples",
            "See how experts cropped photographs that are most like this one.",
            RetrieveArguments,
            retrieve,
        ),
        _hand(
            "score_boxes",
            "Score up to eight crops of the photograph; higher totals are better.",
            ScoreArguments,
            score,
        ),
        _hand("show_crop", "Look at one crop as a picture of its own.", OneBox, show),
        _hand(
            "measure_composition",
            "Measure which composition elements one crop follows.",
            OneBox,
            measure,
        ),
        _hand(
            "solve_constraints",
            "Get the legal crop nearest to one: exact ratio, nothing protected cut, "
            "nothing unwanted inside.",
            OneBox,
            settle,
        ),
    )
}


def use(bench: Bench, name: str, given: BaseModel) -> Findings:
    """Use a hand. What goes wrong inside becomes words for the model and an error for the trace."""
    try:
        return HANDS[name].work(bench, given)
    except CropsmithError as error:
        return Findings(text=f"This did not work: {error}", error=str(error))


def bench_for(
    brief: Brief,
    scorers: ScorerTable,
    find_detector: Callable[[], Detector | None],
    offline: bool = False,
) -> Bench:
    """Return what the hands work on for a brief; without a detector that fails, with a note."""
    try:
        detector = find_detector()
    except CropsmithError as error:
        detector = None
        note(f"The tool that finds things has no detector: {error.message}")
    return Bench(
        view=brief.view,
        intent=brief.intent,
        target=brief.target,
        target_index=brief.target_index,
        scorers=scorers,
        grounding=brief.grounding,
        evidence=brief.evidence,
        examples=brief.examples,
        rules=brief.rules,
        sources=Sources(detector=detector, evidence=brief.evidence, offline=offline),
    )
