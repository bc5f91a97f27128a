"""The VLM mind over a script: four questions, both orders, efforts, failures."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cropsmith.agents.backends.boxes.rendering import prompt_text
from cropsmith.agents.backends.protocol.backend import Ask, Boxes, Picture, Said, Status, Told
from cropsmith.agents.backends.providers.scripted import Player, Scripted, ScriptedAnswer
from cropsmith.agents.minds.argued.mind import Argued
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.base.mind import Brief, MindFailed
from cropsmith.agents.minds.recorded_backend import Recorded
from cropsmith.agents.settings.recipe import load_recipe
from cropsmith.agents.settings.run_settings import Effort
from cropsmith.agents.trace.record import MemoryTrace, record_step
from cropsmith.errors import Misconfigured, Unavailable
from cropsmith.tools.constraints.kinds import AtLeast, Inside
from cropsmith.tools.constraints.things import Contains
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Analysis, Element, Example, ExpertCrop, Grounding
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Intent, Phrase, Side, Target, Tightness
from cropsmith.tools.schema.result import CheckKind, Decision

CROP = Box(x1=0.1, y1=0.1, x2=0.6, y2=0.9)
OTHER = Box(x1=0.3, y1=0.0, x2=1.0, y2=0.8)


class Grammar:
    """Stands for the built-in photographer: answers without a model."""

    name = "builtin"

    async def understand(self, view: View, request: CropRequest) -> Intent:
        return Intent(
            task="ratio", targets=(Target(ratio=Ratio(width=4, height=5)),), unclear=("moody",)
        )

    async def analyse(self, view: View, intent: Intent) -> Analysis:
        return Analysis(source="builtin", scene="measured")

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        raise AssertionError("not asked")

    async def decide(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        raise AssertionError("not asked")


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "photo.jpg"
    noise = np.random.default_rng(0).integers(0, 255, (90, 160, 3), np.uint8)
    Image.fromarray(noise).resize((1600, 900)).save(path)
    return path


@pytest.fixture
def view(photo: Path) -> View:
    return View(open_photo(photo))


def brief(view: View, **more: Any) -> Brief:
    target = Target(ratio=Ratio(width=4, height=5))
    intent = Intent(task="ratio", targets=(target,), read_back="A 4:5 crop of the dog.")
    given = {
        "analysis": Analysis(source="m", scene="A dog on a beach."),
        "grounding": Grounding(),
        "evidence": (),
        **more,
    }
    return Brief(view=view, intent=intent, target=target, target_index=0, **given)


def candidate(name: str, box: Box, source: str = "grid", **more: Any) -> Candidate:
    return Candidate(id=name, target=0, box=box, provenance=Provenance(source=source), **more)


def mind(play: Player | list[ScriptedAnswer], effort: Effort = "standard", **more: Any) -> Argued:
    own = {name: more.pop(name) for name in ("overlays", "recipe") if name in more}
    return Argued(Asker(Scripted(play), **more), Grammar(), effort=effort, **own)


def ideas(*boxes: Box, keep: bool = False, **more: Any) -> dict[str, Any]:
    crops = [{"element": "rule of thirds", "reason": "because", "box": b} for b in boxes]
    return {"crops": crops, "keep": keep, **more}


def asked(vlm: Argued) -> list[Ask]:
    assert isinstance(vlm.asker.backend, Scripted)
    return vlm.asker.backend.asked


def texts(ask: Ask) -> str:
    return prompt_text(ask.messages)


async def test_understanding_adds_to_the_grammar_and_never_overrules_it(view: View) -> None:
    answer = {
        "subjects": ["dog"],
        "avoid": [],
        "tightness": "tight",
        "copy_space": "left",
        "unclear": [],
        "read_back": "A moody 4:5 crop of the dog.",
    }
    vlm = mind([ScriptedAnswer(purpose="understand", value=answer)])
    intent = await vlm.understand(view, CropRequest(text="moody 4:5 of the dog"))
    assert intent.targets == (Target(ratio=Ratio(width=4, height=5)),)
    assert intent.subjects == (Phrase(text="dog", head="dog"),)
    assert intent.tightness is Tightness.TIGHT and intent.unclear == ()
    assert intent.copy_space is not None and intent.copy_space.side is Side.LEFT
    assert "moody 4:5 of the dog" in texts(asked(vlm)[0])


async def test_no_words_need_no_call(view: View) -> None:
    vlm = mind([])
    assert (await vlm.understand(view, CropRequest())).task == "ratio"
    assert asked(vlm) == []


async def test_analysis_becomes_a_record(view: View) -> None:
    answer = {
        "scene": "A dog.",
        "subjects": [{"name": "dog", "box": CROP}],
        "elements": [{"element": "diagonal", "remark": "the shore", "strength": 0.7}],
        "lines": [{"kind": "horizon", "start": {"x": 0, "y": 0.4}, "end": {"x": 1, "y": 0.4}}],
        "distractions": [],
        "focal_point": {"x": 0.4, "y": 0.5},
        "remark": "Less sky.",
    }
    vlm = mind([ScriptedAnswer(purpose="analyse", value=answer)])
    found = await vlm.analyse(view, Intent(task="free", targets=(Target(),)))
    assert found.source == "scripted/script"
    assert found.subjects[0].box == CROP and found.elements[0].element is Element.DIAGONAL
    (ask,) = asked(vlm)
    assert ask.frame is not None and (ask.frame.size.width, ask.frame.size.height) == (1024, 576)


async def test_proposals_name_their_element_and_keep_is_legal(view: View) -> None:
    vlm = mind([ScriptedAnswer(purpose="propose", value=ideas(CROP, OTHER, CROP, keep=True))])
    made = await vlm.propose(brief(view))
    assert [c.box for c in made] == [Box.whole(), CROP, OTHER]
    assert made[1].provenance == Provenance(source=vlm.name, detail="rule of thirds")
    assert made[1].reason == "because"
    told = next(p for p in asked(vlm)[0].messages[1].parts if isinstance(p, Told))
    assert told.values["shape"] == "4:5"


async def test_no_more_crops_are_asked_for_than_can_differ(view: View) -> None:
    size = view.size
    high = min(size.height, size.width * 5 // 4) // 5 * 5
    largest = AtLeast(Size(width=high * 4 // 5, height=high))
    middle = PixelBox(left=0, top=0, right=high * 4 // 5, bottom=high)
    rules = (Inside(size), largest, Contains(middle, "the dog", CheckKind.MUST_STAY))
    vlm = mind([])
    open_ = await vlm.proposal(brief(view, rules=rules[:1]))
    only = await vlm.proposal(brief(view, rules=rules))
    prompts = ["".join(map(str, one.script.parts)) for one in (open_, only)]
    assert "Propose 6 crops" in prompts[0] and "Propose 1 crops" in prompts[1]
    assert "- close-up:" in prompts[0] and "- close-up:" not in prompts[1]


async def test_thorough_draws_samples_and_joins_them(view: View) -> None:
    answers = [
        ScriptedAnswer(value=ideas(CROP)),
        ScriptedAnswer(status=Status.REFUSED, reason="no"),
        ScriptedAnswer(value=ideas(OTHER, CROP)),
    ]
    vlm = mind(answers, effort="thorough")
    assert [c.box for c in await vlm.propose(brief(view))] == [CROP, OTHER]
    asks = asked(vlm)
    assert [a.temperature for a in asks] == [0.0, 0.7, 0.7]
    assert len({a.seed for a in asks}) == 3


async def test_a_round_appends_and_changes_nothing_before_it(view: View) -> None:
    vlm = mind([ScriptedAnswer(value=ideas(CROP), repeat=True)])
    await vlm.propose(brief(view))
    own = Provenance(source=vlm.name, detail="rule of thirds")
    first = Candidate(id="0.0.0", target=0, box=CROP, provenance=own, total=0.4)
    grid = candidate("0.0.9", OTHER, total=0.9)
    await vlm.propose(brief(view, round=1, earlier=(grid, first)))
    second = first.model_copy(
        update={"id": "0.1.0", "provenance": own.model_copy(update={"round": 1})}
    )
    await vlm.propose(brief(view, round=2, earlier=(grid, first, second)))
    zero, one, two = (a.messages for a in asked(vlm))
    assert [m.role for m in two] == ["system", "user"] + ["assistant", "user"] * 2
    assert list(one[: len(zero)]) == list(zero)
    assert [m.role for m in two[: len(one)]] == [m.role for m in one]
    assert list(two[2].parts)[0] == list(one[2].parts)[0]
    assert list(two[3].parts) == list(one[3].parts)
    assert isinstance(list(one[2].parts)[0], Said)
    kinds = [type(p) for p in one[3].parts]
    assert kinds == [str, Picture, Told]  # scores, the crop as a picture, the leader's box


def choice(ask: Ask, pick: Any) -> dict[str, Any]:
    letters = re.findall(r"Picture ([A-Z]):", texts(ask))
    ranked = pick(letters)
    return {
        "comparison": "",
        "ranking": ranked,
        "choice": ranked[0],
        "reasons": [f"reason for {ranked[0]}"],
    }


LEADERS = [
    candidate("a", CROP, total=0.9),
    candidate("b", OTHER, total=0.8),
    candidate("c", Box.whole(), total=0.7),
]


async def test_a_model_that_likes_the_first_picture_decides_nothing(view: View) -> None:
    vlm = mind(lambda ask: choice(ask, lambda letters: letters))
    made = await vlm.decide(brief(view), LEADERS)
    # Every place is taken by both ends once: the scores' order stands.
    assert made.ranking == ("a", "b", "c") and made.chosen == "a"


async def test_a_real_preference_wins_in_both_orders(view: View) -> None:
    def play(ask: Ask) -> dict[str, Any]:
        # Finds the whole photo by its shape, the widest.
        pictures = [p for m in ask.messages for p in m.parts if isinstance(p, Picture)][1:]
        wide = max(range(3), key=lambda i: pictures[i].size.width / pictures[i].size.height)
        return choice(
            ask, lambda letters: [letters[wide], *(x for x in letters if x != letters[wide])]
        )

    vlm = mind(play)
    made = await vlm.decide(brief(view), LEADERS)
    assert made.chosen == "c" and made.kept
    assert len(asked(vlm)) == 2
    first, second = (
        [p.sha256 for m in a.messages for p in m.parts if isinstance(p, Picture)][1:]
        for a in asked(vlm)
    )
    assert first == second[::-1]


async def test_one_failed_order_is_noted(view: View) -> None:
    answers = [
        ScriptedAnswer(
            value={"comparison": "", "ranking": ["B"], "choice": "B", "reasons": ["calm"]}
        ),
        ScriptedAnswer(status=Status.INVALID, reason="no JSON"),
    ]
    with record_step(MemoryTrace(), "decision", 0) as step:
        made = await mind(answers).decide(brief(view), LEADERS)
    assert made.chosen == "b" and made.reasons == ("calm",)
    assert "one order only" in step.notes[0]


async def test_quick_is_one_call(view: View) -> None:
    vlm = mind([ScriptedAnswer(value=ideas(CROP, OTHER, thoughts="hm"))], effort="quick")
    await vlm.understand(view, CropRequest(text="the dog"))
    await vlm.analyse(view, Intent(task="free", targets=(Target(),)))
    made = await vlm.propose(brief(view))
    renumbered = [c.model_copy(update={"id": f"0.0.{n}"}) for n, c in enumerate(made)]
    decision = await vlm.decide(brief(view), [LEADERS[0], *reversed(renumbered)])
    assert len(asked(vlm)) == 1
    assert decision.chosen == "0.0.0" and decision.reasons == ("because",)


async def test_examples_come_before_the_photo(view: View) -> None:
    data = view.photo.data
    example = Example(
        sha256="0" * 64,
        width=1600,
        height=900,
        crops=(ExpertCrop(box=CROP, score=4.0), ExpertCrop(box=OTHER, score=5.0)),
        similarity=0.9,
        source="set/1.jpg",
    )
    vlm = mind([ScriptedAnswer(value=ideas(CROP))], example_data=lambda _: data)
    await vlm.propose(brief(view, examples=(example,)))
    parts = list(asked(vlm)[0].messages[1].parts)
    boxes = next(p for p in parts if isinstance(p, Boxes))
    assert list(boxes.boxes) == [OTHER, CROP]
    assert "Their scores, in the same order, 1 is best: 1.00, 0.80." in parts
    pictures = [p for p in parts if isinstance(p, Picture)]
    assert pictures[0].size.width == 512 and pictures[1].size.width == 1024


async def test_five_crops_of_an_example_are_told(view: View) -> None:
    crops = tuple(ExpertCrop(box=CROP, score=5 - 0.5 * n) for n in range(7))
    example = Example(
        sha256="0" * 64, width=1600, height=900, crops=crops, similarity=0.9, source="set/1.jpg"
    )
    vlm = mind([ScriptedAnswer(value=ideas(CROP))], example_data=lambda _: view.photo.data)
    await vlm.propose(brief(view, examples=(example,)))
    assert "1 is best: 1.00, 0.90, 0.80, 0.70, 0.60." in texts(asked(vlm)[0])


async def test_overlays_are_drawn_and_told(view: View) -> None:
    plain = mind([ScriptedAnswer(value=ideas(CROP))])
    drawn = mind([ScriptedAnswer(value=ideas(CROP))], overlays=True)
    await plain.propose(brief(view))
    await drawn.propose(brief(view))
    (one,), (two,) = asked(plain)[0].pictures, asked(drawn)[0].pictures
    assert one.sha256 != two.sha256 and one.size == two.size
    assert "thirds" in texts(asked(drawn)[0]) and "Guides" not in texts(asked(plain)[0])


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.OK])
async def test_a_failed_reply_is_a_failed_mind(view: View, status: Status) -> None:
    vlm = mind([ScriptedAnswer(status=status, reason="why", repeat=True)])
    for question in (
        vlm.analyse(view, Intent(task="free", targets=(Target(),))),
        vlm.propose(brief(view)),
        vlm.decide(brief(view), LEADERS),
    ):
        with pytest.raises(MindFailed, match="why") as caught:
            await question
        assert caught.value.status == status


async def test_a_server_that_never_answered_is_the_persons_to_start(view: View) -> None:
    class Down(Scripted):
        async def ask(self, ask: Ask) -> Any:
            reply = await super().ask(ask)
            return reply.model_copy(update={"trouble": "connection"})

    down = Down([ScriptedAnswer(status=Status.UNAVAILABLE, reason="cannot be reached")])
    with pytest.raises(Unavailable, match="cannot be reached"):
        await Argued(Asker(down), Grammar()).propose(brief(view))


async def test_every_call_is_recorded(view: View) -> None:
    kept: list[bytes] = []

    def keep(data: bytes) -> str:
        kept.append(data)
        return ""

    script = Scripted(
        [ScriptedAnswer(value=ideas(CROP)), ScriptedAnswer(status=Status.BLOCKED, reason="filter")]
    )
    vlm = Argued(Asker(Recorded(script, keep)), Grammar())
    trace = MemoryTrace()
    with record_step(trace, "proposal", 0):
        await vlm.propose(brief(view))
        with pytest.raises(MindFailed):
            await vlm.propose(brief(view))
        with pytest.raises(Misconfigured, match="run out"):
            await Argued(Asker(Recorded(script)), Grammar()).propose(brief(view))
    good, bad, out = trace.steps[0].calls
    assert (good.status, bad.status, out.status) == ("ok", "blocked", "error")
    assert good.convention == "ours (script)" and bad.reason == "filter"
    assert good.pictures and good.prompt_hashes and good.pictures[0][:12] in good.prompt
    assert isinstance(good.parsed, dict) and good.parsed["keep"] is False
    assert kept and "run out" in out.reason


async def test_the_model_reads_what_the_grammar_made_of_the_words(view: View) -> None:
    answer = {
        "subjects": [],
        "avoid": [],
        "tightness": "normal",
        "copy_space": "none",
        "unclear": ["moody"],
        "read_back": "",
    }
    vlm = mind([ScriptedAnswer(purpose="understand", value=answer)])
    intent = await vlm.understand(view, CropRequest(text="moody"))
    assert intent.unclear == ("moody",)
    said = texts(asked(vlm)[0])
    assert "A parser understood: nothing in particular" in said
    assert "It could not make sense of: moody" in said
    assert len(asked(vlm)[0].pictures) == 1
    assert (await vlm.understand(view, CropRequest(text="  "))).task == "ratio"
    assert len(asked(vlm)) == 1


async def test_quick_leaves_words_and_composition_to_the_photographer(view: View) -> None:
    vlm = mind([], effort="quick")
    assert (await vlm.understand(view, CropRequest(text="moody"))).unclear == ("moody",)
    analysis = await vlm.analyse(view, Intent(task="free", targets=(Target(),)))
    assert analysis.scene == "measured"
    own = candidate("a", CROP, source=vlm.name)
    assert await vlm.decision(brief(view), [own, *LEADERS]) is None
    with pytest.raises(MindFailed, match="among the leaders") as caught:
        await vlm.decide(brief(view), LEADERS)
    assert (caught.value.status, caught.value.source) == ("error", vlm.name)


async def test_quick_takes_its_own_first_crop_and_ranks_the_others(view: View) -> None:
    vlm = mind([], effort="quick")
    second, first = (candidate(i, CROP, source=vlm.name) for i in ("0.0.7", "0.0.2"))
    made = await vlm.decide(brief(view), [LEADERS[0], second, first])
    assert made.ranking == ("0.0.2", "a", "0.0.7")


async def test_one_leader_needs_no_comparison(view: View) -> None:
    vlm = mind([])
    made = await vlm.decide(brief(view), LEADERS[:1])
    assert made.chosen == "a" and made.ranking == ("a",) and made.source == vlm.name
    assert await vlm.decision(brief(view), LEADERS[:1]) is None
    assert asked(vlm) == []


async def test_a_later_round_is_one_call_at_any_effort(view: View) -> None:
    vlm = mind([ScriptedAnswer(value=ideas(CROP), repeat=True)], effort="thorough")
    (made,) = await vlm.propose(brief(view, round=1))
    assert made.provenance.round == 1 and len(asked(vlm)) == 1


async def test_samples_are_drawn_beside_the_first_and_warmer(view: View) -> None:
    vlm = mind([ScriptedAnswer(value=ideas(CROP), repeat=True)], effort="thorough", seed=7)
    await vlm.propose(brief(view))
    assert [(a.temperature, a.seed) for a in asked(vlm)] == [(0.0, 7), (0.7, 8), (0.7, 9)]
    hot = mind([ScriptedAnswer(value=ideas(CROP), repeat=True)], effort="thorough", temperature=1.2)
    await hot.propose(brief(view))
    assert [(a.temperature, a.seed) for a in asked(hot)] == [(1.2, 0), (1.2, 1), (1.2, 2)]


async def test_samples_that_all_fail_are_a_failed_mind(view: View) -> None:
    refused = ScriptedAnswer(status=Status.REFUSED, reason="first")
    rest = [ScriptedAnswer(status=Status.INVALID, reason="later")] * 2
    with pytest.raises(MindFailed, match="first") as caught:
        await mind([refused, *rest], effort="thorough").propose(brief(view))
    assert caught.value.status == "refused"


async def test_a_choice_that_fails_in_both_orders_says_why_the_first_did(view: View) -> None:
    refused = ScriptedAnswer(status=Status.REFUSED, reason="first")
    invalid = ScriptedAnswer(status=Status.INVALID, reason="second")
    with pytest.raises(MindFailed, match="first"):
        await mind([refused, invalid]).decide(brief(view), LEADERS)


async def test_the_finalists_are_named_by_boxes_and_shown_at_the_end(view: View) -> None:
    vlm = mind([])
    question = await vlm.decision(brief(view), LEADERS)
    assert question is not None and question.purpose == "decide"
    parts = question.script.messages()[-1].parts
    boxes = next(p for p in parts if isinstance(p, Boxes))
    assert list(boxes.boxes) == [leader.box for leader in LEADERS]
    assert boxes.picture is question.frame
    shown = [[p for p in ending if isinstance(p, Picture)] for ending in question.endings]
    assert len(shown) == 2 and shown[0] == shown[1][::-1] and len(shown[0]) == 3
    assert all(max(p.size.width, p.size.height) == 512 for p in shown[0])
    assert [p for p in question.endings[0] if isinstance(p, str)][:3] == [
        f"Picture {letter}:" for letter in "ABC"
    ]
    assert "These are 3 ways" in str(question.endings[0][-1])
    assert "A 4:5 crop of the dog." in prompt_text(question.script.messages())


async def test_what_is_wanted_is_said_even_where_nothing_was_asked(view: View) -> None:
    vlm = mind([ScriptedAnswer(value=ideas(CROP), repeat=True)])
    await vlm.propose(brief(view))
    bare = brief(view)
    await vlm.propose(replace(bare, intent=bare.intent.model_copy(update={"read_back": ""})))
    told, untold = (texts(a) for a in asked(vlm))
    assert "A 4:5 crop of the dog." in told and "nothing in particular" not in told
    assert "they want the best crop" in untold


async def test_a_round_tells_of_others_only_what_was_there_then(view: View) -> None:
    vlm = mind([ScriptedAnswer(value=ideas(CROP), repeat=True)])
    own = candidate("0.0.0", CROP, source=vlm.name, total=0.4)
    late = Candidate(
        id="0.1.1", target=0, box=OTHER, provenance=Provenance(source="grid", round=1), total=0.9
    )
    await vlm.propose(brief(view, round=1, earlier=(late, own)))
    assert "another source" not in texts(asked(vlm)[-1])
    early = candidate("0.0.1", OTHER, total=0.9)
    await vlm.propose(brief(view, round=1, earlier=(early, own)))
    assert "A crop of another source has 0.90" in texts(asked(vlm)[-1])
    pictures = asked(vlm)[-1].pictures
    assert max(pictures[-1].size.width, pictures[-1].size.height) == 256
    # A round in which nothing of its own was usable is passed over.
    second = own.model_copy(update={"provenance": Provenance(source=vlm.name, round=1)})
    for earlier in (own, second):
        await vlm.propose(brief(view, round=2, earlier=(earlier,)))
        roles = [m.role for m in asked(vlm)[-1].messages]
        assert roles == ["system", "user", "assistant", "user"]


async def test_the_recipe_says_how_many_crops_and_how_warm(view: View) -> None:
    numbers = load_recipe("", ("R=5", "per_round=3", "temperature=0.3"))
    vlm = mind([ScriptedAnswer(value=ideas(CROP), repeat=True)], recipe=numbers)
    await vlm.propose(brief(view))
    assert asked(vlm)[0].temperature == 0.3
    own = candidate("0.0.0", CROP, source=vlm.name, total=0.4)
    await vlm.propose(brief(view, round=1, earlier=(own,)))
    first, then = (str(a.messages[-1].parts) for a in asked(vlm))
    assert "5" in first and "3 " in then


async def test_guides_are_drawn_for_the_analysis_where_asked(view: View) -> None:
    answer = {
        "scene": "s", "subjects": [], "elements": [], "lines": [], "distractions": [],
        "focal_point": {"x": 0.5, "y": 0.5}, "remark": "",
    }  # fmt: skip
    drawn, plain = (
        mind([ScriptedAnswer(purpose="analyse", value=answer)], overlays=overlays)
        for overlays in (True, False)
    )
    for vlm in (drawn, plain):
        await vlm.analyse(view, Intent(task="free", targets=(Target(),)))
    assert asked(drawn)[0].pictures[0].sha256 != asked(plain)[0].pictures[0].sha256
    assert "thirds" in texts(asked(drawn)[0]) and "Guides" not in texts(asked(plain)[0])


async def test_things_are_located_by_the_model(view: View) -> None:
    things = {"things": [{"number": 1, "box": CROP}]}
    vlm = mind([ScriptedAnswer(purpose="locate", value=things)])
    intent = Intent(task="free", targets=(Target(),), subjects=(Phrase(text="dog", head="dog"),))
    (found,) = await vlm.locate(view, intent)
    assert found.phrase == "dog" and found.box == CROP
