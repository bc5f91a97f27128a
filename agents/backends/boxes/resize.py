"""What a model sees of a picture: the resize rule of each family, and its price in tokens.

Sizes are (width, height). Checked against transformers 5.23 and qwen-vl-utils 0.0.14 where those
hold the rule, and against the vendors' documents elsewhere.
"""

import math
from typing import Annotated, Literal

from pydantic import Field

from cropsmith.errors import UsageError
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.values import Value


def within(size: Size, side: int) -> Size:
    """Return the size scaled down, never up, to a long side of at most `side`."""
    scale = min(1.0, side / max(size.width, size.height))
    return Size(
        width=max(1, round(size.width * scale)),
        height=max(1, round(size.height * scale)),
    )


class Resize(Value):
    """A rule from the size sent to the size seen."""

    def seen(self, sent: Size) -> Size:
        """Return what the encoder gets."""
        return sent

    def send(self, size: Size) -> Size:
        """Return the size to send, so that the model resamples nothing: a fixed point of `seen`.

        Rules that distort keep the picture's own shape, since their boxes are of the full image.
        """
        return self.seen(size)

    def tokens(self, sent: Size) -> int | None:
        """Return the estimated prompt tokens of one picture; None where there is no rule."""
        return None


class Untouched(Resize):
    """Seen as sent; token count unknown."""

    rule: Literal["untouched"] = "untouched"


class Smart(Resize):
    """smart_resize of Qwen2-VL and its kin: sides are multiples of a factor, within a budget.

    Factor 28 (patch 14 x merge 2) for Qwen2 and 2.5, 32 for Qwen3. transformers
    `qwen2_vl/image_processing_qwen2_vl.py`. `frames` is 2 for GLM-V, which counts a picture twice.
    """

    rule: Literal["smart"] = "smart"
    factor: int
    min_tokens: int = 4
    max_tokens: int = 1280
    frames: int = 1

    def seen(self, sent: Size) -> Size:
        """Return multiples of the factor within the token budget."""
        w, h, factor = sent.width, sent.height, self.factor
        # The model refuses above 200:1; servers answer 400 there.
        if max(w, h) / min(w, h) > 200:
            raise UsageError(f"A picture of {w}x{h} is too narrow for this model (at most 200:1).")
        low, high = (n * factor**2 / self.frames for n in (self.min_tokens, self.max_tokens))
        width = max(factor, round(w / factor) * factor)
        height = max(factor, round(h / factor) * factor)
        if width * height > high:
            scale = math.sqrt(w * h / high)
            width = max(factor, math.floor(w / scale / factor) * factor)
            height = max(factor, math.floor(h / scale / factor) * factor)
        elif width * height < low:
            scale = math.sqrt(low / (w * h))
            width = math.ceil(w * scale / factor) * factor
            height = math.ceil(h * scale / factor) * factor
        return Size(width=width, height=height)

    def tokens(self, sent: Size) -> int:
        """One token per factor x factor pixels."""
        seen = self.seen(sent)
        return seen.width * seen.height // self.factor**2


class Gemma4(Resize):
    """Gemma 4: the largest multiples of 48 within a token budget; small pictures are enlarged."""

    rule: Literal["gemma4"] = "gemma4"
    budget: int = 280

    def seen(self, sent: Size) -> Size:
        """Return multiples of 48 near the budget."""
        unit = 48
        scale = math.sqrt(self.budget * unit**2 / (sent.width * sent.height))
        width, height = (
            max(unit, math.floor(scale * v / unit) * unit) for v in (sent.width, sent.height)
        )
        return Size(width=width, height=height)

    def send(self, size: Size) -> Size:
        """Keep the shape: the rule changes it a little at each application."""
        return size

    def tokens(self, sent: Size) -> int:
        """One token per 48 x 48 pixels."""
        seen = self.seen(sent)
        return seen.width * seen.height // 48**2


class Tiles(Resize):
    """InternVL, MiniCPM-V, DeepSeek-VL2: the grid of tiles closest in shape; it distorts."""

    rule: Literal["tiles"] = "tiles"
    tile: int = 448
    max_tiles: int = 12
    per_tile: int = 256

    def grid(self, sent: Size) -> Size:
        """Return columns and rows: closest aspect ratio; ties go to the larger grid if it fills."""
        aspect = sent.width / sent.height
        grids = [
            (cols, rows)
            for cols in range(1, self.max_tiles + 1)
            for rows in range(1, self.max_tiles + 1)
            if cols * rows <= self.max_tiles
        ]
        best = (1, 1)
        gap = math.inf
        for cols, rows in sorted(grids, key=lambda g: g[0] * g[1]):
            distance = abs(aspect - cols / rows)
            filled = sent.width * sent.height > 0.5 * self.tile**2 * cols * rows
            if distance < gap or (distance == gap and filled):
                best, gap = (cols, rows), distance
        return Size(width=best[0], height=best[1])

    def seen(self, sent: Size) -> Size:
        """Return the grid in pixels."""
        grid = self.grid(sent)
        return Size(width=grid.width * self.tile, height=grid.height * self.tile)

    def send(self, size: Size) -> Size:
        """Keep the shape; the model distorts."""
        return size

    def tokens(self, sent: Size) -> int:
        """Each tile, and a thumbnail when there is more than one."""
        grid = self.grid(sent)
        tiles = grid.width * grid.height
        return self.per_tile * (tiles + (tiles > 1))


class Claude(Resize):
    """Claude: the largest size of the same shape within an edge and a count of 28 px cells."""

    rule: Literal["claude"] = "claude"
    edge: int = 1568
    budget: int = 1568

    def _fits(self, width: int, height: int) -> bool:
        cells = math.ceil(width / 28), math.ceil(height / 28)
        return max(cells) * 28 <= self.edge and cells[0] * cells[1] <= self.budget

    def seen(self, sent: Size) -> Size:
        """Search the longest side that fits; the padding to x28 is no part of the box frame."""
        if self._fits(sent.width, sent.height):
            return sent
        wide = sent.width >= sent.height
        ratio = max(sent.width, sent.height) / min(sent.width, sent.height)
        low, high = 1, max(sent.width, sent.height)
        while low < high:
            side = (low + high + 1) // 2
            short = max(1, round(side / ratio))
            if self._fits(side, short):
                low = side
            else:
                high = side - 1
        short = max(1, round(low / ratio))
        return Size(width=low, height=short) if wide else Size(width=short, height=low)

    def tokens(self, sent: Size) -> int:
        """One token per 28 px cell."""
        seen = self.seen(sent)
        return math.ceil(seen.width / 28) * math.ceil(seen.height / 28)


class OpenAITiles(Resize):
    """GPT-4o, 4.1, o1, o3, 5, 5.1 at detail high: 2048, then short side 768, tiles of 512."""

    rule: Literal["openai tiles"] = "openai tiles"
    base: int = 85
    per_tile: int = 170

    def seen(self, sent: Size) -> Size:
        """Scale down twice."""
        scale = min(1.0, 2048 / max(sent.width, sent.height))
        w, h = sent.width * scale, sent.height * scale
        scale = min(1.0, 768 / min(w, h))
        return Size(width=max(1, round(w * scale)), height=max(1, round(h * scale)))

    def tokens(self, sent: Size) -> int:
        """A base and a price per tile."""
        seen = self.seen(sent)
        tiles = math.ceil(seen.width / 512) * math.ceil(seen.height / 512)
        return self.base + self.per_tile * tiles


class OpenAIPatches(Resize):
    """GPT-5.2 and later, and the minis: patches of 32 px under a cap."""

    rule: Literal["openai patches"] = "openai patches"
    side: int = 2048
    cap: int = 2500
    factor: float = 1.2

    def seen(self, sent: Size) -> Size:
        """Scale down to the side, then to the cap in whole patches."""
        scale = min(1.0, self.side / max(sent.width, sent.height))
        w, h = max(1, round(sent.width * scale)), max(1, round(sent.height * scale))
        if math.ceil(w / 32) * math.ceil(h / 32) <= self.cap:
            return Size(width=w, height=h)
        k = math.sqrt(32**2 * self.cap / (w * h))
        a, b = w * k / 32, h * k / 32
        k *= min(math.floor(a) / a, math.floor(b) / b)
        return Size(width=max(1, math.floor(w * k)), height=max(1, math.floor(h * k)))

    def tokens(self, sent: Size) -> int:
        """Patches times the model's factor."""
        seen = self.seen(sent)
        return round(math.ceil(seen.width / 32) * math.ceil(seen.height / 32) * self.factor)


class Kimi(Resize):
    """Kimi-VL (transformers kimi_k25): scaled down, then padded right and bottom to x28."""

    rule: Literal["kimi"] = "kimi"

    def seen(self, sent: Size) -> Size:
        """Return the size before padding, which boxes refer to."""
        w, h = sent.width, sent.height
        patches = max(1, w // 14) * max(1, h // 14)
        scale = min(1.0, math.sqrt(16384 / patches), 512 * 14 / w, 512 * 14 / h)
        return Size(width=max(1, int(w * scale)), height=max(1, int(h * scale)))


class Square(Resize):
    """A fixed square: distorts, or pads where the family's frame says so."""

    rule: Literal["square"] = "square"
    side: int
    count: int | None = None

    def seen(self, sent: Size) -> Size:
        """Return the square."""
        return Size(width=self.side, height=self.side)

    def send(self, size: Size) -> Size:
        """Keep the shape; the model makes the square."""
        return size

    def tokens(self, sent: Size) -> int | None:
        """Always the same."""
        return self.count


class GeminiTiles(Resize):
    """Gemini 2.x: 258 tokens per crop unit; the resize itself is not public."""

    rule: Literal["gemini tiles"] = "gemini tiles"

    def tokens(self, sent: Size) -> int:
        """258 for small pictures, else 258 per unit of floor(short side / 1.5)."""
        w, h = sent.width, sent.height
        if max(w, h) <= 384:
            return 258
        unit = max(1, math.floor(min(w, h) / 1.5))
        return 258 * math.ceil(w / unit) * math.ceil(h / unit)


class Counted(Resize):
    """Seen as sent, at a fixed price: Gemini 3 by media_resolution."""

    rule: Literal["counted"] = "counted"
    count: int

    def tokens(self, sent: Size) -> int:
        """Always the same."""
        return self.count


AnyResize = Annotated[
    Untouched
    | Smart
    | Gemma4
    | Tiles
    | Claude
    | OpenAITiles
    | OpenAIPatches
    | Kimi
    | Square
    | GeminiTiles
    | Counted,
    Field(discriminator="rule"),
]
