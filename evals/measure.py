"""One column of a table; and one that another package adds, with how it is computed."""

from collections.abc import Callable
from dataclasses import dataclass

from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto


@dataclass(frozen=True)
class Measure:
    """One column of a table."""

    key: str
    title: str
    higher_is_better: bool = True
    primary: bool = False
    """The one figure of its table that systems are ranked and tested by."""
    percent: bool = False
    convention: str = ""


@dataclass(frozen=True)
class Metric:
    """A figure of a crop that another package adds to the tables of generated crops."""

    measure: Measure
    of: Callable[[LabelledPhoto, Box], float | None]
    """The crop's value; None where the photo has nothing to measure, whatever the crop."""
    missed: float = 0.0
    """The value of a sample that failed."""

    def __post_init__(self) -> None:
        if self.measure.primary:
            raise ValueError(f"{self.measure.key} cannot be primary: a table ranks by its own")
