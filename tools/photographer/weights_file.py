"""The numbers that training wrote: one data file, read once."""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

DATA = "preference.npz"


@cache
def learned() -> dict[str, NDArray[np.float32]]:
    """Return the arrays of `tools/photographer/preference.npz` by name."""
    with files("cropsmith.tools.photographer").joinpath(DATA).open("rb") as file:
        loaded = np.load(file)
        return {name: loaded[name] for name in loaded.files}
