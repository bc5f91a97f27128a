"""Results in words, for the terminal."""

from pathlib import Path

import cropsmith
from cropsmith.batch.telling import chosen, told
from cropsmith.tools.schema.result import Verdict


def test_odds_of_a_photo_that_is_left_alone_speak_of_what_was_proposed(photo: Path) -> None:
    framed = cropsmith.crop(photo).report.crops[0]
    said = {
        verdict: " ".join(chosen(framed.model_copy(update={"verdict": verdict}), free=True))
        for verdict in (Verdict.KEEP, Verdict.CROP)
    }
    assert "nearer to the crop that was proposed than to the photo" in said[Verdict.KEEP]
    assert "nearer to the crop than to the photo" in said[Verdict.CROP]


def test_the_first_line_names_the_photo_and_its_size(photo: Path) -> None:
    result = cropsmith.crop(photo, "square", straighten=2)
    size = result.report.image
    assert size.width < 512
    assert told(result)[0] == f"astronaut.jpg  {size.width} x {size.height} once straightened"
    assert told(result, "a/b.jpg")[0].startswith("a/b.jpg  ")
