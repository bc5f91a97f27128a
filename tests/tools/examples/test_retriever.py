import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cropsmith.errors import UsageError
from cropsmith.tools.examples.retriever import Choice, Retriever, Selection, Shelf, load_shelf
from cropsmith.tools.examples.row import entries_of
from cropsmith.tools.examples.transfer import transferred
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Example, ExpertCrop
from cropsmith.tools.schema.geometry import Box, Point, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.vectorstore.build import build
from cropsmith.vectorstore.descriptor import LayoutDescriptor
from cropsmith.vectorstore.index import Index

BOXES = (
    Box(x1=0.0, y1=0.0, x2=0.9, y2=0.6),
    Box(x1=0.1, y1=0.1, x2=0.5, y2=0.9),
    Box(x1=0.05, y1=0.05, x2=0.95, y2=0.95),
)
SCORES = (2.0, 3.5, 4.5)


def labelled(path: Path, source: str = "test", subject: Box | None = None) -> LabelledPhoto:
    crops = tuple(ExpertCrop(box=b, score=s) for b, s in zip(BOXES, SCORES, strict=True))
    return LabelledPhoto(
        name=path.name, path=str(path), crops=crops, source=source, subject=subject
    )


@pytest.fixture(scope="module")
def photos(many_photos: list[Path]) -> list[Path]:
    return many_photos[:24]


def shelf(folder: Path, photos: list[LabelledPhoto]) -> Shelf:
    by = LayoutDescriptor()
    index = Index.create(folder, by, name="builtin", dataset="test")
    build(index, by, list(entries_of(photos)))
    return Shelf(index, by)


def view(path: Path) -> View:
    return View(open_photo(path))


def test_the_query_and_its_copies_never_come_back(photos: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy.jpg"
    with Image.open(photos[3]) as image:
        image.resize((image.width // 2, image.height // 2)).save(copy, quality=40)
    trimmed = tmp_path / "trimmed.png"
    with Image.open(photos[3]) as image:
        width, height = image.size
        image.crop((8, 8, width - 8, height - 8)).save(trimmed)
    paths = [*photos, copy, trimmed]
    retriever = Retriever([shelf(tmp_path / "i", [labelled(p) for p in paths])])
    guarded = retriever.examples(view(photos[3]), Selection(photos=5))
    assert guarded.duplicates == 3
    names = {example.source for example in guarded.examples}
    assert len(names) == 5
    assert names.isdisjoint({f"test/{photos[3].name}", "test/copy.jpg", "test/trimmed.png"})
    unguarded = retriever.examples(view(photos[3]), Selection(photos=5, guard=False))
    first = [example.source for example in unguarded.examples[:2]]
    assert set(first) == {"test/copy.jpg", "test/trimmed.png"}, "its own bytes alone stay out"


def test_examples_come_by_similarity_and_as_many_as_asked(
    photos: list[Path], tmp_path: Path
) -> None:
    retriever = Retriever([shelf(tmp_path, [labelled(p) for p in photos[1:]])])
    for count in (1, 7, 99):
        found = retriever.examples(view(photos[0]), Selection(photos=count, crops=2))
        similar = [example.similarity for example in found.examples]
        assert similar == sorted(similar, reverse=True)
        assert len(similar) == min(count, len(photos) - 1 - found.duplicates)
        assert all(len(example.crops) == 2 for example in found.examples)


def test_random_examples_are_drawn_anew_for_each_photo(photos: list[Path], tmp_path: Path) -> None:
    retriever = Retriever([shelf(tmp_path, [labelled(p) for p in photos[4:]])])

    def names(path: Path, which: Choice) -> set[str]:
        found = retriever.examples(view(path), Selection(photos=5, which=which))
        return {example.source for example in found.examples}

    drawn = [names(path, "random") for path in photos[:4]]
    assert all(len(one) == 5 for one in drawn) and len(set(map(frozenset, drawn))) == 4
    assert drawn[0] == names(photos[0], "random"), "the same each time"
    assert drawn[0] != names(photos[0], "similar")


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(by="score", crops=2), (BOXES[2], BOXES[1])),
        (Selection(by="ratio", ratio=Ratio(width=3, height=1), crops=1), (BOXES[0],)),
        (Selection(by="ratio", ratio=Ratio(width=3, height=4), crops=1), (BOXES[1],)),
    ],
)
def test_g_chooses_the_crops_of_a_photo(
    photos: list[Path], tmp_path: Path, selection: Selection, expected: tuple[Box, ...]
) -> None:
    landscape = [p for p in photos if open_photo(p).size.width > open_photo(p).size.height][:3]
    retriever = Retriever([shelf(tmp_path, [labelled(p) for p in landscape[1:]])])
    for example in retriever.examples(view(landscape[0]), selection).examples:
        assert tuple(crop.box for crop in example.crops) == expected


def test_g_takes_the_row_with_the_nearest_subject(photos: list[Path], tmp_path: Path) -> None:
    left, right = (Box(x1=x, y1=0.4, x2=x + 0.2, y2=0.6) for x in (0.0, 0.8))
    rows = [labelled(photos[1], subject=left), labelled(photos[1], subject=right)]
    rows[1] = rows[1].model_copy(update={"name": "second"})
    retriever = Retriever([shelf(tmp_path, rows)])
    for x, name in ((0.1, photos[1].name), (0.9, "second")):
        selection = Selection(by="centre", centre=Point(x=x, y=0.5), crops=1)
        (example,) = retriever.examples(view(photos[0]), selection).examples
        assert example.source == f"test/{name}"
        assert example.subject and abs(example.subject.x - x) < 1e-9


def test_a_persons_own_crops_come_first_among_equals(photos: list[Path], tmp_path: Path) -> None:
    both = [
        shelf(tmp_path / "a", [labelled(p) for p in photos[1:]]),
        shelf(tmp_path / "b", [labelled(p, "personal") for p in photos[1:]]),
    ]
    found = Retriever(both).examples(view(photos[0]), Selection(photos=6)).examples
    assert sum(example.source.startswith("personal/") for example in found) >= 4
    assert found[0].source.startswith("personal/")


def test_pictures_are_put_into_the_image_store(photos: list[Path], tmp_path: Path) -> None:
    copies = [Path(shutil.copy(p, tmp_path)) for p in photos[1:5]]
    store = ImageStore(tmp_path / "images")
    retriever = Retriever([shelf(tmp_path / "i", [labelled(p) for p in copies])], store)
    copies[0].unlink()
    found = retriever.examples(view(photos[0]), Selection())
    assert list(found.missing) == [f"test/{copies[0].name}"]
    assert len(found.examples) == 3
    assert all(store.get(example.sha256) for example in found.examples)


def test_an_index_of_another_embedder_is_refused(tmp_path: Path) -> None:
    class Older(LayoutDescriptor):
        id = "builtin/layout-0"

    Index.create(tmp_path, Older(), name="builtin", dataset="test").close()
    with pytest.raises(UsageError, match="builtin/layout-0, which is now builtin/layout-1"):
        load_shelf(tmp_path)


def example(box: Box, similarity: float) -> Example:
    return Example(
        sha256="0",
        width=3,
        height=2,
        crops=(ExpertCrop(box=box),),
        similarity=similarity,
        source="test/x",
    )


def test_a_transferred_box_follows_the_most_similar_and_has_the_ratio() -> None:
    left = example(Box(x1=0, y1=0, x2=0.5, y2=1), 0.9)
    right = example(Box(x1=0.5, y1=0, x2=1, y2=1), 0.1)
    size = Size(width=1200, height=800)
    box = transferred([left, right], Ratio(width=1, height=1), size)
    assert box is not None and box.centre.x < 0.4
    assert np.isclose(box.width * 1200, box.height * 800)
    free = transferred([left], None, size)
    assert free is not None and np.allclose(free.corners, left.crops[0].box.corners)
    assert transferred([], None, size) is None
