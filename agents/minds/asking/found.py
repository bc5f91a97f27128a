"""What a model is told as fact: what was found, by whom, how sure; what every crop must hold.

The rules are those that all proposals are solved under, in the words in which a person is told of
them.
"""

from collections.abc import Sequence

from cropsmith.agents.backends.protocol.backend import Picture
from cropsmith.agents.minds.asking.script import Script
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.constraints.things import Contains, Excludes, NotCut
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.result import CheckKind

MOST = 6
"""Boxes told of one kind of thing."""

SELF_EVIDENT = (CheckKind.INSIDE, CheckKind.RATIO)
"""Rules that the question states as its shape."""

STANDING_IN = "standing in"
"""What is told in the place of a finder that found something else than what was named."""

FINDERS = {
    "alpha": "the opaque part of the picture",
    "motion": "where things move in the animation",
    STANDING_IN: "not found; what seems the main subject stands in for it",
}
"""How sources are called that are no finder's or model's name."""


def add_evidence(script: Script, brief: Brief, photo: Picture, asked: str) -> None:
    """Add what was found, each thing with its finder, its confidence and its boxes.

    `asked` is the name of the model that is told: what it found itself is called its own.
    """
    found = [*brief.grounding.found, *brief.evidence]
    if brief.analysis is not None:
        found += [*brief.analysis.subjects, *brief.analysis.distractions]
    groups: dict[tuple[str, str], list[Evidence]] = {}
    for one in found:
        # A box that the person gave is among the wishes.
        if one.kind is not EvidenceKind.SALIENT and one.source != "user":
            source = STANDING_IN if _stands_in(one, brief) else one.source
            groups.setdefault((_thing(one), source), []).append(one)
    if groups or brief.grounding.missing:
        script.say("vlm/found")
    for (thing, source), some in groups.items():
        told, finder = some[:MOST], _finder(source, some[:MOST], asked)
        boxes = [one.box for one in told]
        script.tell("found/thing", photo, thing=thing, finder=finder, boxes=boxes)
    if brief.grounding.missing:
        script.say("found/missing", things=", ".join(brief.grounding.missing))


def add_rules(script: Script, brief: Brief, photo: Picture) -> None:
    """Add what every crop must hold, beyond its shape, and what of the wishes it cannot."""
    if brief.rules and (lost := _given_up(brief)):
        script.say("vlm/given_up", what=", ".join(lost))
    boxes: dict[str, list[Box]] = {}
    for rule in brief.rules:
        if rule.kind in SELF_EVIDENT:
            continue
        places = boxes.setdefault(rule.wish, [])
        if isinstance(rule, (Contains, Excludes, NotCut)):
            places.append(rule.box.normalised(brief.view.size))
    if not boxes:
        return
    script.say("vlm/must_hold")
    for wish, places in boxes.items():
        if places:
            script.tell("found/rule", photo, wish=wish, boxes=places[:MOST])
        else:
            script.say("found/rule_alone", wish=wish)


def _given_up(brief: Brief) -> Sequence[str]:
    """Return the wishes that no rule holds, as this photo cannot meet them."""
    held = {rule.kind for rule in brief.rules}
    asked = {
        CheckKind.COPY_SPACE: ("room for words", brief.intent.copy_space is not None),
        CheckKind.MARGIN: ("air around the subject", bool(brief.intent.margin)),
    }
    return [words for kind, (words, wanted) in asked.items() if wanted and kind not in held]


def _thing(one: Evidence) -> str:
    name = one.phrase or one.label or str(one.kind)
    return f"{name} (to be left out)" if one.kind is EvidenceKind.AVOID else name


def _stands_in(one: Evidence, brief: Brief) -> bool:
    return one.kind is EvidenceKind.SUBJECT and one.phrase in brief.grounding.missing


def _finder(source: str, some: Sequence[Evidence], asked: str) -> str:
    """Say who found it and how sure: "found by owlvit, 62 % to 91 % sure"."""
    if source in FINDERS:
        return FINDERS[source]
    who = "found by you" if source == asked else f"found by {source}"
    sure = sorted({round(100 * one.confidence) for one in some if one.confidence is not None})
    if not sure:
        return who
    span = f"{sure[0]} %" if len(sure) == 1 else f"{sure[0]} % to {sure[-1]} %"
    return f"{who}, {span} sure"
