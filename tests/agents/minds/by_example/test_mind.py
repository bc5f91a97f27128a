import json
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.backends.protocol.backend import (
    Ask,
    Called,
    Picture,
    Said,
    Status,
    Told,
    ToolCall,
)
from cropsmith.agents.backends.providers.scripted import Scripted, ScriptedAnswer
from cropsmith.agents.minds.with_tools.hands import OneBox
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import MemoryTrace
from cropsmith.errors import UsageError
from cropsmith.tools.examples.row import entries_of
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box, Point
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Target
from cropsmith.vectorstore.build import build
from cropsmith.vectorstore.descriptor import LayoutDescriptor
from cropsmith.vectorstore.index import Index

SQUARE = CropRequest(targets=(Target(name="1:1", ratio=Ratio(width=1, height=1)),))
FREE = CropRequest()
SUBJECT = CropRequest(subjects=("boat",), subject_box=Box(x1=0.2, y1=0.3, x2=0.6, y2=0.7))


@pytest.fixture(scope="module")
def photos(many_photos: list[Path]) -> list[Path]:
    return many_photos[:45]


@pytest.fixture(scope="module")
def index(photos: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    def labelled(path: Path) -> LabelledPhoto:
        crops = tuple(
            ExpertCrop(box=Box(x1=0.02 * n, y1=0, x2=1, y2=0.6 + 0.05 * n), score=5 - 0.5 * n)
            for n in range(7)
        )
        subject = Box(x1=0.4, y1=0.4, x2=0.6, y2=0.6)
        return LabelledPhoto(
            name=path.name, path=str(path), crops=crops, source="test", subject=subject
        )

    folder = tmp_path_factory.mktemp("index")
    by = LayoutDescriptor()
    made = Index.create(folder, by, name="builtin", dataset="test")
    build(made, by, list(entries_of(labelled(p) for p in photos[1:])))
    made.close()
    return folder


class Moving:
    """Answers with boxes that move a little with every round."""

    def __init__(self) -> None:
        self.round = -1

    def __call__(self, ask: Ask) -> dict[str, Any]:
        if ask.purpose == "locate":  # grounding's question for the subject
            return {"things": []}
        self.round += 1
        scored = "score" in json.dumps(ask.answer.model_json_schema())
        found = []
        for number in range(6 if scored else 5):
            x = 0.02 * number + 0.005 * self.round
            box = {"x1": x, "y1": 0.05, "x2": 0.8 + x / 2, "y2": 0.95}
            found.append({"score": 0.5, "box": box} if scored else {"box": box})
        return {"crops": found}


async def cropped(
    photo: Path, request: CropRequest, index: Path, *overrides: str, player: Any = None
) -> tuple[CropResult, list[Ask], MemoryTrace]:
    settings = RunSettings(recipe="cropper", overrides=overrides, index=str(index))
    trace, backend = MemoryTrace(), Scripted(player or Moving())
    context = build_parts(settings, recorder=trace, backend=backend)
    result = await run(photo, request, context)
    return result, [ask for ask in backend.asked if ask.purpose == "propose"], trace


def pictures(ask: Ask) -> int:
    return len(ask.pictures)


def examples_told(ask: Ask) -> list[Said]:
    parts = ask.messages[1].parts
    photo = next(n for n, part in enumerate(parts) if part == "The photograph to crop:")
    return [part for part in parts[:photo] if isinstance(part, Said)]


def crops_of(said: Said) -> list[dict[str, Any]]:
    crops: list[dict[str, Any]] = said.value.model_dump()["crops"]
    return crops


def centres(ask: Ask) -> list[Any]:
    parts = (part for part in ask.messages[1].parts if isinstance(part, Told))
    return [part.values["centre"] for part in parts if "centre" in part.values]


async def test_free_cropping_shows_31_then_37_pictures(photos: list[Path], index: Path) -> None:
    result, asked, trace = await cropped(photos[0], FREE, index)
    assert [pictures(ask) for ask in asked] == [31, 37, 37]
    assert {ask.temperature for ask in asked} == {0.05}
    told = examples_told(asked[0])
    assert len(told) == 30
    assert all([c["score"] for c in crops_of(p)] == [1.0, 0.9, 0.8, 0.7, 0.6] for p in told)
    parts = asked[0].messages[1].parts
    assert (
        parts[0]
        == "30 example photographs follow, with good crops by experts; then the photograph to crop."
    )
    for number in range(30):
        caption, picture, boxes = parts[1 + 3 * number : 4 + 3 * number]
        assert caption == f"Example {number + 1}:"
        assert isinstance(picture, Picture) and isinstance(boxes, Said)
        assert boxes.picture is picture and max(picture.size.width, picture.size.height) <= 512
    assert parts[91] == "The photograph to crop:" and parts[92] is asked[0].frame
    assert parts[93] == "Give 6 crops of this photograph, each with its score, best first."
    # A round repeats all that and appends picture, box and score of each candidate.
    again = asked[1].messages[1].parts
    assert list(again[:94]) == list(parts[:94])
    for number in range(6):
        caption, picture, boxes = again[94 + 3 * number : 97 + 3 * number]
        assert str(caption).startswith(f"Crop {number + 1}, its score is 0.")
        assert isinstance(picture, Picture) and isinstance(boxes, Said)
        assert boxes.picture is asked[1].frame and len(crops_of(boxes)) == 1
    assert str(again[-1]).endswith(
        "Give 6 similar crops that have a high score, in the same format."
    )
    assert result.report.crops[0].source == "scripted/script"
    assert [step.round for step in trace.steps if step.node == "scoring"] == [0, 1, 2]


async def test_free_cropping_takes_the_last_round(photos: list[Path], index: Path) -> None:
    result, _, _ = await cropped(photos[0], FREE, index)
    box = result.report.crops[0].box
    assert box.x1 % 0.02 == pytest.approx(0.01, abs=2e-3), "that of round 2"
    assert "of the last round" in result.report.crops[0].reasons[0]


async def test_the_answer_that_all_agree_on(photos: list[Path], index: Path) -> None:
    middle = {"x1": 0.2, "y1": 0.2, "x2": 0.8, "y2": 0.8}

    def player(ask: Ask) -> dict[str, Any]:
        boxes = [
            {**middle, "x1": 0.3},
            {**middle, "y2": 0.6},
            middle,
            {"x1": 0, "y1": 0, "x2": 1, "y2": 0.95},
        ]
        return {"crops": [{"score": 0.1, "box": box} for box in boxes]}

    faceless = next(photo for photo in photos if "coffee" in photo.name)
    result, _, _ = await cropped(faceless, FREE, index, "final=agreed", "L=1", player=player)
    assert result.report.crops[0].box.corners == pytest.approx((0.2, 0.2, 0.8, 0.8), abs=0.01)
    assert "agree" in result.report.crops[0].reasons[0]


async def test_ratio_cropping_tells_ratios(photos: list[Path], index: Path) -> None:
    result, asked, _ = await cropped(photos[0], SQUARE, index)
    assert pictures(asked[0]) == 11 and len(asked) == 3
    assert all([*one] == ["box"] for p in examples_told(asked[0]) for one in crops_of(p))
    texts = [part for part in asked[0].messages[1].parts if isinstance(part, str)]
    assert (
        texts[1].startswith("Example 1, aspect ratio ") and "the crop's aspect ratio is" in texts[1]
    )
    assert "with the aspect ratio 1:1" in texts[-1]
    pixels = result.report.crops[0].pixels.size
    assert pixels.width == pixels.height
    assert "of 3 rounds" in result.report.crops[0].reasons[0]


async def test_subject_cropping_gives_centres(photos: list[Path], index: Path) -> None:
    _, asked, _ = await cropped(photos[0], SUBJECT, index, "L=4")
    assert len(asked) == 5 and pictures(asked[0]) == 31
    told = centres(asked[0])
    assert len(told) == 31
    assert (told[0].x, told[0].y) == pytest.approx((0.5, 0.5))
    assert (told[-1].x, told[-1].y) == pytest.approx((0.4, 0.5))
    assert "different crops for the same subject" in str(asked[-1].messages[1].parts[-1])


async def test_a_subject_that_nobody_found_has_no_centre(photos: list[Path], index: Path) -> None:
    _, asked, _ = await cropped(photos[0], CropRequest(subjects=("boat",)), index, "L=1")
    assert len(asked) == 2 and pictures(asked[0]) == 31
    for ask in asked:
        assert not centres(ask)
        told = "\n".join(part for m in ask.messages for part in m.parts if isinstance(part, str))
        assert "centre" not in told
        assert "Where the subject lies in this photograph is not known" in told
    assert len(examples_told(asked[0])) == 30, "the crops alone"


async def test_a_found_subject_has_the_centre_that_was_found(
    photos: list[Path], index: Path
) -> None:
    class Finding(Moving):
        def __call__(self, ask: Ask) -> dict[str, Any]:
            if ask.purpose == "locate":
                box = {"x1": 0.6, "y1": 0.2, "x2": 0.8, "y2": 0.4}
                return {"things": [{"number": 1, "box": box}]}
            return super().__call__(ask)

    request = CropRequest(subjects=("boat",))
    _, asked, _ = await cropped(photos[0], request, index, "L=0", player=Finding())
    assert (centres(asked[0])[-1].x, centres(asked[0])[-1].y) == pytest.approx((0.7, 0.3))


async def test_the_centre_of_a_mask_is_told_not_that_of_its_box(
    photos: list[Path], index: Path
) -> None:
    request = SUBJECT.model_copy(update={"subject_centre": Point(x=0.3, y=0.6)})
    _, asked, _ = await cropped(photos[0], request, index, "L=0")
    assert centres(asked[0])[-1] == Point(x=0.3, y=0.6)


async def test_the_query_is_never_an_example(photos: list[Path], index: Path) -> None:
    _, _, trace = await cropped(photos[5], FREE, index, "S=44", "L=0")
    (step,) = [step for step in trace.steps if step.node == "retrieval"]
    assert any("near-duplicates" in note for note in step.notes)
    assert photos[5].name not in str(step.outputs)


async def test_sheets_hold_examples_where_slots_are_few(photos: list[Path], index: Path) -> None:
    _, asked, _ = await cropped(photos[0], FREE, index, "slots=9", "L=1")
    assert [pictures(ask) for ask in asked] == [9, 9]
    assert len(examples_told(asked[0])) == len(examples_told(asked[1])) == 30
    first = asked[0].messages[1].parts
    assert str(first[1]).startswith("Contact sheet with the examples 1 to 4")
    assert isinstance(first[2], Picture) and first[2].size.width > 800


async def test_the_least_similar_examples_go_first_and_the_trace_says_so(
    photos: list[Path], index: Path
) -> None:
    _, asked, trace = await cropped(photos[0], FREE, index, "tokens=4000", "L=0")
    _, whole, _ = await cropped(photos[0], FREE, index, "L=0")
    kept, every = examples_told(asked[0]), examples_told(whole[0])
    assert 5 < len(kept) < 30
    assert [p.picture for p in kept] == [p.picture for p in every[: len(kept)]]
    (step,) = [step for step in trace.steps if step.node == "proposal"]
    assert any(f"{30 - len(kept)} of 30 examples were left out" in note for note in step.notes)


async def test_it_stops_early_when_told_to(photos: list[Path], index: Path) -> None:
    def same(ask: Ask) -> dict[str, Any]:
        return {"crops": [{"score": 1, "box": {"x1": 0, "y1": 0, "x2": 0.8, "y2": 0.9}}]}

    _, asked, _ = await cropped(photos[0], FREE, index, "L=5", "stop_early=true", player=same)
    assert len(asked) == 2
    _, asked, _ = await cropped(photos[0], FREE, index, "L=5", player=same)
    assert len(asked) == 6


async def test_a_model_that_fails_leaves_a_crop_and_a_failure(
    photos: list[Path], index: Path
) -> None:
    def refuses(ask: Ask) -> ScriptedAnswer:
        return ScriptedAnswer(status=Status.REFUSED, reason="No.")

    result, _, _ = await cropped(photos[0], FREE, index, player=refuses)
    assert result.report.crops[0].box
    assert "refused" in {failure.status for failure in result.report.failures}


async def test_without_an_index_it_says_so(photos: list[Path], tmp_path: Path) -> None:
    context = build_parts(RunSettings(recipe="cropper", trace=False), backend=Scripted(Moving()))
    with pytest.raises(UsageError, match="needs an index"):
        await run(photos[0], FREE, context)


async def test_with_tools_the_model_calls_before_it_answers(
    photos: list[Path], index: Path
) -> None:
    moving, box = Moving(), {"x1": 0.1, "y1": 0.1, "x2": 0.9, "y2": 0.9}

    def player(ask: Ask) -> Any:
        if not ask.tools:
            return moving(ask)
        if any(isinstance(part, Called) for m in ask.messages for part in m.parts):
            return ScriptedAnswer()
        value = OneBox.model_validate({"box": box})
        call = ToolCall(id="c", name="show_crop", arguments=value.model_dump_json(), value=value)
        return ScriptedAnswer(tool_calls=(call,))

    settings = RunSettings(recipe="cropper", overrides=("L=1",), index=str(index), agentic=True)
    trace, backend = MemoryTrace(), Scripted(player)
    parts = build_parts(settings, recorder=trace, backend=backend)
    result = await run(photos[0], FREE, parts)
    assert [ask.purpose for ask in backend.asked] == [
        "propose with tools", "propose with tools", "propose",
    ] * 2  # fmt: skip
    assert {ask.temperature for ask in backend.asked} == {0.05}
    first, second, answer = backend.asked[:3]
    assert pictures(first) == 31 and pictures(second) == 32
    assert len(examples_told(answer)) == 30 and not answer.tools
    assert str(first.messages[0].parts[0]) == str(answer.messages[0].parts[0])
    assert "you may use tools" in str(first.messages[1].parts[-1])
    crop = result.report.crops[0]
    assert crop.source == "scripted/script" and "of the last round" in crop.reasons[0]
    assert [t.name for s in trace.steps for t in s.tools] == ["show_crop", "show_crop"]
    assert not [note for note in result.report.notes if "agentic" in note]
