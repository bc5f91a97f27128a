"""Opens and crops files made to harm, and tells what became of them.

python tests/soak.py [COUNT] [SEED]     COUNT mutants, 5000 of a fresh seed if not given
python tests/soak.py FOLDER             every file in a folder
"""

import contextlib
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from cropsmith.errors import UnreadableImage  # noqa: E402
from cropsmith.tools.images.photo import open_photo  # noqa: E402
from cropsmith.tools.images.render import render  # noqa: E402
from cropsmith.tools.sandbox import pool  # noqa: E402
from cropsmith.tools.schema.geometry import PixelBox  # noqa: E402
from tests.mutants import mutants  # noqa: E402

MOST_BYTES = 1_500_000_000
MOST_SECONDS = 10.0


@dataclass
class Soaked:
    """What became of the files."""

    cropped: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """By what was said, without names and numbers."""
    longest: tuple[float, str] = (0.0, "")
    """Seconds of CPU, and of which file."""
    peak: tuple[int, str] = (0, "")
    """Bytes of a worker's memory, and at which file."""
    wrong: list[str] = field(default_factory=list)
    """Files that ended neither in a crop of the asked size nor in one sentence."""

    @property
    def count(self) -> int:
        """Of the files."""
        return self.cropped + sum(self.refused.values()) + len(self.wrong)


def soak(files: Iterable[tuple[str, bytes]]) -> Soaked:
    """Open and crop each file."""
    soaked = Soaked()
    for name, data in files:
        began = spent()
        try:
            soaked.cropped += 1 if cropped(data) else 0
        except UnreadableImage as error:
            said = error.message
            if not said.endswith(".") or "\n" in said or len(said) > 400:
                soaked.wrong.append(f"{name}: {said}")
            else:
                soaked.refused[re.sub(r"[\d.]+x?\d*", "N", said)] += 1
        except Exception as error:  # a mistake of ours, which is what is looked for
            soaked.wrong.append(f"{name}: {type(error).__name__}: {error}")
        soaked.longest = max(soaked.longest, (spent() - began, name))
        soaked.peak = max(soaked.peak, *((held(pid), name) for pid in pool.pids()), (0, ""))
    return soaked


def cropped(data: bytes) -> bool:
    """Crop the middle of a file, and open the crop."""
    photo = open_photo(data)
    width, height = photo.size.width, photo.size.height
    box = PixelBox(
        left=width // 10,
        top=height // 10,
        right=max(width // 10 + 1, width - width // 10),
        bottom=max(height // 10 + 1, height - height // 10),
    )
    crop = render(photo, box)
    found = open_photo(crop.data).size
    if not crop.size == box.size == found:
        raise AssertionError(f"a crop of {found}, not of {box.size}")
    return True


def spent() -> float:
    """Return the seconds of CPU of this process and its workers, those that ended included."""
    own = os.times()
    running = 0.0
    for pid in pool.pids():
        with contextlib.suppress(OSError):  # it has just ended, and is among the children
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            running += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own.user + own.system + own.children_user + own.children_system + running


def held(pid: int) -> int:
    """Return the most bytes of memory that a process has held so far; 0 where it is not told."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def of_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file in a folder."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        yield str(path.relative_to(folder)), path.read_bytes()


def main() -> int:
    """Soak, and print the figures; 1 when a file did not end as it should."""
    first = sys.argv[1] if len(sys.argv) > 1 else "5000"
    if first.isdigit():
        seed = int(sys.argv[2]) if len(sys.argv) > 2 else int.from_bytes(os.urandom(4), "big")
        print(f"{first} mutants of seed {seed}", flush=True)
        soaked = soak(mutants(int(first), seed))
    else:
        soaked = soak(of_folder(Path(first)))
    print(f"{soaked.count} files: {soaked.cropped} cropped, {sum(soaked.refused.values())} refused")
    print(f"longest {soaked.longest[0]:.2f} s of CPU ({soaked.longest[1]})")
    print(f"most memory of a worker {soaked.peak[0] / 1e6:.0f} MB ({soaked.peak[1]})")
    for said, count in soaked.refused.most_common(40):
        print(f"{count:6}  {said}")
    print(*(f"WRONG   {wrong}" for wrong in soaked.wrong), sep="\n")
    over = soaked.longest[0] > MOST_SECONDS or soaked.peak[0] > MOST_BYTES
    return 1 if over or soaked.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
