"""Aspect ratios: exact, width over height."""

from fractions import Fraction
from typing import Self

from pydantic import model_validator

from cropsmith.errors import UsageError
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.values import Value


class Ratio(Value):
    """Width to height in lowest terms; 1.91:1 is 191:100."""

    width: int
    height: int

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a ratio needs two positive numbers, not {self.width}:{self.height}")
        return self

    @classmethod
    def of(cls, width: Fraction | int, height: Fraction | int) -> Self:
        """Return width:height in lowest terms."""
        share = Fraction(width) / Fraction(height)
        return cls(width=share.numerator, height=share.denominator)

    @classmethod
    def of_size(cls, size: Size) -> Self:
        """Return the ratio of an image."""
        return cls.of(size.width, size.height)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "4:5", "16x9", "1.91:1", "3/2" or "1.5"; UsageError otherwise."""
        parts = (
            text.strip().lower().replace("×", ":").replace("x", ":").replace("/", ":").split(":")
        )
        try:
            numbers = [Fraction(part.strip()) for part in parts]
            if len(numbers) == 1:
                numbers.append(Fraction(1))
            width, height = numbers
            ratio = cls.of(width, height)
        except (ValueError, ZeroDivisionError) as error:
            message = f"'{text}' is not a ratio."
            raise UsageError(message, hint="Write it as width:height, for example 4:5.") from error
        if not 1 / 50 <= ratio.value <= 50:
            raise UsageError(f"The ratio {text} is too extreme: at most 50:1 or 1:50.")
        return ratio

    @property
    def value(self) -> float:
        """Width divided by height."""
        return self.width / self.height

    def __str__(self) -> str:
        return f"{self.width}:{self.height}"
