"""The crop shown on the photo, for people to see."""

from PIL import Image, ImageDraw, ImageEnhance

from cropsmith.tools.images.photo import Photo
from cropsmith.tools.schema.geometry import Box, PixelBox

PANEL_SIDE = 900
"""Long side of the photo in a side-by-side picture, in pixels."""

OUTLINE = "#ffd400"


def side_by_side(photo: Photo, box: PixelBox) -> Image.Image:
    """Return the photo with the crop drawn on it, beside the crop at the same height."""
    original = Image.fromarray(photo.pixels(PANEL_SIDE))
    unit = box.normalised(photo.size)
    scale = max(unit.width, unit.height)
    whole = Image.fromarray(photo.pixels(round(PANEL_SIDE / scale))) if scale < 1 else original
    crop = whole.crop(_corners(unit, whole))
    height = original.height
    width = max(1, min(2 * PANEL_SIDE, round(crop.width * height / crop.height)))
    crop = crop.resize((width, height), Image.Resampling.LANCZOS)
    gap = max(8, height // 50)
    picture = Image.new("RGB", (original.width + gap + width, height), "white")
    picture.paste(draw_crop(original, unit), (0, 0))
    picture.paste(crop, (original.width + gap, 0))
    return picture


def draw_crop(image: Image.Image, box: Box) -> Image.Image:
    """Return the picture with everything outside the box darkened, and the box outlined."""
    left, top, right, bottom = corners = _corners(box, image)
    drawn = ImageEnhance.Brightness(image).enhance(0.4)
    drawn.paste(image.crop(corners), corners[:2])
    pen = ImageDraw.Draw(drawn)
    inner = (left, top, max(left, right - 1), max(top, bottom - 1))
    stroke = max(1, max(image.size) // 250)
    # Dark below bright, so that the outline reads on any photo.
    pen.rectangle(inner, outline="black", width=stroke + 2)
    pen.rectangle(inner, outline=OUTLINE, width=stroke)
    return drawn


def _corners(box: Box, image: Image.Image) -> tuple[int, int, int, int]:
    left, top = int(box.x1 * image.width), int(box.y1 * image.height)
    right = max(left + 1, round(box.x2 * image.width))
    bottom = max(top + 1, round(box.y2 * image.height))
    return left, top, right, bottom
