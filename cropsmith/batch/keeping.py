"""How the crops of a run go that waits for a person: kept beside its checkpoint until written."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cropsmith.batch.delivery import Delivery
from cropsmith.batch.writing import Place
from cropsmith.errors import OutputError
from cropsmith.settings import home
from cropsmith.tools.images.output import write_whole


@dataclass(frozen=True)
class Kept:
    """The delivery of one run."""

    delivery: Delivery = field(default_factory=Delivery)
    place: Place = field(default_factory=Place)

    def but(self, later: Delivery) -> "Kept":
        """Return this with what was stated later; another output is a place of its own."""
        place = self.place if later.out is None else Place()
        return Kept(self.delivery.and_then(later), place)


def file_of(trace_id: str) -> Path:
    """Return the file that keeps the delivery of a run."""
    return home() / "waiting" / f"{trace_id}.json"


def keep(trace_id: str, kept: Kept, beside: Path | None) -> None:
    """Keep the delivery of a run, its paths absolute. OutputError if that cannot be.

    `beside` is the photo's folder, where its crops go if nothing else is said.
    """
    delivery, place = kept.delivery, kept.place
    out = place.folder or delivery.out or beside
    plain = {
        "delivery": delivery.to_json(),
        "folder": os.path.abspath(out) if out and (place.many or not delivery.out) else None,
        "out": os.path.abspath(delivery.out) if delivery.out and not delivery.streams else None,
        "stem": place.stem,
        "many": place.many,
    }
    write_whole(file_of(trace_id), json.dumps(plain).encode(), force=True)


def kept_of(trace_id: str) -> Kept | None:
    """Return the delivery of a run; None where none is kept. OutputError if it is damaged."""
    file = file_of(trace_id)
    try:
        plain = json.loads(file.read_text("utf-8"))
        delivery = Delivery.from_json(plain["delivery"])
        if plain["out"]:
            delivery = delivery.and_then(Delivery(out=Path(plain["out"])))
        folder = plain["folder"] and Path(plain["folder"])
        return Kept(delivery, Place(folder=folder, stem=plain["stem"], many=plain["many"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise OutputError(
            f"{file} cannot be read, so how the crop was to be written is lost.",
            hint="Remove it, and state the options again.",
        ) from error


def forget(trace_id: str) -> None:
    """Keep the delivery of a run no longer: its crops are written."""
    with suppress(OSError):
        file_of(trace_id).unlink()
