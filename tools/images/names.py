"""What files are called: a template with a few checked fields, like "{stem}-{shape}-{n}{ext}"."""

import re
from dataclasses import dataclass
from string import Formatter

from cropsmith.errors import ArgumentError, OutputError
from cropsmith.tools.images.pixel_format import SUFFIXES

WORDS = ("stem", "shape", "ext")
"""The photo's name without suffix; the shape ("4x5", "crop" for a free one); ".jpg"."""
NUMBERS = ("n", "width", "height")
"""Which of several answers, from 1; the pixels of the file. They may be padded: {n:03}."""


@dataclass(frozen=True)
class NameTemplate:
    """A checked template; see `parse`."""

    text: str

    @classmethod
    def parse(cls, text: str) -> "NameTemplate":
        """Return the template; ArgumentError for one that could not make names of files.

        A "/" makes folders inside the folder of the output, never outside of it.
        """
        try:
            parts = list(Formatter().parse(text))
        except ValueError as error:
            raise _wrong(f"is no template ({str(error).lower()}): {text!r}") from error
        for literal, field, spec, conversion in parts:
            if "\\" in literal or "\0" in literal:
                raise _wrong("must have no backslash")
            if field is None:
                continue
            if field not in (*WORDS, *NUMBERS):
                raise _wrong(f"has no field {{{field}}}")
            padded = re.fullmatch(r"0[1-9]" if field in NUMBERS else "", spec or "")
            if conversion or not (padded or not spec):
                raise _wrong(f"cannot have {{{field}}} formatted so")
        places = text.split("/")
        if any(place.strip().startswith((".", "{ext}")) for place in places[-1:]):
            raise _wrong(f"must name the file before its suffix: {text!r}")
        if text.startswith(("/", "~")) or any(place.strip() in ("", ".", "..") for place in places):
            raise _wrong(f"must stay within the folder of the output: {text!r}")
        made = cls(text)
        if not text.endswith("{ext}") and made.suffix not in SUFFIXES:
            raise _wrong("must end in {ext} or a suffix such as .jpg")
        return made

    @property
    def suffix(self) -> str:
        """The suffix that it fixes; empty where it leaves that to {ext}."""
        found = re.search(r"\.\w+$", self.text)
        return found.group().lower() if found else ""

    def tells(self, field: str) -> bool:
        """Tell whether a field is in it."""
        return any(found == field for _, found, _, _ in Formatter().parse(self.text))

    def filled(self, *, stem: str, shape: str, n: int, ext: str, width: int, height: int) -> str:
        """Return the name, with "/" between its folders. OutputError where it comes to none."""
        name = self.text.format(stem=stem, shape=shape, n=n, ext=ext, width=width, height=height)
        if any(place.strip(" .") == "" for place in name.split("/")):
            raise OutputError(f"{name!r} cannot be the name of a file.")
        return name


def _wrong(why: str) -> ArgumentError:
    fields = ", ".join(f"{{{field}}}" for field in (*WORDS, *NUMBERS))
    return ArgumentError("name", why, hint=f"Its fields are {fields}.")
