"""How a request is read for a photo of 6000 x 4000 pixels, as the tests of its turns ask."""

from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest, Intent


def read(text: str) -> Intent:
    return understand(CropRequest(text=text), Size(width=6000, height=4000))


def shown(text: str) -> list[str]:
    return [one.text for one in read(text).subjects]
