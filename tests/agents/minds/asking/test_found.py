"""What a model is told as fact: what was found, by whom, how sure; what every crop must hold."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.backends.protocol.backend import Told
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.minds.asking.found import add_evidence, add_rules
from cropsmith.agents.minds.asking.script import Script
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.nodes.proposal import rules_for, solved
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Analysis, Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CopySpace, Intent, Phrase, Side, Target

DOG, CAR, FACE = (
    Box(x1=0.1, y1=0.5, x2=0.3, y2=0.8),
    Box(x1=0.7, y1=0.5, x2=0.9, y2=0.8),
    Box(x1=0.4, y1=0.1, x2=0.5, y2=0.25),
)
MODEL = "scripted/script"


@pytest.fixture
def view(photos: Path) -> View:
    return View(open_photo(photos / "coffee.jpg"))


def evidence(kind: EvidenceKind, box: Box, source: str, phrase: str = "", **more: Any) -> Evidence:
    return Evidence(kind=kind, box=box, source=source, phrase=phrase, **more)


def brief(view: View, *found: Evidence, **more: Any) -> Brief:
    target = Target(ratio=Ratio(width=1, height=1))
    intent = Intent(task="subject", targets=(target,), subjects=(Phrase(text="dog", head="dog"),))
    given: dict[str, Any] = {"analysis": None, "evidence": (), **more}
    missing = given.pop("missing", ())
    grounding = Grounding(found=found, missing=missing)
    return Brief(
        view=view, intent=intent, target=target, target_index=0, grounding=grounding, **given
    )


def told(one: Brief) -> list[Any]:
    script = Script()
    photo = picture_of(one.view.pixels(320))
    add_evidence(script, one, photo, MODEL)
    add_rules(script, one, photo)
    return script.parts


def test_each_thing_comes_with_its_finder_and_how_sure_it_is(view: View) -> None:
    one = brief(
        view,
        evidence(EvidenceKind.SUBJECT, DOG, "owl", "dog", confidence=0.62),
        evidence(EvidenceKind.AVOID, CAR, MODEL, "car"),
        evidence=(
            evidence(EvidenceKind.FACE, FACE, "eyes", confidence=0.5),
            evidence(EvidenceKind.FACE, DOG, "eyes", confidence=0.91),
            evidence(EvidenceKind.SALIENT, Box.whole(), "saliency"),
        ),
    )
    head, *lines = told(one)
    assert head == "What was found in the photograph:"
    said = [f"{line.values['thing']}, {line.values['finder']}" for line in lines]
    assert said == [
        "dog, found by owl, 62 % sure",
        "car (to be left out), found by you",
        "face, found by eyes, 50 % to 91 % sure",
    ]
    assert [line.values["boxes"] for line in lines] == [[DOG], [CAR], [FACE, DOG]]


def test_what_stands_out_is_never_told_as_the_subject(view: View) -> None:
    salient = evidence(EvidenceKind.SALIENT, DOG, "saliency")
    one = brief(view, analysis=Analysis(source="builtin", subjects=(salient,)), missing=("dog",))
    head, line = told(one)
    assert line == "- Looked for and not found: dog. Look for yourself."


def test_what_stands_in_is_told_as_such(view: View) -> None:
    for source, sure in (("saliency", None), ("nanodet", 0.9)):
        box = evidence(EvidenceKind.SUBJECT, DOG, source, "dog", confidence=sure)
        line = told(brief(view, box, missing=("dog",)))[1].values
        assert line["thing"] == "dog"
        assert line["finder"] == "not found; what seems the main subject stands in for it"


def test_the_rules_are_those_that_proposals_are_solved_under(view: View) -> None:
    plain = brief(
        view,
        evidence(EvidenceKind.SUBJECT, DOG, "owl", "dog"),
        evidence(EvidenceKind.AVOID, CAR, "owl", "car"),
    )
    rules = rules_for(plain).constraints
    parts = told(replace(plain, rules=rules))
    at = next(n for n, part in enumerate(parts) if str(part).startswith("Every crop must hold"))
    lines = [part.values for part in parts[at + 1 :] if isinstance(part, Told)]
    assert [line["wish"] for line in lines] == ["the dog inside", "the car left out"]
    boxes: Any = lines[0]["boxes"]
    (first,) = boxes
    assert first.contains(DOG) and first.iou(DOG) > 0.8, "the dog with its room"
    # And a model's crop that loses the dog is moved until it does not.
    lost = Candidate(id="", target=0, box=CAR, provenance=Provenance(source=MODEL))
    (made,) = solved(plain, [lost], rules)
    assert made.box.contains(DOG) and made.legal and made.box.overlap(CAR) == 0


def test_nothing_is_demanded_that_the_photo_cannot_give(view: View) -> None:
    wide = Box(x1=0.02, y1=0.2, x2=0.98, y2=0.8)
    one = brief(view, evidence(EvidenceKind.SUBJECT, wide, "owl", "dog"))
    tall = Target(ratio=Ratio(width=9, height=16))
    intent = one.intent.model_copy(
        update={"targets": (tall,), "copy_space": CopySpace(side=Side.LEFT, share=0.5)}
    )
    one = replace(one, intent=intent, target=tall)
    parts = told(replace(one, rules=rules_for(one).constraints))
    lines = [part.values for part in parts if isinstance(part, Told)]
    said = [str(line["wish"]) for line in lines if "wish" in line]
    assert said == ["the middle of the dog inside"], "the whole of it is not to be had"
    assert any("need not hold" in str(part) and "room for words" in str(part) for part in parts)
    roomy = brief(view, evidence(EvidenceKind.SUBJECT, DOG, "owl", "dog"))
    roomy = replace(roomy, intent=intent.model_copy(update={"targets": roomy.intent.targets}))
    parts = told(replace(roomy, rules=rules_for(roomy).constraints))
    assert not any("need not hold" in str(part) for part in parts)


def test_without_rules_and_finds_nothing_is_told(view: View) -> None:
    assert told(brief(view)) == []
