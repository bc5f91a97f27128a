"""One store of encoded pictures, each named by the sha256 of its bytes.

    images/ab/abcdef...            the bytes as given
    images/thumbs/ab/abcdef...-320 a JPEG at most 320 pixels a side, made at its first use

A file appears whole or not at all: it is written aside and renamed. Two writers of one picture
write the same bytes, so neither has to wait.
"""

import hashlib
import io
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cropsmith.errors import UsageError
from cropsmith.tools.images.outside import in_sandbox

_NAME = re.compile(r"[0-9a-f]{64}")


def _write_whole(path: Path, data: bytes) -> None:
    """Write through a temporary name, so that a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        # Photos may be private: readable by their owner only.
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


@dataclass(frozen=True)
class ImageStore:
    """Pictures below one folder. Safe for many threads and processes."""

    root: Path

    def path(self, sha256: str) -> Path:
        """Return where a picture lies or would lie; UsageError for what is not a sha256."""
        if not _NAME.fullmatch(sha256):
            raise UsageError(f"'{sha256[:80]}' is not the sha256 of a picture.")
        return self.root / sha256[:2] / sha256

    def put(self, data: bytes, sha256: str = "") -> str:
        """Keep the bytes and return their `sha256`, which a caller may know already.

        OSError when the disk refuses.
        """
        sha256 = sha256 or hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        # A crash of the machine (not of the process) can leave an empty file under the name.
        if not path.is_file() or path.stat().st_size != len(data):
            _write_whole(path, data)
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """Return the bytes; None when they are not here, or damaged."""
        try:
            data = self.path(sha256).read_bytes()
        except FileNotFoundError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def thumbnail(self, sha256: str, side: int = 320) -> bytes | None:
        """Return an upright JPEG at most `side` pixels a side; None when the picture is gone."""
        return self.smaller(sha256, side, lambda data: downscaled(data, side))

    def smaller(
        self,
        sha256: str,
        side: int,
        made: Callable[[bytes], bytes],
        elsewhere: Callable[[], bytes | None] | None = None,
    ) -> bytes | None:
        """Return what `made` makes of a picture, from the second time on as it was kept.

        A picture that is not kept here may come from `elsewhere`; only what is made of it is kept.
        """
        self.path(sha256)  # refuses what is no sha256
        small = self.root / "thumbs" / sha256[:2] / f"{sha256}-{side:d}"
        if small.is_file():
            return small.read_bytes()
        data = self.get(sha256)
        if data is None and elsewhere is not None:
            data = elsewhere()
        if data is None:
            return None
        jpeg = made(data)
        _write_whole(small, jpeg)
        return jpeg

    def names(self) -> Iterator[str]:
        """Yield the sha256 of every picture."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(p.name for p in folder.iterdir() if _NAME.fullmatch(p.name))

    def size(self, sha256: str) -> int:
        """Return the bytes that a picture takes, without its thumbnails; 0 when it is not here."""
        path = self.path(sha256)
        return path.stat().st_size if path.is_file() else 0

    def remove(self, sha256: str) -> int:
        """Remove a picture and its thumbnails; return the bytes that this freed."""
        freed = 0
        thumbs = (self.root / "thumbs" / sha256[:2]).glob(f"{sha256}-*")
        for path in (self.path(sha256), *thumbs):
            if path.is_file():
                freed += path.stat().st_size
                path.unlink(missing_ok=True)
        return freed


def downscaled(data: bytes, side: int, quality: int = 82) -> bytes:
    """Return an upright RGB JPEG without tags, at most `side` pixels a side, of an encoded picture.

    Transparent parts become white. UnreadableImage when it cannot be decoded.
    """
    return in_sandbox(smaller_jpeg, "the picture", data, side, quality)


def smaller_jpeg(name: str, data: bytes, side: int, quality: int) -> bytes:
    """Do what `downscaled` says, in this process."""
    from PIL import Image

    from cropsmith.tools.images.decode import decoding, open_image, orientation, turned

    with decoding(name), open_image(data, name) as opened:
        turn = orientation(opened)
        opened.draft("RGB", (side, side))
        image = turned(opened, turn)
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        if image.has_transparency_data:
            clear = image.convert("RGBA")
            image = Image.new("RGB", clear.size, "white")
            image.paste(clear, mask=clear.getchannel("A"))
        out = io.BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
