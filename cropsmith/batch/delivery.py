"""Where and how the crops of a command go."""

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from cropsmith.errors import UsageError
from cropsmith.tools.images.names import NameTemplate
from cropsmith.tools.images.pixel_format import (
    SUFFIXES,
    format_named,
    format_of_suffix,
    suffix_of_format,
)
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import Keep
from cropsmith.tools.sidecars.sidecar import Sidecar

STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Where and how the crops of a command go."""

    out: Path | None = None
    """A file or a folder; None for beside the photo, `-` for standard output."""
    name: NameTemplate | None = None
    """How files are called; None for "{stem}-crop", with shape and number where there are more."""
    format: str | None = None
    quality: int | None = None
    most_bytes: int | None = None
    """Of each file; None for what the words say."""
    within: Size | None = None
    """The crop is made smaller, never larger, until it fits in here."""
    lossless: bool = False
    keep: Keep | None = None
    """Of the metadata; None leaves it to the words."""
    gps: bool | None = None
    sidecars: tuple[Sidecar, ...] = ()
    pixels: bool = False
    """Write the crop beside its sidecars; without sidecars it is written in any case."""
    compare: bool = False
    force: bool = False
    skip_existing: bool = False
    dry_run: bool = False
    json: bool = False
    show: bool = False

    @property
    def streams(self) -> bool:
        """Whether the crop goes to standard output."""
        return self.out == STANDARD_OUTPUT

    @property
    def writes_pixels(self) -> bool:
        """Whether crops are written: not beside sidecars, unless that is asked, or a file named."""
        named = self.out is not None and bool(self.out.suffix) and not self.out.is_dir()
        return not self.sidecars or self.pixels or named

    @property
    def idle(self) -> list[str]:
        """What is stated of the crop's file where only sidecars are written."""
        names = ("format", "quality", "most_bytes", "lossless", "keep", "gps", "compare")
        plain = Delivery()
        stated = [one for one in names if getattr(self, one) != getattr(plain, one)]
        return [] if self.writes_pixels else stated

    def checked(self, *, many: bool) -> "Delivery":
        """Return this; UsageError for choices that do not go together, before any work is done.

        `many` photos need a folder, in which the crops have names of their own.
        """
        named = self.out is not None and self.out.suffix and not self.streams and not many
        file = self.out.name if self.out is not None and named and not self.out.is_dir() else ""
        template = self.name.text if self.name is not None and self.name.suffix else ""
        if self.sidecars and file and Path(file).suffix.lower() not in SUFFIXES:
            raise UsageError(
                f"{file} names no picture, and sidecars have names of their own.",
                hint="Give <out> a FOLDER, or a picture's name for the crop beside them.",
            )
        for told in filter(None, (file, template)):
            _check_format(told, self.format)
        if self.format:
            format_named(self.format)
        _refuse(self.lossless and bool(self.quality or self.most_bytes or self.within), LOSSLESS)
        _refuse(self.force and self.skip_existing, "Existing files are overwritten or skipped.")
        if self.streams:
            _refuse(many, "Standard output takes the crop of one photo.")
            _refuse(self.json, "Standard output takes the crop or the JSON, not both.")
            _refuse(self.compare, "Standard output takes one picture.")
            _refuse(bool(self.sidecars), "Standard output takes the crop, and no sidecar.")
            _refuse(self.name is not None, "What goes to standard output has no name.")
        elif self.out is not None and self.out.suffix and not self.out.is_dir():
            if many:
                raise UsageError(
                    "Several photos need a folder to write to.", hint="Give <out> a FOLDER."
                )
            _refuse(self.name is not None, f"{self.out} is a file already named.")
        if many and self.name is not None and not self.name.tells("stem"):
            raise UsageError(
                "The name of the crops of several photos needs {stem}.",
                hint='For example "{stem}-{shape}{ext}".',
            )
        return self

    def and_then(self, later: "Delivery") -> "Delivery":
        """Return this with what another states that is not the default."""
        plain = Delivery()
        stated = {
            one.name: value
            for one in fields(later)
            if (value := getattr(later, one.name)) != getattr(plain, one.name)
        }
        return replace(self, **stated)

    def to_json(self) -> str:
        """Return this as JSON text of ASCII, whatever bytes a file's name has."""
        plain: dict[str, Any] = asdict(self)
        plain["out"] = None if self.out is None else str(self.out)
        plain["name"] = None if self.name is None else self.name.text
        plain["within"] = None if self.within is None else self.within.model_dump()
        return json.dumps(plain, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Delivery":
        """Return what `to_json` gave. ValueError or TypeError for anything else."""
        plain = json.loads(text)
        given = {
            "out": plain["out"] and Path(plain["out"]),
            "name": plain["name"] and NameTemplate.parse(plain["name"]),
            "within": plain["within"] and Size.model_validate(plain["within"]),
            "keep": plain["keep"] and Keep(plain["keep"]),
            "sidecars": tuple(Sidecar(kind) for kind in plain["sidecars"]),
        }
        return cls(**{**plain, **given})


def _check_format(file: str, format: str | None) -> None:
    """UsageError where the name of a file says no format, or another than was asked for."""
    suffix = Path(file).suffix
    said = format_of_suffix(suffix)
    if format and format_named(format) != said:
        raise UsageError(
            f"{file} is the name of a {said}, and the format asked for is {format_named(format)}.",
            hint=f"Leave <format> out, or end the name in {suffix_of_format(format)}.",
        )


LOSSLESS = "A lossless crop keeps the coding and the pixels of the photo."


def _refuse(wrong: bool, why: str) -> None:
    if wrong:
        raise UsageError(why, hint="Leave one of the options out.")
