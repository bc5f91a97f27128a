"""A scorer behind HTTP: VILA-R, or any other model that would not live in this process.

`POST url` with `{"images": [base64 JPEG, ...]}` answers `{"scores": [number, ...]}`, one per image
in order. All crops of a photo go in one request, each at most 512 pixels a side.
"""

import base64
import io
import json
import math
import urllib.error
import urllib.request

import numpy as np
from PIL import Image

from cropsmith.errors import Unavailable
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.scorers.crops import LONG_SIDE
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores

SIDE = 512
QUALITY = 90


class ServedScorer:
    """Sends the crops to a scoring server."""

    def __init__(
        self,
        url: str,
        *,
        name: str = "aesthetic",
        low: float = 0.0,
        high: float = 1.0,
        timeout: float = 60.0,
    ) -> None:
        self._url = url
        self._timeout = timeout
        self.row = ScorerRow(name=name, about=f"score of {url}", low=low, high=high)

    def score(self, scene: Scene) -> Scores | None:
        """Return the server's scores, shape (N,); Unavailable when it does not give them."""
        pixels = Image.fromarray(scene.view.pixels(LONG_SIDE))
        images = [_jpeg(pixels, candidate.box) for candidate in scene.candidates]
        request = urllib.request.Request(
            self._url,
            data=json.dumps({"images": images}).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as response:
                answer = json.load(response)
            scores = [float(value) for value in answer["scores"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unavailable(f"The scoring server {self._url} did not answer: {error}.") from error
        if len(scores) != len(images) or not all(map(math.isfinite, scores)):
            raise Unavailable(
                f"The scoring server {self._url} gave {len(scores)} scores for {len(images)} crops."
            )
        return np.array(scores)


def _jpeg(photo: Image.Image, box: Box) -> str:
    frame = (
        math.floor(box.x1 * photo.width),
        math.floor(box.y1 * photo.height),
        max(math.ceil(box.x2 * photo.width), math.floor(box.x1 * photo.width) + 1),
        max(math.ceil(box.y2 * photo.height), math.floor(box.y1 * photo.height) + 1),
    )
    crop = photo.crop(frame)
    crop.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    crop.save(buffer, "JPEG", quality=QUALITY)
    return base64.b64encode(buffer.getvalue()).decode()
