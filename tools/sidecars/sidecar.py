"""The table of sidecars: what each is called, and what is in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cropsmith.tools.sidecars.camera_raw import camera_raw_sidecar
from cropsmith.tools.sidecars.darktable import darktable_sidecar
from cropsmith.tools.sidecars.framing import Framing
from cropsmith.tools.sidecars.web import as_json, focal_text, iiif


class Sidecar(StrEnum):
    """A kind of sidecar."""

    XMP = "xmp"
    """Lightroom and Camera Raw; darktable reads it when it imports a photo."""
    DARKTABLE = "darktable"
    IIIF = "iiif"
    JSON = "json"
    FOCAL = "focal"
    """Strings for CDNs and CSS."""


@dataclass(frozen=True)
class Written:
    """How a kind of sidecar is written."""

    text: Callable[[Framing], str]
    name: str
    """Of the file: {stem} and {file} are the photo's, {mark} tells several crops apart."""
    turns: bool = False
    """Whether it can say that the photo is straightened."""

    @property
    def single(self) -> bool:
        """Whether it holds the one crop of a photo, under a name that its program expects."""
        return "{mark}" not in self.name

    @property
    def suffix(self) -> str:
        """What its name ends in: ".iiif.txt"."""
        return self.name.rpartition("}")[2]


SIDECARS = {
    Sidecar.XMP: Written(camera_raw_sidecar, "{stem}.xmp", turns=True),
    Sidecar.DARKTABLE: Written(darktable_sidecar, "{file}.xmp"),
    Sidecar.IIIF: Written(lambda framing: iiif(framing) + "\n", "{stem}-crop{mark}.iiif.txt"),
    Sidecar.JSON: Written(as_json, "{stem}-crop{mark}.json", turns=True),
    Sidecar.FOCAL: Written(focal_text, "{stem}-crop{mark}.focal.txt"),
}


def sidecar_name(kind: Sidecar, photo: str, mark: str = "") -> str:
    """Return the name of the file beside a photo; `mark` is that of one of several crops."""
    file, safe = Path(photo).name, re.sub(r"[^\w.+-]+", "-", mark.replace(":", "x"))
    return SIDECARS[kind].name.format(
        stem=Path(file).stem, file=file, mark=f"-{safe}" if safe else ""
    )


def sidecar_text(kind: Sidecar, framing: Framing, existing: bytes | None = None) -> str:
    """Return what is in the file. `existing` is one of the kind XMP that is there already."""
    if kind is Sidecar.XMP:
        return camera_raw_sidecar(framing, existing)
    return SIDECARS[kind].text(framing)


def lost(kind: Sidecar, framing: Framing) -> tuple[str, ...]:
    """Say what a kind cannot hold of a crop."""
    if SIDECARS[kind].turns or not framing.angle:
        return ()
    return (f"A sidecar of the kind {kind} knows no angle: its box is there, but not turned.",)
