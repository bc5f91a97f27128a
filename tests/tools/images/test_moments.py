"""Animations are looked at over their frames."""

import io

import numpy as np
import pytest
from PIL import Image

from cropsmith.tools.images import moments
from cropsmith.tools.images.moments import MOST, spread
from cropsmith.tools.images.photo import LOOK_SIDE, open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.schema.geometry import PixelBox
from tests.moving import STAGE, encoded, scene

BLACK = Image.new("RGB", STAGE)
HELD = 12


def fading(frames: int = HELD) -> list[Image.Image]:
    shares = np.linspace(0, 1, frames)
    return [Image.blend(BLACK, scene(), float(share)) for share in shares]


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_a_fade_in_is_seen_as_what_it_comes_to(format: str) -> None:
    photo = open_photo(encoded(fading(), format))
    seen = photo.moments
    assert seen is not None and (seen.looked, seen.frames, seen.shown) == (MOST, HELD, HELD - 1)
    full = open_photo(scene()).pixels(LOOK_SIDE).astype(float)
    for side in (LOOK_SIDE, 5000):
        looked = np.asarray(Image.fromarray(photo.pixels(side)).resize((320, 213)))
        assert np.abs(looked - full).mean() < 8, "a GIF has 256 colours"
    assert 1 < len(seen.looks) < MOST, "the black first frame is left out"
    assert all(look.std() > 2 for look in seen.looks)


def test_a_frame_in_the_middle_is_decoded_in_full_as_it_was_looked_at() -> None:
    frames = [BLACK, Image.new("RGB", STAGE, "white"), scene(), BLACK]
    photo = open_photo(encoded([f.resize((2400, 1600)) for f in frames], "WEBP", quality=90))
    assert photo.moments is not None and photo.moments.shown == 2
    assert photo.pixels(2400).shape == (1600, 2400, 3)
    assert photo.pixels(2400).mean() == pytest.approx(photo.pixels(LOOK_SIDE).mean(), abs=2)
    assert photo.pixels(2400).std() > 30


def test_one_picture_of_an_animation_is_the_one_that_shows_the_most() -> None:
    photo = open_photo(encoded(fading(), "GIF"))
    made = render(photo, PixelBox(left=0, top=0, right=300, bottom=300), format="JPEG")
    with Image.open(io.BytesIO(made.data)) as still:
        assert np.asarray(still).mean() > 50
    assert "Only frame 12 is kept" in made.notes[0]


def test_the_first_frame_stands_where_it_shows_about_as_much() -> None:
    moving = open_photo(encoded([scene((20 + 9 * n, 280)) for n in range(20)], "PNG")).moments
    assert moving is not None and moving.shown == 0


def test_all_blank_is_still_a_photo() -> None:
    frames = [Image.new("RGB", STAGE, (level, level, level)) for level in (0, 1, 2)]
    photo = open_photo(encoded(frames, "PNG"))
    assert photo.moments is not None
    assert photo.moments.shown == 0 and len(photo.moments.looks) == 1


def test_stills_and_pages_are_no_animations() -> None:
    assert open_photo(scene()).moments is None
    assert open_photo(encoded([scene(), BLACK], "TIFF")).moments is None
    assert open_photo(encoded([scene()], "GIF")).moments is None


def test_no_more_is_decoded_than_a_photo_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROPSMITH_SANDBOX", "off")  # where the limit can be changed
    monkeypatch.setattr(moments, "MAX_PIXELS", 5 * STAGE[0] * STAGE[1])
    seen = open_photo(encoded(fading(), "GIF")).moments
    assert seen is not None and (seen.reached, seen.looked, seen.frames) == (5, 5, HELD)
    assert seen.shown == 4


def test_a_damaged_frame_ends_the_looking_and_is_told() -> None:
    data = encoded([scene((10 * n, 100)) for n in range(16)], "GIF")
    seen = open_photo(data[: len(data) * 2 // 3]).moments
    assert seen is not None and seen.damaged is not None
    assert 1 <= seen.looked < MOST and len(seen.looks) == seen.looked


def test_a_frame_that_overruns_the_canvas_is_passed_over() -> None:
    ramp = Image.linear_gradient("L")
    small, large = (encoded([ramp.resize((side, side))], "GIF") for side in (40, 60))
    colours = 13 + 3 * 2 ** ((large[10] & 7) + 1)  # the header, and its table of colours
    photo = open_photo(small[:-1] + large[colours:])
    assert photo.moments is not None
    assert (photo.moments.frames, photo.moments.looked, photo.size.width) == (2, 1, 40)


@pytest.mark.parametrize("frames", [1, 2, 7, 8, 9, 100, 5000])
def test_looks_are_spread_over_all_frames(frames: int) -> None:
    numbers = list(spread(frames))
    assert numbers[0] == 0 and numbers[-1] == frames - 1
    assert len(set(numbers)) == len(numbers) == min(frames, MOST)
    steps = np.diff(numbers)
    assert len(numbers) < 2 or steps.max() - steps.min() <= 1


def test_a_cut_out_that_moves_is_its_whole_way() -> None:
    frames = []
    for left in (20, 100, 180):
        frame = Image.new("RGBA", STAGE)
        frame.paste(scene().crop((200, 100, 280, 180)), (left, 300))
        frames.append(frame)
    found = open_photo(encoded(frames, "PNG", disposal=1)).cutout
    assert found is not None
    assert found.box.x1 == pytest.approx(20 / 600, abs=0.01)
    assert found.box.x2 == pytest.approx(260 / 600, abs=0.01)
