"""The hard constraints of a target, on a real photo."""

from dataclasses import replace
from pathlib import Path

from cropsmith import crop
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.nodes.proposal import rules_for, solved
from cropsmith.agents.sources.source import draft
from cropsmith.tools.constraints.clutter import CalmSide
from cropsmith.tools.constraints.from_intent import check_all
from cropsmith.tools.constraints.solver import solve
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.language import understand
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import CropRequest


def brief(photo: Path, words: str, box: Box) -> Brief:
    view = View(open_photo(photo))
    intent = understand(CropRequest(text=words), view.size)
    seen = Evidence(kind=EvidenceKind.SUBJECT, box=box, source="owlvit", phrase="man")
    return Brief(
        view=view,
        intent=intent,
        target=intent.targets[0],
        target_index=0,
        analysis=None,
        grounding=Grounding(found=(seen,)),
        evidence=(),
    )


def test_copy_space_is_free_and_calm_in_the_final_pixels(photos: Path) -> None:
    words = "the man, square, room on the left for a title"
    one = brief(photos / "camera.jpg", words, Box(x1=0.3, y1=0.5, x2=0.6, y2=0.8))
    rules = rules_for(one)
    assert not rules.notes
    assert any(isinstance(rule, CalmSide) for rule in rules.constraints)
    pixels = solve(Box.whole(), one.target, rules.constraints, one.view.size)
    assert all(check.ok for check in check_all(pixels, rules.constraints))


def test_what_does_not_fit_yields_and_is_noted(photos: Path) -> None:
    words = "the man, 9:16"
    one = brief(photos / "camera.jpg", words, Box(x1=0.1, y1=0.5, x2=0.9, y2=0.8))
    rules = rules_for(one)
    assert rules.notes == ("9:16 is too narrow for the man: the middle is kept.",)
    pixels = solve(Box.whole(), one.target, rules.constraints, one.view.size)
    assert pixels.size.width * 16 == pixels.size.height * 9


def test_a_margin_round_nothing_is_told(photos: Path) -> None:
    said = "No named subject was found, so no margin could be left round it."
    named = brief(
        photos / "camera.jpg", "the man, margin of 10%", Box(x1=0.3, y1=0.5, x2=0.6, y2=1)
    )
    nameless = replace(named, grounding=Grounding())
    assert named.intent.margin
    assert said not in rules_for(named).notes and said in rules_for(nameless).notes


def test_what_a_truncated_file_lacks_is_kept_out_of_the_crop(photos: Path, tmp_path: Path) -> None:
    data = (photos / "coffee.jpg").read_bytes()
    half = tmp_path / "half.jpg"
    half.write_bytes(data[: len(data) // 2])
    for words in ("", "square"):
        result = crop(half, words, trace=False)
        missing = result.photo.missing
        assert missing is not None and result.box.overlap(missing) == 0
        assert "The missing part is kept out of the crop." in result.notes
        assert not any("empty space at the bottom" in reason for reason in result.reasons)


def test_what_the_rules_cut_of_the_original_is_its_centre(photos: Path) -> None:
    for words, source in (("the man", "original"), ("the man, room on the left", "centre")):
        one = brief(photos / "camera.jpg", words, Box(x1=0.3, y1=0.5, x2=0.6, y2=0.8))
        whole = draft(one, Box.whole(), "original")
        (found,) = solved(one, [whole], rules_for(one).constraints)
        assert found.provenance.source == source
        assert (found.box == Box.whole()) is (source == "original")
