"""From an intent to evidence: found, missing, guessed; never the whole photo."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cropsmith.tools.grounding.detection import Confidences, Detections
from cropsmith.tools.grounding.ground import REFERENCE, Sources, ground, ground_batch
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box, Boxes
from cropsmith.tools.schema.request import Intent, Phrase, Target

WOMAN, UMBRELLA, CAR, FAR = (
    (0.1, 0.3, 0.3, 0.9),
    (0.05, 0.2, 0.4, 0.4),
    (0.6, 0.6, 0.9, 0.9),
    (
        0.7,
        0.1,
        0.8,
        0.2,
    ),
)


class Labelled:
    """A detector that knows where things are; everything else scores 0.02."""

    name = "labelled"
    threshold = 0.1

    def __init__(self, scores: dict[str, list[float]]) -> None:
        self.boxes = np.array([WOMAN, UMBRELLA, CAR, FAR])
        self.scores = scores

    def by_text(
        self, views: Sequence[View], queries: Sequence[Sequence[str]]
    ) -> Sequence[Detections]:
        return [
            Detections(self.boxes, np.array([self.scores.get(t, [0.02] * 4) for t in each]).T)
            for each in queries
        ]

    def by_picture(self, view: View, reference: NDArray[np.uint8]) -> Detections:
        score = 0.9 if reference.mean() > 100 else 0.01
        return Detections(self.boxes, np.array([[0.0], [0.0], [score], [0.0]]))


def best(phrase: Phrase, boxes: Boxes, scores: Confidences) -> list[int]:
    """One thing: the best scored; as many as counted otherwise."""
    return list(np.argsort(-scores)[: phrase.count or 1])


@pytest.fixture
def view(photos: Path) -> View:
    return View(open_photo(photos / "astronaut.jpg"))


def wanting(*subjects: str, avoid: Sequence[str] = (), box: Box | None = None) -> Intent:
    return Intent(
        task="subject",
        targets=(Target(),),
        subjects=tuple(Phrase(text=s, head=s) for s in subjects),
        avoid=tuple(Phrase(text=s, head=s) for s in avoid),
        subject_box=box,
    )


def test_the_thing_is_united_with_what_it_carries(view: View) -> None:
    detector = Labelled(
        {
            "woman with the red umbrella": [0.5, 0.2, 0.01, 0.01],
            "woman": [0.6, 0.01, 0.01, 0.01],
            "red umbrella": [0.02, 0.7, 0.01, 0.3],
        }
    )
    grounding = ground(
        view, wanting("woman with the red umbrella"), Sources(detector=detector, resolve=best)
    )
    (found,) = grounding.found
    assert found.box.corners == pytest.approx((0.05, 0.2, 0.4, 0.9))
    assert found.kind is EvidenceKind.SUBJECT and found.confidence == pytest.approx(0.6)
    assert grounding.missing == () and grounding.guesses == ()


def test_exclusions_are_found_as_such(view: View) -> None:
    detector = Labelled({"woman": [0.6, 0, 0, 0], "car": [0, 0, 0.8, 0]})
    grounding = ground(
        view, wanting("woman", avoid=["car"]), Sources(detector=detector, resolve=best)
    )
    assert [(e.kind, e.box.corners) for e in grounding.found] == [
        (EvidenceKind.SUBJECT, WOMAN),
        (EvidenceKind.AVOID, CAR),
    ]


def test_nothing_found_is_said_with_the_nearest_guess(view: View) -> None:
    detector = Labelled({"giraffe": [0.01, 0.02, 0.05, 0.01]})
    grounding = ground(view, wanting("giraffe"), Sources(detector=detector, resolve=best))
    assert grounding.found == () and grounding.missing == ("giraffe",)
    (guess,) = grounding.guesses
    assert guess.box.corners == CAR and guess.confidence == pytest.approx(0.05)


def test_without_a_detector_what_stands_out_is_only_a_guess(view: View) -> None:
    salient = Evidence(kind=EvidenceKind.SALIENT, box=Box.of(FAR), source="saliency")
    grounding = ground(view, wanting("giraffe"), Sources(evidence=[salient], resolve=best))
    assert grounding.found == () and grounding.missing == ("giraffe",)
    assert [(g.source, g.box.corners) for g in grounding.guesses] == [("saliency", FAR)]


def test_a_face_is_the_nearest_guess_for_a_person(view: View) -> None:
    salient = Evidence(kind=EvidenceKind.SALIENT, box=Box.of(FAR), source="saliency")
    face = Evidence(kind=EvidenceKind.FACE, box=Box.of(WOMAN), source="haar")
    sources = Sources(evidence=[salient, face], resolve=best)
    grounding = ground(view, wanting("woman with an umbrella", "umbrella"), sources)
    assert grounding.found == ()
    assert [(g.phrase, g.source) for g in grounding.guesses] == [
        ("woman with an umbrella", "haar"),
        ("umbrella", "saliency"),
    ]


def test_duplicates_of_one_thing_do_not_count_as_two(view: View) -> None:
    detector = Labelled({"dogs": [0.6, 0.0, 0.5, 0.0]})
    shifted = (0.11, 0.3, 0.31, 0.9)
    detector.boxes = np.array([WOMAN, shifted, CAR, FAR])
    detector.scores["dogs"] = [0.6, 0.55, 0.5, 0.0]
    intent = wanting("dogs").model_copy(
        update={"subjects": (Phrase(text="two dogs", head="dogs", count=2),)}
    )
    grounding = ground(view, intent, Sources(detector=detector, resolve=best))
    assert [e.box.corners for e in grounding.found] == [WOMAN, CAR]


def test_the_vlms_boxes_are_another_source(view: View) -> None:
    detector = Labelled({"woman": [0.6, 0, 0, 0]})
    told = Evidence(
        kind=EvidenceKind.SUBJECT, box=Box.of((0.1, 0.3, 0.3, 0.8)), source="vlm/m", phrase="woman"
    )
    sources = Sources(detector=detector, others=[told], resolve=best)
    (found,) = ground(view, wanting("woman"), sources).found
    assert found.source == "labelled" and found.agreement == pytest.approx(5 / 6)
    alone = Sources(detector=Labelled({}), others=[told], resolve=best)
    grounding = ground(view, wanting("woman"), alone)
    assert [(e.source, e.agreement) for e in grounding.found] == [("vlm/m", 0.0)]


def test_the_persons_box_is_believed_whoever_disagrees(view: View) -> None:
    detector = Labelled({"woman": [0.6, 0, 0, 0]})
    intent = wanting("woman", box=Box.of(FAR))
    (found,) = ground(view, intent, Sources(detector=detector, resolve=best)).found
    assert (found.source, found.box.corners, found.agreement) == ("user", FAR, 0.0)
    (bare,) = ground(view, wanting(box=Box.of(FAR)), Sources(resolve=best)).found
    assert (bare.source, bare.agreement) == ("user", None)


def test_a_reference_picture_is_a_query(view: View) -> None:
    bright, dark = (np.full((20, 30, 3), v, np.uint8) for v in (200, 20))
    sources = Sources(detector=Labelled({}), reference=bright, resolve=best)
    (found,) = ground(view, wanting(), sources).found
    assert found.box.corners == CAR and found.phrase == REFERENCE
    unlike = ground(view, wanting(), Sources(detector=Labelled({}), reference=dark, resolve=best))
    assert unlike.found == () and unlike.missing == (REFERENCE,)
    assert unlike.guesses[0].box.corners == CAR
    blind = ground(view, wanting(), Sources(reference=bright, resolve=best))
    assert blind.missing == (REFERENCE,)


def test_faces_answer_for_faces(view: View) -> None:
    face = Evidence(kind=EvidenceKind.FACE, box=Box.of(FAR), source="haar", confidence=0.9)
    (found,) = ground(view, wanting("her face"), Sources(evidence=[face], resolve=best)).found
    assert found.kind is EvidenceKind.SUBJECT and found.box.corners == FAR


def test_the_text_is_all_its_lines(view: View) -> None:
    lines = [
        Evidence(kind=EvidenceKind.TEXT, box=Box(x1=0.1, y1=y, x2=0.5, y2=y + 0.05), source="eyes")
        for y in (0.1, 0.2)
    ]
    found = ground(view, wanting(avoid=("text",)), Sources(evidence=lines)).found
    assert [(e.kind, e.box) for e in found] == [(EvidenceKind.AVOID, e.box) for e in lines]


def test_a_batch_equals_one_by_one(view: View) -> None:
    sources = Sources(detector=Labelled({"woman": [0.6, 0, 0, 0]}), resolve=best)
    intents = [wanting("woman"), wanting("giraffe", avoid=["woman"])]
    assert ground_batch([view, view], intents, sources) == [
        ground(view, intent, sources) for intent in intents
    ]


def test_nobody_is_left_out_on_a_guess(photos: Path, tmp_path: Path) -> None:
    with Image.open(photos / "astronaut.jpg") as astronaut:
        both = Image.new("RGB", (2 * astronaut.width, astronaut.height))
        both.paste(astronaut, (0, 0))
        both.paste(ImageOps.mirror(astronaut), (astronaut.width, 0))
    both.save(tmp_path / "both.jpg")
    two = View(open_photo(tmp_path / "both.jpg"))
    without = ground(two, wanting(avoid=["woman"]), Sources(offline=True))
    assert not without.found and without.unsure == ("woman",)
    assert any("cannot be told" in note for note in without.told)
    about = ground(two, wanting("woman"), Sources(offline=True))
    assert about.found[0].guessed and about.found[0].label == "person"


def test_the_face_of_somebody_is_the_face_found_on_them(view: View) -> None:
    (face,) = view.sight.faces
    elsewhere = face.model_copy(update={"box": Box.of(FAR)})
    sources = Sources(offline=True, evidence=[elsewhere, face])
    grounding = ground(view, wanting("face of the woman"), sources)
    assert [(one.phrase, one.box) for one in grounding.found] == [("face of the woman", face.box)]
    assert not grounding.told and not grounding.missing


def test_who_shows_no_face_is_meant_whole_and_that_is_told(view: View) -> None:
    grounding = ground(view, wanting("face of the woman"), Sources(offline=True))
    (found,) = grounding.found
    assert found.label == "person" and found.box.height > 0.8
    assert grounding.told == ("No face was found there: the whole woman is meant.",)
