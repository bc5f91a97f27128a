"""From file to the pixels that are looked at, beside pyvips and a full decode; and back to a file.

Every call starts from the file on the disk; reading, hashing and decoding are all counted.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from cropsmith.evals.lab.benchmarks.clock import cpu_ms
from cropsmith.evals.lab.benchmarks.sample import sample
from cropsmith.tools.images.photo import LOOK_SIDE, open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.schema.geometry import PixelBox

SIZES = {"12 MP": (4000, 3000), "2 MP": (1632, 1224)}

UPLOAD_SIDE = 1024
"""A size at which VLMs are commonly shown pictures."""


def full_decode(path: Path) -> object:
    """Decode everything, then shrink: what looking costs without scaled decoding."""
    with Image.open(path) as image:
        return image.convert("RGB").resize((LOOK_SIDE, LOOK_SIDE), Image.Resampling.BILINEAR)


def looking(path: Path) -> Mapping[str, Callable[[], object]]:
    """Return the rivals at the first look."""
    import pyvips

    pyvips.cache_set_max(0)
    return {
        "cropsmith": lambda: open_photo(path).pixels(LOOK_SIDE),
        "pyvips thumbnail": lambda: pyvips.Image.thumbnail(str(path), LOOK_SIDE).numpy(),
        "full decode, Pillow": lambda: full_decode(path),
    }


def upload(path: Path) -> Mapping[str, Callable[[], object]]:
    """Return the rivals at the size a VLM is shown; cropsmith's photo is open already."""
    import pyvips

    photo = open_photo(path)
    return {
        "cropsmith": lambda: photo.pixels(UPLOAD_SIDE),
        "pyvips thumbnail": lambda: pyvips.Image.thumbnail(str(path), UPLOAD_SIDE).numpy(),
    }


def rendering(path: Path, width: int, height: int) -> Mapping[str, Callable[[], object]]:
    """Return the rivals at cutting the middle half of each side, JPEG to JPEG."""
    import pyvips

    photo = open_photo(path)
    left, top = width // 4, height // 4
    box = PixelBox(left=left, top=top, right=left + width // 2, bottom=top + height // 2)

    def by_vips() -> object:
        crop = pyvips.Image.new_from_file(str(path)).crop(left, top, width // 2, height // 2)
        return crop.jpegsave_buffer(Q=92)

    return {"cropsmith": lambda: render(photo, box), "pyvips, quality 92": by_vips}


def main() -> None:
    """Print CPU milliseconds and ratios to the first peer."""
    os.environ.setdefault("VIPS_CONCURRENCY", "1")
    with TemporaryDirectory() as folder:
        for name, (width, height) in SIZES.items():
            path = sample(Path(folder), width, height)
            jobs = {
                f"file to {LOOK_SIDE} px": looking(path),
                f"open photo to {UPLOAD_SIDE} px": upload(path),
                "crop to JPEG": rendering(path, width, height),
            }
            for job, rivals in jobs.items():
                print(f"{name}, {job}")
                times = cpu_ms(rivals)
                ours = times["cropsmith"]
                for rival, taken in times.items():
                    ratio = "" if rival == "cropsmith" else f"   ours is {ours / taken:.2f} of it"
                    print(f"  {rival:20} {taken:7.1f} ms{ratio}")


if __name__ == "__main__":
    main()
