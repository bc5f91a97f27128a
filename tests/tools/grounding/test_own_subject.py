"""A file's own subject: a cut-out's object, what moves in an animation."""

from cropsmith.tools.grounding.own_subject import own_notes, own_subject, with_own_subject
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box
from tests.moving import cutout, encoded, scene

DOG = Evidence(
    kind=EvidenceKind.SUBJECT, box=Box(x1=0, y1=0, x2=0.2, y2=0.2), source="owl", phrase="dog"
)


def moving() -> View:
    return View(open_photo(encoded([scene((20 + 4 * n, 300)) for n in range(20)], "GIF")))


def cut_out() -> View:
    return View(open_photo(cutout((520, 180, 780, 390), (800, 400), (0, 0, 0))))


def test_a_cut_out_is_its_opaque_object() -> None:
    own = own_subject(cut_out())
    assert own is not None and own.source == "alpha" and own.confidence == 1
    assert own.box.contains(Box(x1=0.66, y1=0.46, x2=0.97, y2=0.97))
    assert own.middle.x > 0.8


def test_an_animation_is_about_what_moves() -> None:
    view = moving()
    own = own_subject(view)
    assert own is not None and own.source == "motion"
    assert own.box.contains(Box(x1=0.05, y1=0.77, x2=0.28, y2=0.93))
    notes = own_notes(view, with_own_subject(Grounding(), view))
    assert notes[0] == "Looked at 8 of 20 frames." and "moves" in notes[1]


def test_a_plain_photo_has_none() -> None:
    view = View(open_photo(scene()))
    assert own_subject(view) is None and own_notes(view, Grounding()) == ()
    assert with_own_subject(Grounding(), view) == Grounding()


def test_what_was_named_and_found_goes_before_it() -> None:
    found = Grounding(found=(DOG,))
    assert with_own_subject(found, cut_out()) == found
    unwanted = DOG.model_copy(update={"kind": EvidenceKind.AVOID})
    with_own = with_own_subject(Grounding(found=(unwanted,)), cut_out())
    assert [one.kind for one in with_own.found] == [EvidenceKind.AVOID, EvidenceKind.SUBJECT]


def test_a_frame_that_cannot_be_decoded_is_told() -> None:
    data = encoded([scene((10 * n, 100)) for n in range(16)], "GIF")
    view = View(open_photo(data[: len(data) * 2 // 3]))
    assert any("cannot be decoded" in note for note in own_notes(view, Grounding()))
