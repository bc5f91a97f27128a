"""An importer: photos of ours at example://FOLDER, every one cropped to its left half."""

from collections.abc import Iterator
from pathlib import Path

from cropsmith.evals.datasets.importer import Importer, Shot, Source
from cropsmith.tools.images.look import file_size


def shots(address: str, source: Source) -> Iterator[Shot]:
    for path in sorted(Path(address).glob("*.jpg")):
        data = path.read_bytes()
        size = file_size(path.name, data)
        yield Shot(path.name, data, ((0, 0, size.width / 2, size.height),))


IMPORTER = Importer("example", shots)
