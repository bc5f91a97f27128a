"""What the tests have workers of the sandbox do: go wrong, in every way."""

import os
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import MissingExtra, UsageError
from cropsmith.tools.schema.geometry import PixelBox


def length(name: str, data: bytes) -> int:
    return len(data)


def doubled(array: NDArray[np.float32]) -> NDArray[np.float32]:
    return array * 2


def moved(box: PixelBox, by: tuple[int, int]) -> PixelBox:
    right, bottom = box.right + by[0], box.bottom + by[1]
    return PixelBox(left=box.left + by[0], top=box.top + by[1], right=right, bottom=bottom)


def environment() -> dict[str, str]:
    return dict(os.environ)


def pid() -> int:
    return os.getpid()


def refuse() -> None:
    raise UsageError("This is refused.", hint="Do something else.")


def lack() -> None:
    raise MissingExtra("A test", "lossless")


def blunder() -> None:
    raise ZeroDivisionError("a mistake of ours")


def chatter() -> str:
    print("printed", flush=True)
    os.write(1, b"written")
    return "quiet"


def take(count: int) -> int:
    return len(b"x" * count)


def spin(seconds: float) -> str:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return "done"


def sleep(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def die(by: int) -> None:
    os.kill(os.getpid(), by)


def die_once(mark: Path, by: int) -> str:
    if not mark.exists():
        mark.touch()
        die(by)
    return "alive"


def lie() -> int:
    return "not a number"  # type: ignore[return-value]
