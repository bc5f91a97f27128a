"""Crops are exact, at full resolution, and lose nothing that the format can hold."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageSequence, JpegImagePlugin

from cropsmith.errors import UsageError
from cropsmith.tools.images.decode import TRANSPOSES
from cropsmith.tools.images.frames import stored_box
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.pixel_format import MODES
from cropsmith.tools.images.render import Rendered, render
from cropsmith.tools.images.sixteen_bit import decode_deep, encode_deep_png, encode_deep_tiff
from cropsmith.tools.schema.geometry import PixelBox, Size

BOX = PixelBox(left=13, top=7, right=53, bottom=37)
CORNERS = (13, 7, 53, 37)

pillow_heif.register_heif_opener()  # to look at crops with Pillow


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def decoded(rendered: Rendered) -> Image.Image:
    image = Image.open(io.BytesIO(rendered.data))
    image.load()
    return image


def gradient(width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([x, y, 255 - x], axis=2).astype(np.uint8)


@st.composite
def boxes(draw: st.DrawFn, width: int, height: int) -> PixelBox:
    left = draw(st.integers(0, width - 1))
    top = draw(st.integers(0, height - 1))
    return PixelBox(
        left=left,
        top=top,
        right=draw(st.integers(left + 1, width)),
        bottom=draw(st.integers(top + 1, height)),
    )


@given(st.data(), st.integers(1, 8), st.integers(1, 12), st.integers(1, 12))
def test_cropping_then_turning_is_turning_then_cropping(
    data: st.DataObject, orientation: int, width: int, height: int
) -> None:
    box = data.draw(boxes(width, height))
    upright = Image.fromarray(np.arange(width * height, dtype=np.uint8).reshape(height, width))
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    turn, back = TRANSPOSES.get(orientation), TRANSPOSES.get(inverse)
    stored = upright if back is None else upright.transpose(back)
    place = stored_box(box, orientation, Size(width=width, height=height))
    crop = stored.crop((place.left, place.top, place.right, place.bottom))
    turned = crop if turn is None else crop.transpose(turn)
    expected = np.asarray(upright)[box.top : box.bottom, box.left : box.right]
    assert np.array_equal(np.asarray(turned), expected)


@settings(max_examples=25, deadline=None)
@given(boxes(64, 48), st.integers(1, 8), st.sampled_from(["PNG", "TIFF", "WEBP"]))
def test_crops_are_exact_in_every_orientation(box: PixelBox, orientation: int, format: str) -> None:
    pixels = gradient()
    back = TRANSPOSES.get({6: 8, 8: 6}.get(orientation, orientation))
    stored = Image.fromarray(pixels) if back is None else Image.fromarray(pixels).transpose(back)
    exif = Image.Exif()
    exif[274] = orientation
    photo = open_photo(
        encoded(stored, format, exif=exif, **({"lossless": True} if format == "WEBP" else {}))
    )
    rendered = render(photo, box)
    assert rendered.format == format and rendered.pixels == box
    image = decoded(rendered)
    assert image.getexif().get(274, 1) == 1
    expected = pixels[box.top : box.bottom, box.left : box.right]
    assert np.array_equal(np.asarray(image.convert("RGB")), expected)


@pytest.mark.integration  # for its length alone
def test_every_real_photo_is_cropped(shared_data: Path) -> None:
    folder = shared_data / "photos"
    for entry in json.loads((folder / "index.json").read_text("utf-8")):
        photo = open_photo(folder / entry["file"])
        width, height = photo.size.width, photo.size.height
        left, top = width // 4, height // 4
        # HEIC takes seconds for large pictures.
        right, bottom = min(width - width // 5, left + 800), min(height, top + 800)
        box = PixelBox(left=left, top=top, right=right, bottom=bottom)
        rendered = render(photo, box)
        again = open_photo(rendered.data)
        assert again.size == box.size == rendered.size, entry
        assert again.format == photo.format
        with Image.open(io.BytesIO(rendered.data)) as image:
            assert image.getexif().get(274, 1) == 1, entry
            if "gps" in entry:
                assert bool(image.getexif().get_ifd(0x8825)) == entry["gps"], entry


@pytest.mark.parametrize("shape", ["landscape", "portrait"])
def test_crops_of_all_orientations_agree(turned_photos: Path, shape: str) -> None:
    box = PixelBox(left=151, top=103, right=452, bottom=504)
    with Image.open(turned_photos / f"{shape}_1.jpg") as image:
        expected = np.asarray(image.crop((151, 103, 452, 504))).astype(float)
    for orientation in range(9):
        photo = open_photo(turned_photos / f"{shape}_{orientation}.jpg")
        crop = decoded(render(photo, box))
        assert crop.size == (301, 401)
        assert np.abs(np.asarray(crop) - expected).mean() < 6


@pytest.mark.parametrize(
    ("format", "mode"),
    [
        (format, mode)
        for format in ("TIFF", "PNG", "BMP", "WEBP", "PPM", "JPEG2000")
        for mode in MODES[format]
        if mode != "I"
    ]
    + [("GIF", "L"), ("GIF", "P")],
)
def test_modes_are_kept(format: str, mode: str) -> None:
    base = Image.fromarray(gradient())
    if mode == "I;16":
        image = Image.fromarray(np.asarray(base.convert("L")).astype(np.uint16) * 257)
    elif mode == "F":
        image = Image.fromarray(np.asarray(base.convert("L")).astype(np.float32) / 3)
    elif mode == "LAB":
        image = Image.merge("LAB", base.split())
    else:
        image = base.convert(mode)
    if mode in ("LA", "RGBA"):
        image.putalpha(Image.fromarray(gradient()[..., 1]))
    options = {"lossless": True} if format == "WEBP" else {}
    rendered = render(open_photo(encoded(image, format, **options)), BOX)
    crop = decoded(rendered)
    assert crop.size == (40, 30) and rendered.notes == ()
    if format == "GIF":  # Pillow stores only the colours in use
        assert crop.convert("RGB").tobytes() == image.crop(CORNERS).convert("RGB").tobytes()
    else:
        assert crop.mode == mode or format == "PPM"  # Pillow reads 16 bits of it as 32
        assert np.array_equal(np.asarray(crop), np.asarray(image.crop(CORNERS)))


@pytest.mark.parametrize("format", ["TIFF", "PNG"])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_sixteen_bit_colour_stays(format: str, channels: int, orientation: int) -> None:
    rng = np.random.default_rng(0)
    upright = rng.integers(0, 2**16, (48, 64, channels), np.uint16)
    if format == "TIFF":
        stored = np.rot90(upright) if orientation == 6 else upright
        stored = upright[::-1, ::-1] if orientation == 3 else stored
        data = encode_deep_tiff([stored, stored], {274: orientation, 270: "two pages"})
    else:
        data = encode_deep_png(upright)
    photo = open_photo(data)
    assert photo.size == Size(width=64, height=48)
    rendered = render(photo, BOX)
    assert rendered.frames == (2 if format == "TIFF" else 1) and rendered.notes == ()
    for page in decode_deep(rendered.data):
        assert page.dtype == np.uint16
        assert np.array_equal(page, upright[7:37, 13:53])
    other = render(photo, BOX, format="PNG" if format == "TIFF" else "TIFF")
    assert np.array_equal(decode_deep(other.data)[0], upright[7:37, 13:53])
    with Image.open(io.BytesIO(rendered.data)) as image:
        assert image.getexif().get(274, 1) == 1


def test_sixteen_bit_colour_is_resized_in_sixteen_bits() -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)
    pixels = np.repeat(np.repeat(ramp[None, :, None], 48, axis=0), 3, axis=2)
    rendered = render(
        open_photo(pixels),
        PixelBox(left=0, top=0, right=64, bottom=48),
        output=Size(width=32, height=24),
    )
    (page,) = decode_deep(rendered.data)
    assert page.shape == (24, 32, 3)
    assert len(np.unique(page)) == 32
    assert np.abs(page[12, :, 0].astype(float) - ramp.reshape(32, 2).mean(axis=1)).max() < 700


@pytest.mark.parametrize("mode", ["I;16", "I;16B"])
def test_sixteen_bit_grey_of_either_byte_order_stays(mode: str) -> None:
    grey = np.random.default_rng(0).integers(0, 2**16, (48, 64), np.uint16)
    stored = grey.byteswap() if mode == "I;16B" else grey
    data = encoded(Image.frombytes(mode, (64, 48), stored.tobytes()), "TIFF")
    crop = decoded(render(open_photo(data), BOX))
    expected = grey[7:37, 13:53]
    assert crop.mode == "I;16"
    assert np.array_equal(np.asarray(crop), expected)


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_coding_is_that_of_the_photo(subsampling: int, progressive: bool) -> None:
    data = encoded(
        Image.fromarray(gradient(200, 150)),
        "JPEG",
        quality=83,
        subsampling=subsampling,
        progressive=progressive,
    )
    rendered = render(open_photo(data), BOX)
    with Image.open(io.BytesIO(data)) as original, decoded(rendered) as crop:
        assert isinstance(original, JpegImagePlugin.JpegImageFile)
        assert isinstance(crop, JpegImagePlugin.JpegImageFile)
        assert crop.quantization == original.quantization
        assert JpegImagePlugin.get_sampling(crop) == subsampling
        assert bool(crop.info.get("progressive")) == progressive
    better = render(open_photo(data), BOX, quality=98)
    with decoded(better) as crop:
        assert isinstance(crop, JpegImagePlugin.JpegImageFile)
        assert max(crop.quantization[0]) < 20


def test_quantisation_turns_with_the_photo() -> None:
    exif = Image.Exif()
    exif[274] = 6
    table = [min(255, 3 + column + 2 * row) for row in range(8) for column in range(8)]
    data = encoded(Image.fromarray(gradient()), "JPEG", exif=exif, qtables=[table, table])
    with decoded(render(open_photo(data), PixelBox(left=1, top=2, right=40, bottom=50))) as crop:
        assert isinstance(crop, JpegImagePlugin.JpegImageFile)
        assert np.array_equal(np.reshape(crop.quantization[0], (8, 8)), np.reshape(table, (8, 8)).T)


def test_a_second_crop_of_a_jpeg_adds_little_loss(photos: Path) -> None:
    photo = open_photo(photos / "coffee.jpg")
    width, height = photo.size.width, photo.size.height
    box = PixelBox(left=16, top=16, right=width - 16, bottom=height - 16)
    rendered = render(photo, box)
    with Image.open(io.BytesIO(photo.data)) as original, decoded(rendered) as crop:
        expected = np.asarray(original.crop((16, 16, width - 16, height - 16))).astype(float)
        assert np.abs(np.asarray(crop) - expected).mean() < 0.5
    assert (
        abs(
            len(rendered.data)
            / (box.size.width * box.size.height)
            / (len(photo.data) / (width * height))
            - 1
        )
        < 0.1
    )


def test_rgb_and_cmyk_jpegs_stay_so() -> None:
    rgb = encoded(Image.fromarray(gradient()), "JPEG", keep_rgb=True, quality=95)
    with decoded(render(open_photo(rgb), BOX)) as crop:
        assert crop.info["adobe_transform"] == 0 if "adobe_transform" in crop.info else True
        assert np.abs(np.asarray(crop).astype(float) - gradient()[7:37, 13:53]).mean() < 2
    cmyk = Image.fromarray(gradient()).convert("CMYK")
    with decoded(render(open_photo(encoded(cmyk, "JPEG", quality=95)), BOX)) as crop:
        assert crop.mode == "CMYK"
        assert np.abs(np.asarray(crop).astype(float) - np.asarray(cmyk.crop(CORNERS))).mean() < 2


def moving(alpha: bool) -> list[Image.Image]:
    frames = []
    for number in range(4):
        pixels = np.zeros((48, 64, 4), np.uint8)
        pixels[..., 3] = 0 if alpha else 255
        pixels[10 + 5 * number : 20 + 5 * number, 15:45] = (250, 60 * number, 10, 255)
        frames.append(Image.fromarray(pixels if alpha else pixels[..., :3].copy()))
    return frames


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("alpha", [False, True])
def test_every_frame_of_an_animation_is_cropped(format: str, alpha: bool) -> None:
    frames = moving(alpha)
    options: dict[str, Any] = {"lossless": True} if format == "WEBP" else {}
    if format != "AVIF":
        options["loop"] = 3
    data = encoded(
        frames[0],
        format,
        save_all=True,
        append_images=frames[1:],
        duration=[100, 50, 200, 70],
        **options,
    )
    rendered = render(open_photo(data), BOX)
    assert rendered.frames == 4 and rendered.format == format
    crop = Image.open(io.BytesIO(rendered.data))
    durations = []
    # What the file shows: Pillow's own animation has ghosts where frames have holes.
    frames = [f.convert("RGBA") for f in ImageSequence.Iterator(Image.open(io.BytesIO(data)))]
    for number, frame in enumerate(ImageSequence.Iterator(crop)):
        shown = np.asarray(frame.convert("RGBA")).astype(int)
        expected = np.asarray(frames[number].crop(CORNERS)).astype(int)
        assert np.abs(shown[..., 3] - expected[..., 3]).max() < 8
        visible = expected[..., 3] > 0
        limit = 30 if format == "AVIF" else 1
        assert np.abs(shown - expected)[visible].mean() < limit, number
        durations.append(frame.info["duration"])
    assert durations == [100, 50, 200, 70]
    if format != "AVIF":
        assert crop.info["loop"] == 3


def test_the_main_picture_of_a_phone_photo_is_cropped() -> None:
    main, depth = Image.fromarray(gradient()), Image.fromarray(gradient(32, 24))
    data = encoded(main, "MPO", save_all=True, append_images=[depth], quality=95)
    photo = open_photo(data)
    assert photo.format == "JPEG"
    rendered = render(photo, BOX)
    assert "other pictures" in rendered.notes[0]
    with decoded(rendered) as crop:
        assert crop.format == "JPEG" and crop.size == (40, 30)
        assert np.abs(np.asarray(crop).astype(float) - gradient()[7:37, 13:53]).mean() < 3


def test_a_gif_that_plays_once_still_does() -> None:
    frames = moving(False)
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=80)
    crop = decoded(render(open_photo(data), BOX))
    assert "loop" not in crop.info


def test_an_animation_becomes_one_frame_elsewhere_and_says_so() -> None:
    frames = moving(False)
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=80)
    rendered = render(open_photo(data), BOX, format="jpg")
    shown = open_photo(data).moments.shown  # type: ignore[union-attr]
    assert rendered.frames == 1 and f"Only frame {shown + 1} is kept" in rendered.notes[0]
    still = render(open_photo(frames[shown]), BOX, format="jpg")
    assert np.abs(np.asarray(decoded(rendered)) - np.asarray(decoded(still)).astype(int)).mean() < 9


def test_every_page_of_the_same_size_is_cropped() -> None:
    pages = [Image.fromarray(gradient()).rotate(180 * n) for n in range(3)]
    thumbnail = Image.fromarray(gradient(16, 12))
    data = encoded(
        pages[0],
        "TIFF",
        save_all=True,
        append_images=[*pages[1:], thumbnail],
        compression="tiff_lzw",
    )
    rendered = render(open_photo(data), BOX)
    assert rendered.frames == 3 and "1 pages of another size" in rendered.notes[0]
    crop = decoded(rendered)
    assert crop.info["compression"] == "tiff_lzw"
    for number, page in enumerate(ImageSequence.Iterator(crop)):
        assert np.array_equal(np.asarray(page), np.asarray(pages[number].crop(CORNERS)))


@pytest.mark.parametrize(
    ("mode", "format", "result", "note"),
    [
        ("RGBA", "jpg", "RGB", "white"),
        ("LA", "jpg", "RGB", "white"),
        ("P", "jpg", "RGB", None),
        ("1", "jpg", "L", None),
        ("CMYK", "png", "RGB", "sRGB"),
        ("LAB", "jpg", "RGB", "sRGB"),
        ("I;16", "jpg", "L", "8 bits"),
        ("F", "png", "L", "8 bits"),
        ("RGB", "gif", "P", None),
        ("L", "webp", "RGB", None),
        ("RGBA", "heic", "RGBA", None),
        ("RGB", "avif", "RGB", None),
        ("L", "jp2", "L", None),
        ("RGBA", "bmp", "RGB", "white"),
        ("RGB", "ppm", "RGB", None),
    ],
)
def test_conversions_say_what_is_lost(
    mode: str, format: str, result: str, note: str | None
) -> None:
    base = Image.fromarray(gradient())
    image = {
        "I;16": lambda: Image.fromarray(gradient()[..., 0].astype(np.uint16) * 257),
        "F": lambda: Image.fromarray(gradient()[..., 0].astype(np.float32) / 255),
        "LAB": lambda: Image.merge("LAB", base.split()),
    }.get(mode, lambda: base.convert(mode))()
    photo = open_photo(encoded(image, "TIFF"))
    rendered = render(photo, BOX, format=format)
    crop = decoded(rendered)
    assert crop.mode == result and crop.size == (40, 30)
    assert bool(rendered.notes) == bool(note)
    if note:
        assert any(note in one for one in rendered.notes)


@pytest.mark.parametrize("mode", ["1", "P", "L", "RGB", "RGBA"])
def test_crops_are_exact_beyond_the_limit_of_pillow(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = Image.fromarray(gradient()).convert(mode)
    photo = open_photo(encoded(image, "PNG"))
    expected = np.asarray(image.crop(CORNERS))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    rendered = render(photo, BOX)
    monkeypatch.undo()
    assert np.array_equal(np.asarray(decoded(rendered)), expected)


def test_output_sizes() -> None:
    photo = open_photo(gradient(640, 480))
    box = PixelBox(left=0, top=0, right=400, bottom=500 - 20)
    rendered = render(photo, box, output=Size(width=200, height=240))
    assert decoded(rendered).size == (200, 240) and rendered.notes == ()
    larger = render(photo, box, output=Size(width=800, height=960))
    assert decoded(larger).size == (800, 960) and "enlarged 2 times" in larger.notes[0]
    with pytest.raises(UsageError, match="distortion"):
        render(photo, box, output=Size(width=200, height=200))
    with pytest.raises(UsageError, match="outside the photo"):
        render(photo, PixelBox(left=0, top=0, right=641, bottom=10))
    with pytest.raises(UsageError, match="not a format"):
        render(photo, box, format="psd")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_mode_is_resized(mode: str) -> None:
    base = Image.fromarray(gradient())
    image = (
        Image.fromarray(gradient()[..., 0].astype(np.uint16) * 257)
        if mode == "I;16"
        else base.convert(mode)
    )
    rendered = render(open_photo(encoded(image, "TIFF")), BOX, output=Size(width=20, height=15))
    crop = decoded(rendered)
    assert crop.size == (20, 15)
    assert crop.mode == {"1": "L", "P": "RGB"}.get(mode, mode)


def test_a_whole_photo_is_copied_unless_it_must_be_turned() -> None:
    data = encoded(Image.fromarray(gradient()), "JPEG")
    whole = PixelBox(left=0, top=0, right=64, bottom=48)
    rendered = render(open_photo(data), whole)
    assert rendered.data == data and "exact copy" in rendered.notes[0]
    exif = Image.Exif()
    exif[274] = 3
    turned = encoded(Image.fromarray(gradient()), "JPEG", exif=exif)
    rendered = render(open_photo(turned), whole)
    assert rendered.data != turned and decoded(rendered).getexif()[274] == 1
    assert render(open_photo(data), whole, format="png").format == "PNG"
