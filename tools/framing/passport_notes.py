"""What to say of a finished passport photo: its pixels, and that a person must check it."""

from collections.abc import Iterator

from cropsmith.tools.language.passports import passports
from cropsmith.tools.schema.geometry import Size

DPI = 300
"""Dots an inch that a print needs."""
CHECK = "Crown and eyes are estimates: check it against the official template."


def passport_notes(key: str, size: Size) -> Iterator[str]:
    """Yield the notes on a crop of a size by the rule of a preset; none if it is no passport."""
    passport = passports().get(key)
    if passport is None:
        return
    told, asked = "the rule asks for", passport.size
    if asked is None and passport.mm is not None:
        wide, high = passport.mm
        told = f"{wide} x {high} mm at {DPI} dpi is"
        asked = (round(wide / 25.4 * DPI), round(high / 25.4 * DPI))
    if asked is not None and (size.width < asked[0] or size.height < asked[1]):
        yield f"This has {size.width} x {size.height} pixels; {told} {asked[0]} x {asked[1]}."
    yield CHECK
