"""The choice among a shape's leaders, on a real photo: who is compared, who settles it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cropsmith.agents.backends.protocol.backend import Ask, Status
from cropsmith.agents.backends.providers.scripted import Scripted, ScriptedAnswer
from cropsmith.agents.minds.argued.mind import Argued
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.agents.nodes.decision import (
    LEADERS,
    after_decision,
    decision,
    is_original,
    kept_as_asked,
    leaders_of,
    may_keep,
)
from cropsmith.agents.nodes.rejection import with_rejection
from cropsmith.agents.nodes.state import ImageRef
from cropsmith.agents.parts.parts import Parts, RunContext, build_parts
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.errors import CropsmithError
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.approval import Approval, Choice
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Intent, Phrase, Target, Tightness
from cropsmith.tools.schema.result import Decision, Verdict

MIND = "scripted/script"
DOG = (Phrase(text="dog", head="dog"),)


def candidate(id: str, box: Box, total: float = 0.5, source: str = "grid") -> Candidate:
    return Candidate(id=id, target=0, box=box, provenance=Provenance(source=source), total=total)


def tiles(sources: str = "g" * 9) -> list[Candidate]:
    """Nine crops side by side, best first; "m" is the mind's own, "g" a grid's."""
    return [
        candidate(
            f"t{n}",
            Box.of((n % 3 / 3, n // 3 / 3, (n % 3 + 1) / 3, (n // 3 + 1) / 3)),
            total=0.9 - 0.1 * n,
            source=MIND if source == "m" else "grid",
        )
        for n, source in enumerate(sources)
    ]


ORIGINAL = candidate("o", Box.whole(), total=0.45, source="original")


@pytest.fixture(scope="module")
def view(photos: Path) -> View:
    return View(open_photo(photos / "coffee.jpg"))


def brief(
    view: View, earlier: Sequence[Candidate] = (), target: Target | None = None, **wishes: Any
) -> Brief:
    target = target or Target()
    return Brief(
        view=view,
        intent=Intent(task="free", targets=(target,), **wishes),
        target=target,
        target_index=0,
        analysis=None,
        grounding=Grounding(),
        evidence=(),
        earlier=earlier,
    )


def ids(candidates: Sequence[Candidate]) -> list[str]:
    return [c.id for c in candidates]


def test_the_original_is_the_whole_photo() -> None:
    assert is_original(ORIGINAL)
    assert not is_original(candidate("c", Box.of((0, 0, 1, 0.99))))


def test_the_best_six_are_compared_and_the_original_beside_them(view: View) -> None:
    assert LEADERS == 6
    every = [*tiles()[:4], ORIGINAL, *tiles()[4:]]
    assert ids(leaders_of(brief(view, every))) == ["t0", "t1", "t2", "t3", "t4", "t5", "o"]
    asked = brief(view, every, keep=False)
    assert ids(leaders_of(asked)) == ["t0", "t1", "t2", "t3", "t4", "t5"]


def test_the_minds_own_two_best_are_compared_however_low_they_rank(view: View) -> None:
    every = tiles("gggggg" + "mmm")
    assert ids(leaders_of(brief(view, every), MIND)) == ["t0", "t1", "t2", "t3", "t6", "t7"]
    assert ids(leaders_of(brief(view, every), "another/mind")) == [f"t{n}" for n in range(6)]
    high = tiles("mggmgggmm")
    assert ids(leaders_of(brief(view, high), MIND)) == [f"t{n}" for n in range(6)]


def test_a_near_double_takes_no_place(view: View) -> None:
    first = candidate("a", Box.of((0.1, 0.1, 0.6, 0.6)))
    double = candidate("b", Box.of((0.1, 0.1, 0.6, 0.61)))
    other = candidate("c", Box.of((0.5, 0.5, 0.9, 0.9)))
    assert ids(leaders_of(brief(view, [first, double, other]))) == ["a", "c"]


def test_the_original_stands_alone_where_no_crop_is_legal(view: View) -> None:
    assert ids(leaders_of(brief(view, [ORIGINAL], keep=False))) == ["o"]
    with pytest.raises(CropsmithError, match="No crop satisfies") as caught:
        leaders_of(brief(view))
    assert caught.value.hint == "Ask for fewer things at once."


@pytest.mark.parametrize(
    ("wishes", "allowed"),
    [
        ({}, True),
        ({"keep": True}, True),
        ({"keep": False}, False),
        ({"tightness": Tightness.TIGHT}, False),
        ({"tightness": Tightness.LOOSE}, True),
        ({"subjects": DOG}, False),
        ({"avoid": DOG}, False),
        ({"subject_box": Box.of((0.2, 0.2, 0.5, 0.5))}, False),
        ({"subject_image": "0" * 64}, False),
        ({"target": Target(ratio=Ratio(width=3, height=2))}, True),
        ({"target": Target(ratio=Ratio(width=1, height=1))}, False),
        ({"target": Target(ratio=Ratio(width=3, height=2)), "avoid": DOG}, False),
    ],
)
def test_the_photo_may_be_kept_where_no_change_is_asked(
    view: View, wishes: dict[str, Any], allowed: bool
) -> None:
    assert (view.size.width, view.size.height) == (600, 400)
    assert may_keep(brief(view, **wishes)) is allowed


def test_keep_it_as_it_is_settles_it(view: View) -> None:
    settled = kept_as_asked(brief(view, [*tiles(), ORIGINAL], keep=True))
    assert settled is not None and settled.kept and settled.target == 0
    assert settled.chosen == "o" and settled.ranking == ("o",)
    assert settled.source == "request" and settled.confidence is None
    assert settled.reasons == ("You asked to keep the photo as it is.",)
    assert kept_as_asked(brief(view, tiles(), keep=True)) is None
    for keep in (None, False):
        assert kept_as_asked(brief(view, [ORIGINAL], keep=keep)) is None


def model(answer: ScriptedAnswer | None = None, **settings: Any) -> Parts:
    """Parts whose mind is a model that takes the last picture it is shown, or answers so."""

    def play(ask: Ask) -> Any:
        letters = ask.answer.model_json_schema()["properties"]["choice"]["enum"]
        # Both orders name the same picture, the last leader.
        last = letters[-1] if len(backend.asked) % 2 else letters[0]
        rest = [letter for letter in letters if letter != last]
        return answer or {
            "comparison": "",
            "ranking": [last, *rest],
            "choice": last,
            "reasons": ["It is calm."],
        }

    backend = Scripted(play)
    mind = Argued(Asker(backend), BuiltinMind())
    return build_parts(RunSettings(trace=False, **settings), mind=mind)


async def decide(
    parts: Parts,
    photo: Path,
    candidates: Sequence[Candidate],
    approval: Approval | None = None,
    **wishes: Any,
) -> dict[str, Any]:
    view = parts.views.open(photo)
    state: Any = {
        "shape": 0,
        "image": ImageRef(source=str(photo), sha256=view.sha256, size=view.size),
        "intent": Intent(task="free", targets=(Target(),), **wishes),
        "analysis": None,
        "grounding": Grounding(),
        "evidence": (),
        "examples": (),
        "candidates": tuple(candidates),
        "round": 0,
        "approval": approval,
    }
    runtime: Any = SimpleNamespace(context=RunContext.around(parts))
    return await decision(state, runtime)


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "coffee.jpg"


async def test_a_person_decides_before_any_mind(photo: Path) -> None:
    parts = model(ScriptedAnswer(status=Status.REFUSED, reason="not asked"), strict=True)
    chosen = Approval(choices=(Choice(target=0, candidate="t3"),))
    update = await decide(parts, photo, [*tiles(), ORIGINAL], chosen, keep=True)
    (made,) = update["decisions"]
    assert (made.chosen, made.source, update["failures"]) == ("t3", "person", ())


async def test_the_request_decides_before_any_mind(photo: Path) -> None:
    parts = model(ScriptedAnswer(status=Status.REFUSED, reason="not asked"), strict=True)
    update = await decide(parts, photo, [*tiles(), ORIGINAL], keep=True)
    (made,) = update["decisions"]
    assert (made.chosen, made.source, update["failures"]) == ("o", "request", ())


async def test_the_built_in_photographer_takes_the_best_total(photo: Path) -> None:
    update = await decide(build_parts(RunSettings(trace=False)), photo, tiles())
    (made,) = update["decisions"]
    assert made.source == "builtin" and made.chosen == "t0"
    # Its totals hold the preference already: it is not added a second time.
    assert made.ranking == ("t0", "t1", "t2", "t3", "t4", "t5")


async def test_people_are_heard_beside_a_model_and_not_in_a_study_of_it(photo: Path) -> None:
    good = candidate("good", Box.of((0.05, 0.0, 1.0, 0.95)), total=0.9)
    sliver = candidate("sliver", Box.of((0.0, 0.0, 0.08, 0.08)), total=0.1)
    (aligned,) = (await decide(model(), photo, [good, sliver]))["decisions"]
    assert aligned.chosen == "good" and aligned.confidence is not None
    assert "outweigh the first choice of scripted/script" in aligned.reasons[0]
    for apart in ({"solo": True}, {"recipe": "cropper"}):
        (own,) = (await decide(model(**apart), photo, [good, sliver]))["decisions"]
        assert own.chosen == "sliver" and own.reasons == ("It is calm.",)
        assert own.confidence is None and own.source == MIND


async def test_a_model_that_fails_leaves_it_to_the_photographer(photo: Path) -> None:
    refuses = ScriptedAnswer(status=Status.REFUSED, reason="No.")
    update = await decide(model(refuses), photo, tiles())
    (made,), (failure,) = update["decisions"], update["failures"]
    assert made.source == "builtin" and made.chosen == "t0"
    assert (failure.node, failure.status) == ("decision", "refused")
    assert made.ranking == ("t0", "t1", "t2", "t3", "t4", "t5")


def test_several_shapes_are_framed_together() -> None:
    for shapes, then in ((1, "render"), (2, "joint_framing"), (3, "joint_framing")):
        state: Any = {"intent": Intent(task="free", targets=(Target(),) * shapes)}
        assert after_decision(state) == then


async def test_a_crop_that_shows_most_of_what_was_to_go_is_rejected(photos: Path) -> None:
    view = View(open_photo(photos / "astronaut.jpg"))
    woman = Evidence(
        kind=EvidenceKind.AVOID, box=Box.of((0.1, 0.1, 0.9, 1.0)), source="nanodet",
        phrase="woman", confidence=0.9, label="person",
    )  # fmt: skip
    near, clear = candidate("near", Box.whole()), candidate("clear", Box.of((0, 0, 1, 0.1)))
    asked = replace(
        brief(view, avoid=(Phrase(text="woman", head="woman"),)),
        grounding=Grounding(found=(woman,)), earlier=(near, clear),
    )  # fmt: skip
    made = Decision(target=0, chosen="near", verdict=Verdict.CROP, reasons=("x",), source="builtin")
    refused = with_rejection(asked, made)
    assert refused.verdict is Verdict.REJECT and refused.chosen == "near"
    assert "leaves out the woman" in refused.reasons[0] and len(refused.reasons) == 2
    kept = made.model_copy(update={"chosen": "clear"})
    assert with_rejection(asked, kept) == kept
    unsure = woman.model_copy(update={"confidence": 0.3})
    doubtful = replace(asked, grounding=Grounding(found=(unsure,)))
    assert with_rejection(doubtful, made) == made  # a note says that it is not sure
    guess = replace(asked, grounding=Grounding(found=(woman.model_copy(update={"guessed": True}),)))
    assert with_rejection(guess, made) == made


@pytest.mark.parametrize(
    ("person", "rejected"),
    [((0.2, 0.1, 0.9, 1.0), True), ((0.2, 0.1, 0.4, 1.0), False), ((0.2, 0.0, 1.0, 0.1), False)],
)
async def test_a_crop_of_one_person_is_not_without_a_woman_whom_nobody_can_tell(
    photos: Path, person: tuple[float, float, float, float], rejected: bool
) -> None:
    one = Evidence(
        kind=EvidenceKind.PERSON, box=Box.of(person), source="nanodet", confidence=0.9,
        label="person",
    )  # fmt: skip
    asked = replace(
        brief(
            View(open_photo(photos / "astronaut.jpg")), avoid=(Phrase(text="woman", head="woman"),)
        ),
        grounding=Grounding(missing=("woman",), unsure=("woman",)), evidence=(one,),
        earlier=(candidate("near", Box.of((0.1, 0.0, 1.0, 1.0))),),
    )  # fmt: skip
    made = Decision(target=0, chosen="near", verdict=Verdict.CROP, reasons=("x",), source="builtin")
    decided = with_rejection(asked, made)
    if rejected:
        assert decided.verdict is Verdict.REJECT and "“woman”" in decided.reasons[0]
        assert decided.reasons[1] == "Say where, as in “the man on the left”."
    else:
        assert decided == made
    known = replace(asked, grounding=Grounding(missing=("woman",)))
    assert with_rejection(known, made) == made


@pytest.mark.parametrize("beside", [True, False])
def test_a_rejection_never_gives_up_the_very_subject(photos: Path, beside: bool) -> None:
    view = View(open_photo(photos / "astronaut.jpg"))
    bus = Evidence(
        kind=EvidenceKind.SUBJECT, box=Box.of((0.1, 0.1, 0.6, 1.0)), source="nanodet",
        phrase="bus", confidence=0.9, label="bus",
    )  # fmt: skip
    people = bus.model_copy(
        update={"kind": EvidenceKind.AVOID, "phrase": "people", "label": "person",
                "box": Box.of((0.6, 0.3, 0.9, 0.9) if beside else (0.2, 0.5, 0.4, 0.9))}
    )  # fmt: skip
    bus_words, people_words = (Phrase(text=word, head=word) for word in ("bus", "people"))
    one = replace(
        brief(view, subjects=(bus_words,), avoid=(people_words,)),
        grounding=Grounding(found=(bus, people)),
        earlier=(candidate("near", Box.whole()),),
    )  # fmt: skip
    made = Decision(target=0, chosen="near", verdict=Verdict.CROP, reasons=("x",), source="builtin")
    told = with_rejection(one, made)
    if beside:
        assert told.reasons[1] == "It works with the people in the picture."
    else:  # who stands before the bus cannot be parted from it: a note says that they show
        assert told == made
