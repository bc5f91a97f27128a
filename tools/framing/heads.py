"""A head from a face or a body, in pixels of the photo: the measure of every shot of a person."""

from dataclasses import dataclass

from cropsmith.tools.schema.geometry import Box, Size

CROWN = 0.22
"""Of the face's height, from the face box up to the crown with its hair. In 110 faces of YuNet's of
at least 40 pixels the eyes lie at .39 of the box (.34 to .42 for the middle 80 %), and eyes lie
half-way from chin to crown, which gives .22. FaceBoxes draws the same box (49 faces: edges within
.01 in the median, eyes at .38)."""
EYES = 0.39
"""Of the face's height, from the face box's top down to the eyes: the same measurement."""
HAIR = 0.15
"""Of the face's width, on each side."""
FIGURE = 7.5
"""Heads in a standing adult, crown to sole: the artist's and the anthropometrist's figure."""
SHOULDERS = 2.2
"""Shoulders of a grown person, in heights of the head."""
WIDE = 0.75
"""Width of a head, hair and all, as a share of its height."""


@dataclass(frozen=True)
class Head:
    """Crown to chin, pixels of the photo, not rounded; may reach beyond the photo's edge."""

    left: float
    crown: float
    right: float
    chin: float
    eyes: float
    """The line of the eyes."""

    @property
    def height(self) -> float:
        """Chin to crown: the unit that shots are measured in."""
        return self.chin - self.crown

    @property
    def middle(self) -> float:
        """Half-way from left to right."""
        return (self.left + self.right) / 2

    def box(self, image: Size) -> Box:
        """Return the part that the photo holds, normalised."""
        return Box.of(
            (
                self.left / image.width,
                self.crown / image.height,
                self.right / image.width,
                self.chin / image.height,
            )
        )


def head_of(face: Box, image: Size) -> Head:
    """Return the head round a face: eyebrows or hairline to chin, as face finders give it."""
    x1, y1, x2, y2 = _in_pixels(face, image)
    high, wide = y2 - y1, x2 - x1
    return Head(
        left=x1 - HAIR * wide,
        crown=y1 - CROWN * high,
        right=x2 + HAIR * wide,
        chin=y2,
        eyes=y1 + EYES * high,
    )


def head_on(body: Box, image: Size) -> Head:
    """Return where the head of a person's box lies, when no face was found: its top, by proportion.

    A box that ends above the photo's lower edge is taken for a whole figure; one that is cut there
    for a part of one, whose shoulders say how large the head is.
    """
    x1, y1, x2, y2 = _in_pixels(body, image)
    high, wide = y2 - y1, x2 - x1
    whole = high / FIGURE
    if y2 < image.height * 0.985:
        head = min(high / 4, max(whole, wide / (2 * SHOULDERS)))
    else:
        head = min(high * 0.6, max(whole, wide / SHOULDERS))
    middle, half = (x1 + x2) / 2, head * WIDE / 2
    return Head(middle - half, y1, middle + half, y1 + head, y1 + head / 2)


def _in_pixels(box: Box, image: Size) -> tuple[float, float, float, float]:
    """Return x1, y1, x2, y2 in pixels, not rounded."""
    return (
        box.x1 * image.width,
        box.y1 * image.height,
        box.x2 * image.width,
        box.y2 * image.height,
    )
