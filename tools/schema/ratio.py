"""Aspect ratios: exact, width over height."""

import re
from fractions import Fraction
from numbers import Rational, Real
from typing import Self

from pydantic import model_validator

from cropsmith.errors import UsageError
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.values import Value

SIMPLE = 100
"""Largest second number of a ratio that was given as one: 1.91 is 191:100."""
FINEST = 10_000
"""Largest second number of any: finer ones no photo can tell apart, and they overflow."""


def decimal(text: str) -> Fraction:
    """Return a plain number, "4" or "1.91"; ValueError for any other text, also "1e9"."""
    if not re.fullmatch(r"\s*(?:\d{1,9}(?:\.\d{0,99})?|\.\d{1,99})\s*", text, re.ASCII):
        raise ValueError(f"not a plain number: {text}")
    return Fraction(text.strip())


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
    def of_value(cls, value: Real | Fraction | float) -> Self:
        """Return the simplest ratio within 0.01 % or so of width / height: 1.7777 is 16:9.

        UsageError for what is no number, or beyond 50:1.
        """
        try:
            exact = Fraction(value) if isinstance(value, Rational) else Fraction(float(value))
            share = exact.limit_denominator(SIMPLE)
            if share > 0:
                return cls.of(share, 1)._within_reason(value)
        except (ValueError, OverflowError):  # nan, infinity
            pass
        raise UsageError(f"{value} is not a ratio.", hint="Write width / height, as in 1.5.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "4:5", "16x9", "1.91:1", "3/2" or "1.5"; UsageError otherwise."""
        parts = (
            text.strip().lower().replace("×", ":").replace("x", ":").replace("/", ":").split(":")
        )
        try:
            numbers = [decimal(part) for part in parts]
            if len(numbers) == 1:
                return cls.of_value(numbers[0])
            width, height = numbers
            ratio = cls.of((width / height).limit_denominator(FINEST), 1)
        except (ValueError, ZeroDivisionError) as error:
            message = f"'{text}' is not a ratio."
            raise UsageError(message, hint="Write it as width:height, for example 4:5.") from error
        return ratio._within_reason(text)

    def _within_reason(self, given: object) -> Self:
        if self.width > 50 * self.height or self.height > 50 * self.width:
            raise UsageError(f"The ratio {given} is too extreme: at most 50:1 or 1:50.")
        return self

    @property
    def value(self) -> float:
        """Width divided by height."""
        return self.width / self.height

    def __str__(self) -> str:
        return f"{self.width}:{self.height}"
