"""What of the photo itself a trace keeps: enough to be looked at, and to be replayed."""

import io

from PIL import Image

from cropsmith.agents.trace.record import Recorder
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE, View

MAX_PHOTO_BYTES = 32 * 2**20
"""A photo that came without a file (bytes, web, standard input) is kept up to this size."""


def keep_photo(recorder: Recorder, view: View, *, whole: bool = False) -> None:
    """Keep a small preview; the photo's own bytes too when no file holds them, or when `whole`.

    The preview stands in when the file has moved. It comes from the pixels that the built-in eyes
    look at anyway, so it costs one small JPEG.
    """
    if recorder.trace_id is None:
        return
    out = io.BytesIO()
    Image.fromarray(view.pixels(SIGHT_SIDE)).save(out, "JPEG", quality=80)
    recorder.picture(out.getvalue(), "preview")
    photo = view.photo
    if whole or (photo.path is None and len(photo.data) <= MAX_PHOTO_BYTES):
        recorder.picture(photo.data, "photo")
