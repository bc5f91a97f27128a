"""Cut-outs and animations through the whole graph: the crop is about what the file shows."""

from pathlib import Path

import pytest
from PIL import Image

from cropsmith import crop
from tests.moving import ACTOR, cutout, encoded, scene

PLACES = [(20, 280, 220, 390), (560, 20, 780, 180), (300, 100, 420, 330)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("ratio", ["1:1", "9:16", "3:1"])
def test_the_object_of_a_cut_out_is_whole_whatever_colour_is_hidden(
    place: tuple[int, int, int, int], ratio: str
) -> None:
    made = [
        crop(cutout(place, (800, 400), hidden), ratio=ratio, trace=False)
        for hidden in ((0, 0, 0), (255, 0, 255))
    ]
    left, top, right, bottom = made[0].pixels
    assert made[0].pixels == made[1].pixels
    assert "The cut-out is the subject." in made[0].report.notes
    width, height = place[2] - place[0], place[3] - place[1]
    wide, high = (float(side) for side in ratio.split(":"))
    if width <= 400 * wide / high and height <= 800 * high / wide:
        assert left <= place[0] and top <= place[1] and right >= place[2] and bottom >= place[3]
    else:
        assert len(made[0].report.notes) > 1, "what had to yield is said"


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
@pytest.mark.parametrize("corner", [(0, 0), (520, 320)])
def test_what_moves_stays_in_every_frame(format: str, corner: tuple[int, int]) -> None:
    way = 100 if corner[0] == 0 else -100
    frames = [scene((corner[0] + way * n // 11, corner[1])) for n in range(12)]
    made = crop(encoded(frames, format), ratio="1:1", trace=False)
    left, top, right, bottom = made.pixels
    slack = 12  # a cell of the map of changes
    places = sorted((corner[0], corner[0] + way))
    assert left <= places[0] + slack and right >= places[1] + ACTOR - slack
    assert top <= corner[1] + slack and bottom >= corner[1] + ACTOR - slack
    assert "Looked at 8 of 12 frames." in made.report.notes


def test_a_black_first_frame_decides_nothing() -> None:
    still = scene()
    black = Image.new("RGB", still.size)
    data = encoded([black, *(Image.blend(black, still, s / 5) for s in range(1, 6))], "PNG")
    assert (
        crop(data, ratio="1:1", trace=False).pixels == crop(still, ratio="1:1", trace=False).pixels
    )


def test_a_plain_photo_has_no_note(photos: Path) -> None:
    assert crop(photos / "coffee.jpg", ratio="1:1", trace=False).report.notes == ()
