"""Blind comparison: crops of one shape by four croppers, in an order that only the key knows."""

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from cropsmith.errors import UsageError
from cropsmith.evals.baselines.geometry import maximal
from cropsmith.evals.lab.asked.croppers import NAMES, Croppers
from cropsmith.evals.lab.asked.folder import DataFolder
from cropsmith.evals.lab.asked.question import Marks, Picture, Question, trial_of
from cropsmith.tools.examples.near_duplicate import BITS, dhash, hashes_of
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.values import Value

FOLDERS = ("photos", "grounding/photos", "fcdb_train/photos")
RATIOS = ("1:1", "4:5", "16:9", "9:16", "3:2")
COUNT = 44
MOST_KEPT = 0.85
"""Share of the photo that the largest box of the shape may cover: else all crops look alike."""
BLANK = 8
"""Standard deviation of the pixels, of 255, below which there is nothing to choose."""
LETTERS = "ABCD"
HEIGHT, WIDTH, PHOTO = 260, 300, 340
"""Pixels: of a crop at most, and the width of the photo beside."""
EACH = 4
"""Photos on a sheet."""
GAP = 12
LINE = 20


class Shuffled(Value):
    """One photo of the comparison."""

    id: str
    path: str
    ratio: Ratio
    croppers: dict[str, str]
    """Letter -> cropper."""
    boxes: dict[str, Box]
    """Letter -> crop."""


class Key(Value):
    """What the letters stand for; not to be seen before the verdict."""

    seed: int
    photos: tuple[Shuffled, ...]


def draw_pictures(data: DataFolder, count: int, seed: int) -> list[tuple[Picture, Ratio]]:
    """Return photos in equal parts of three folders, no two alike, each with a shape.

    The shape is drawn from those that cut away a good part of the photo.
    """
    chance = random.Random(seed)
    pools = [data.loose(folder, count * 2) for folder in FOLDERS]
    seen: list[int] = []
    drawn: list[tuple[Picture, Ratio]] = []
    while len(drawn) < count and any(pools):
        for pool in pools:
            while pool:
                picture = pool.pop(0)
                pixels = open_photo(picture.path).pixels(256)
                hashes = hashes_of(pixels)
                known = any((one ^ old).bit_count() <= BITS for one in hashes for old in seen)
                if known or pixels.std() < BLANK:
                    continue
                shapes = [r for r in map(Ratio.parse, RATIOS) if _share(picture, r) <= MOST_KEPT]
                seen.append(dhash(pixels))
                drawn.append((picture, chance.choice(shapes)))
                break
    if len(drawn) < count:
        raise UsageError(f"Only {len(drawn)} different photos, not {count}.")
    return drawn[:count]


def _share(picture: Picture, ratio: Ratio) -> float:
    width, height = maximal(ratio, trial_of(picture, ratio))
    return width * height


def shuffle(pictures: Sequence[tuple[Picture, Ratio]], seed: int) -> Key:
    """Crop each photo by every cropper and give the crops letters by chance.

    UsageError where a cropper gives no crop: there is nothing to compare then.
    """
    chance = random.Random(f"{seed} letters")
    every = Croppers()
    photos = []
    for number, (picture, ratio) in enumerate(pictures, start=1):
        question = Question(
            group="blind", picture=picture, ratio=ratio, tells=(), judge=lambda _: Marks({}, False)
        )
        croppers = dict(zip(LETTERS, chance.sample(NAMES, len(NAMES)), strict=True))
        boxes = {}
        for letter, name in croppers.items():
            answer = every.answer(name, question)
            if answer.box is None:
                raise UsageError(f"{name} gives no crop of {picture.name}: {answer.error}")
            boxes[letter] = answer.box
        photos.append(
            Shuffled(
                id=f"{number:02}",
                path=str(picture.path),
                ratio=ratio,
                croppers=croppers,
                boxes=boxes,
            )
        )
        if number % 10 == 0 or number == len(pictures):
            print(f"blind {number}/{len(pictures)}", file=sys.stderr, flush=True)
    return Key(seed=seed, photos=tuple(photos))


def write_blind(key: Key, out: Path) -> list[Path]:
    """Write the sheets, and apart from them `key.json`; return the sheets' paths."""
    folder = out / "blind"
    folder.mkdir(parents=True, exist_ok=True)
    (out / "key.json").write_text(key.model_dump_json(indent=1), "utf-8")
    empty = {photo.id: {"best": "", "bad": []} for photo in key.photos}
    (folder / "verdict.json").write_text(json.dumps(empty, indent=0), "utf-8")
    written = []
    for number, start in enumerate(range(0, len(key.photos), EACH), start=1):
        written.append(folder / f"blind-{number:02}.png")
        _sheet(key.photos[start : start + EACH]).save(written[-1])
    return written


def _sheet(photos: Sequence[Shuffled]) -> Image.Image:
    width = GAP + PHOTO + GAP + len(LETTERS) * (WIDTH + GAP)
    sheet = Image.new("RGB", (width, GAP + len(photos) * (HEIGHT + LINE + GAP)), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for row, one in enumerate(photos):
        y = GAP + row * (HEIGHT + LINE + GAP)
        picture = Image.fromarray(open_photo(one.path).pixels(1600))
        pen.text((GAP, y), f"photo {one.id}, to be {one.ratio}", fill="black", font=font)
        sheet.paste(_within(picture, PHOTO, HEIGHT), (GAP, y + LINE))
        for column, (letter, box) in enumerate(one.boxes.items()):
            x = GAP + PHOTO + GAP + column * (WIDTH + GAP)
            x1, x2 = (round(v * picture.width) for v in (box.x1, box.x2))
            y1, y2 = (round(v * picture.height) for v in (box.y1, box.y2))
            pen.text((x, y), letter, fill="black", font=font)
            crop = picture.crop((x1, y1, max(x1 + 1, x2), max(y1 + 1, y2)))
            sheet.paste(_within(crop, WIDTH, HEIGHT), (x, y + LINE))
    return sheet


def _within(picture: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(width / picture.width, height / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)
