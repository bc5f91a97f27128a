"""What `crop()` takes, what it refuses in one sentence, and what it gives back."""

import io
import json
import pickle
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cropsmith import Box, CropRequest, CropResult, CropsmithError, Ratio, crop
from cropsmith.agents.backends.providers.scripted import Scripted
from cropsmith.api import request_from
from cropsmith.errors import (
    ArgumentError,
    Infeasible,
    MissingExtra,
    OutputError,
    UsageError,
)
from cropsmith.tools.language import understand
from cropsmith.tools.schema.geometry import Size
from tests.agents.conftest import player
from tests.photos import read_photo

NAN, INFINITY = float("nan"), float("inf")


def _named(one: object) -> str:
    return re.sub(" at 0x.*", "", str(one) or repr(one))[:40]  # the same in every process


@pytest.fixture
def photo(photos: Path) -> bytes:
    return (photos / "astronaut.jpg").read_bytes()


@pytest.mark.parametrize("opened", [io.BytesIO, lambda data: io.BufferedReader(io.BytesIO(data))])
def test_an_open_file_is_a_photo(photo: bytes, opened: Callable[[bytes], Any]) -> None:
    file = opened(photo)
    file.read(100)  # where someone stopped reading is not where the photo begins
    assert crop(file, ratio="1:1", trace=False).pixels == crop(photo, ratio="1:1").pixels


def test_a_file_on_the_disk_keeps_its_name_and_is_never_overwritten(photos: Path) -> None:
    path = photos / "astronaut.jpg"
    with path.open("rb") as file:
        result = crop(file, "square", trace=False)
    assert result.report.source == "astronaut.jpg"
    with pytest.raises(CropsmithError, match="never overwritten"):
        result.save(path, force=True)


@pytest.mark.parametrize(
    ("given", "ratio"),
    [
        ((4, 5), "4:5"),
        ((1.91, 1), "191:100"),
        (np.array([4, 5]), None),
        (1.7777, "16:9"),
        (16 / 9, "16:9"),
        (1, "1:1"),
        (np.float32(1.5), "3:2"),
        ("0.8", "4:5"),
        ("1.7777", "16:9"),
        ("16x9", "16:9"),
        (Ratio(width=8, height=10), "8:10"),
    ],
)
def test_a_ratio_is_written_in_many_ways(photo: bytes, given: Any, ratio: str | None) -> None:
    if ratio is None:  # one shape or two?
        with pytest.raises(ArgumentError, match="one shape or two"):
            crop(photo, ratio=given)
        return
    result = crop(photo, ratio=given, trace=False)
    assert str(result.intent.targets[0].ratio) == str(Ratio.parse(ratio))
    left, top, right, bottom = result.pixels
    assert abs((right - left) / (bottom - top) - Ratio.parse(ratio).value) < 0.01


def test_several_ratios_are_a_list(photo: bytes) -> None:
    result = crop(photo, ratio=[(4, 5), "1:1", 1.5], trace=False)
    assert [str(c.target.ratio) for c in result.crops] == ["4:5", "1:1", "3:2"]


@pytest.mark.parametrize("size", ["300x400", (300, 400), [300, 400], np.array([300, 400])])
def test_a_size_is_text_or_a_pair(photo: bytes, size: Any) -> None:
    assert crop(photo, size=size, trace=False).image.size == (300, 400)


@pytest.mark.parametrize(
    "zone",
    [(0, 0, 0.4, 1), [0, 0, 0.4, 1], "0,0,0.4,1", np.array([0, 0, 0.4, 1]), [(0, 0, 0.4, 1)]],
)
def test_a_box_is_four_numbers(photo: bytes, zone: Any) -> None:
    result = crop(photo, keep_out=zone, trace=False)
    assert result.intent.keep_out == (Box(x1=0, y1=0, x2=0.4, y2=1),)
    assert result.box.x1 >= 0.4 - 1e-9


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"n": 0}, "n must be 1 to 20, not 0."),
    ({"n": 500}, "n must be 1 to 20, not 500."),
    ({"n": "3"}, "n must be 1 to 20, not '3'."),
    ({"n": True}, "n must be 1 to 20, not True."),
    ({"n": 2.5}, "n must be 1 to 20"),
    ({"margin": -1}, "margin must be a number from 0 to 1, not -1."),
    ({"ratio": 10**400}, "ratio must be a shape, not 1000"),
    ({"margin": NAN}, "margin must be a number from 0 to 1, not nan."),
    ({"margin": "wide"}, "margin must be"),
    ({"ratio": ""}, "'' is not a shape"),
    ({"ratio": NAN}, "ratio must be a shape"),
    ({"ratio": (0, 5)}, "ratio must be a shape"),
    ({"ratio": object()}, "ratio must be a shape"),
    ({"ratio": 1000}, "too extreme"),
    ({"ratio": "1e999999999"}, "is not a shape"),
    ({"ratio": Ratio(width=10**9, height=1)}, "is not a ratio"),
    ({"size": "big"}, "size must be WIDTHxHEIGHT in pixels, not 'big'."),
    ({"size": (10.5, 3)}, "size must be"),
    ({"size": (INFINITY, 1)}, "size must be"),
    ({"size": (1, 10**12)}, "size must be"),
    ({"min_size": 5}, "min_size must be"),
    ({"subject": ""}, "subject must be words, not ''."),
    ({"avoid": ["the car", 5]}, "avoid must be words, not 5."),
    ({"keep": "yes"}, "keep must be True or False, not 'yes'."),
    ({"upscale": 3}, "upscale must be True or False"),
    ({"subject_box": (10, 10, 50, 50)}, "Divide pixels by the photo's width and height."),
    ({"subject_box": (0.5, 0.5, 0.2, 0.2)}, "subject_box must be a box"),
    ({"subject_box": (NAN, 0, 1, 1)}, "subject_box must be a box"),
    ({"keep_out": 5}, "keep_out must be a box"),
    ({"keep_out": [(0, 0, 1)]}, "keep_out must be a box"),
    ({"never_cut": ["hats"]}, "never_cut must be faces, text, people or subject, not 'hats'."),
    ({"copy_space": "up"}, "copy_space must be left, right, top or bottom, not 'up'."),
    ({"tightness": "silly"}, "tightness must be"),
    ({"subject_mask": 5}, "subject_mask must be"),
    ({"subject_mask": ""}, "subject_mask must be"),
    ({"subject_photo": 5}, "A photo cannot be opened from a int"),
    ({"text": 5}, "text must be text, not 5."),
    ({"ration": "4:5"}, "crop() has no argument 'ration'. Did you mean ratio?"),
    ({"effort": "silly"}, "effort must be quick, standard or thorough, not 'silly'."),
    ({"timeout": -1}, "timeout must be a number above 0, not -1."),
    ({"timeout": NAN}, "timeout must be a number above 0, not nan."),
    ({"seed": -1}, "seed must be a whole number of 0 or more, not -1."),
    ({"temperature": 9}, "temperature must be a number from 0 to 2, not 9."),
    ({"detector": "/etc"}, "detector must be owlvit, owlv2"),
    ({"detector": "silly"}, "detector must be"),
    ({"server": "silly"}, "server must be an address"),
    ({"scorer_server": "http://"}, "scorer_server must be an address"),
    ({"recipe": "silly"}, "There is no recipe 'silly'."),
    ({"overrides": ("Z=1",)}, "A recipe has no 'Z'."),
    ({"index": "silly"}, "There is no index"),
    ({"model": "silly"}, "is not a model that cropsmith knows."),
    ({"model": 5}, "model must be text, not 5."),
    ({"trace": "sometimes"}, "trace must be true or false"),
    ({"request": "square"}, "request= takes a CropRequest."),
    ({"request": CropRequest(), "n": 2}, "not both"),
    ({"settings": {"effort": "quick"}}, "settings= takes a RunSettings."),
    ({"backend": "scripted/x"}, "backend= takes an object"),
    ({"backend": Scripted([]), "server": "http://127.0.0.1:1/v1"}, "its own server"),
]


@pytest.mark.parametrize(
    ("wish", "told"), FAULTS, ids=lambda one: re.sub(" at 0x.*", "", str(one))[:40]
)
def test_a_fault_of_the_caller_is_one_sentence(wish: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as fault:
        crop("there is no such photo.jpg", **wish)
    assert told in str(fault.value)
    assert "\n" not in str(fault.value) and "--" not in str(fault.value)
    shown = "".join(traceback.format_exception(fault.value))
    assert "During handling of the above exception" not in shown


@pytest.mark.parametrize(
    "photo",
    [None, 5, True, "", b"", [], object(), io.BytesIO(b""), io.StringIO("a"), np.zeros((2, 2, 2))],
    ids=_named,
)
def test_what_is_no_photo_is_refused(photo: object) -> None:
    with pytest.raises(UsageError):
        crop(photo)


def test_a_closed_file_is_refused(photo: bytes) -> None:
    file = io.BytesIO(photo)
    file.close()
    with pytest.raises(UsageError, match="closed"):
        crop(file)


@pytest.fixture
def result(photo: bytes) -> CropResult:
    return crop(photo, "4:5, 2 versions", trace=False)


def test_the_result_shows_itself(result: CropResult) -> None:
    left, top, right, bottom = result.pixels
    size = f"{right - left}x{bottom - top}"
    assert repr(result) == f"<CropResult of the bytes: {size} at {left},{top}>"
    with Image.open(io.BytesIO(result._repr_png_())) as shown:
        assert shown.format == "PNG" and abs(shown.width / shown.height - 0.8) < 0.01


def test_the_image_is_the_crop_without_another_loss(result: CropResult, photo: bytes) -> None:
    with Image.open(io.BytesIO(photo)) as original:
        left, top, right, bottom = result.pixels
        expected = np.asarray(original.crop((left, top, right, bottom)))
    assert np.array_equal(np.asarray(result.image), expected)


def test_the_image_is_no_file_of_the_format_that_was_named() -> None:
    file = io.BytesIO()
    read_photo("coffee").save(file, "PNG")
    plain, named = (
        crop(file.getvalue(), f"square{words}", trace=False)
        for words in ("", ", as webp, under 20 kB")
    )
    assert named.render().format == "WEBP"
    assert np.array_equal(np.asarray(named.image), np.asarray(plain.image))


def test_the_image_of_a_turned_photo_is_upright(turned_photos: Path) -> None:
    result = crop(turned_photos / "portrait_6.jpg", ratio=(2, 3), trace=False)
    assert result.image.width < result.image.height and 274 not in result.image.getexif()


def test_the_result_is_data(result: CropResult) -> None:
    assert result.model_dump() == result.model_dump(mode="json")
    assert json.loads(result.model_dump_json()) == result.model_dump()
    assert result.intent is result.report.intent
    assert isinstance(result.model_dump(mode="python")["crops"], tuple)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda r: r.picture(3), "index must be 0, not 3."),
        (lambda r: r.picture(-1), "index must be 0, not -1."),
        (lambda r: r.save("a.jpg", 0, 9), "alternative must be 0 to"),
        (lambda r: r.save(None), "path must be where to write, not None."),
        (lambda r: r.save(""), "path must be where to write"),
        (lambda r: r.save("a.silly"), "is not a format"),
    ],
)
def test_what_a_result_does_not_have_is_refused(
    result: CropResult, ask: Callable[[CropResult], Any], told: str
) -> None:
    with pytest.raises(UsageError) as fault:
        ask(result)
    assert told in str(fault.value)


def test_an_existing_file_is_told_of_in_the_words_of_python(
    result: CropResult, tmp_path: Path
) -> None:
    result.save(tmp_path / "a.jpg")
    with pytest.raises(CropsmithError, match="Give force=True to overwrite it"):
        result.save(tmp_path / "a.jpg")


@pytest.mark.parametrize(
    "error",
    [
        ArgumentError("n", "must be 1 to 20"),
        MissingExtra("CLIP", "clip"),
        Infeasible("No crop.", hint="Ask for less."),
    ],
)
def test_an_error_survives_the_way_from_another_process(error: CropsmithError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.hint) == (str(error), error.hint)


def test_a_mask_gives_a_box_and_the_centre_of_what_it_marks(tmp_path: Path) -> None:
    marked = np.zeros((20, 20), np.uint8)
    marked[:, :2] = marked[:2] = 255
    Image.fromarray(marked).save(tmp_path / "mask.png")
    request = request_from("square", subject_mask=tmp_path / "mask.png")
    assert request.subject_box == Box.whole()
    assert request.subject_centre is not None
    assert request.subject_centre.x == request.subject_centre.y < 0.35
    intent = understand(request, Size(width=20, height=20))
    assert intent.subject_centre == request.subject_centre


def test_a_backend_of_ones_own_keeps_to_the_most_calls(photos: Any) -> None:
    backend = Scripted(player(1, failures=0.0))
    result = crop(photos / "astronaut.jpg", "square", backend=backend, max_calls=2, trace=False)
    assert len(backend.asked) == 2 and result.report.failures


def test_faults_of_writing_are_ours(photo: Path, tmp_path: Path) -> None:
    result = crop(photo, "square")
    with pytest.raises(ArgumentError, match="quality must be 1 to 100, not -1"):
        result.render(quality=-1)
    with pytest.raises(ArgumentError, match="bogus is no option; they are lossless, quality"):
        result.save(tmp_path / "b.jpg", bogus=1)  # type: ignore[call-arg]
    with pytest.raises(ArgumentError, match="format is no option"):
        result.save(tmp_path / "b.jpg", format="webp")  # type: ignore[call-arg]
    small = result.save(tmp_path / "small.jpg", quality=40, within=Size(width=64, height=64))
    with Image.open(small) as image:
        assert image.size == (64, 64)
    assert result.chart(tmp_path / "new" / "chart.svg").is_file()
    with pytest.raises(OutputError, match="cannot be written"):
        result.chart(tmp_path / "chart.xyz")
