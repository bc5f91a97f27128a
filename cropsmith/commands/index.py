"""`cropsmith index`: build, add to, describe and search an index of expert crops."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cropsmith.errors import OutputError, UsageError, why
from cropsmith.tools.schema.plain_text import visible_line

if TYPE_CHECKING:
    from cropsmith.tools.schema.labelled_photo import LabelledPhoto
    from cropsmith.vectorstore.build import Bad, BuildReport
    from cropsmith.vectorstore.build import Progress as Done
    from cropsmith.vectorstore.index import Index

app = typer.Typer(
    help="Expert crops of similar photos, as examples for the mind.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

SHOWN = 20
"""Bad photos and lines that are named on the screen; --bad writes all."""

Name = Annotated[str, typer.Option("--name", help="Name of the index, or a folder's path.")]
BadFile = Annotated[Path | None, typer.Option("--bad", help="Write every bad photo or line here.")]


@app.command()
def build(
    source: Annotated[Path, typer.Argument(help="Folder of a dataset, or a .jsonl or .csv file.")],
    name: Name = "default",
    format: Annotated[
        str, typer.Option(help="fcdb, gaicd, flms, cpc, sacd, ...; recognised if not given.")
    ] = "",
    split: Annotated[
        str, typer.Option(help="train, val, test or all; by default train where there is one.")
    ] = "",
    embedder: Annotated[
        str,
        typer.Option(
            help="builtin, open_clip, open_clip/MODEL:WEIGHTS; "
            "by default open_clip where its weights are here."
        ),
    ] = "",
    store: Annotated[
        str, typer.Option(help="exact or chroma; by default chroma where it is installed.")
    ] = "",
    url: Annotated[str, typer.Option(help="Of a Chroma server, for --store chroma.")] = "",
    limit: Annotated[int | None, typer.Option(help="So many photos only.")] = None,
    bad: BadFile = None,
) -> None:
    """Build an index, or go on with one: what is there already is kept."""
    from cropsmith.vectorstore.embedders import embedder as make
    from cropsmith.vectorstore.index import STORES, Index, embedder_for, index_folder

    if store and store not in STORES:
        raise UsageError(f"There is no store '{store}'.", hint=f"There are: {', '.join(STORES)}.")
    if url and store != "chroma":
        raise UsageError("--url is the address of a Chroma server.", hint="Add --store chroma.")
    photos, flaws, dataset = _read(source, format, split)
    folder = index_folder(name)
    embedder = embedder or embedder_for(folder)
    index = Index.create(
        folder, make(embedder), name=embedder, dataset=dataset, store=STORES.get(store), url=url
    )
    _fill(index, photos[:limit], flaws, bad)


@app.command()
def add(
    source: Annotated[
        Path, typer.Argument(help="A .jsonl or .csv file of crops, or one photo with --box.")
    ],
    name: Name = "personal",
    box: Annotated[str, typer.Option(help="The crop of the photo: x1,y1,x2,y2 in 0..1.")] = "",
    bad: BadFile = None,
) -> None:
    """Add your own crops; those of "personal" come first."""
    from cropsmith.arguments import boxes_of
    from cropsmith.tools.examples.indexes import keep_crop, open_personal
    from cropsmith.tools.examples.row import PERSONAL
    from cropsmith.tools.images.pixel_format import SUFFIXES
    from cropsmith.vectorstore.index import Index, index_folder

    if box:
        from cropsmith.tools.images.photo import open_photo

        if name != PERSONAL:
            raise UsageError("A single crop is added to the personal index only.")
        keep_crop(open_photo(source), *boxes_of(box, "box"))
        print(f"{visible_line(source.name)}: kept as an example of your taste.")
        return
    if source.suffix.lower() in SUFFIXES:
        raise UsageError(f"{source.name} is a photo: its crop is missing.", hint="Give <box>.")
    photos, flaws, _ = _read(source, "", "all")
    index = open_personal() if name == PERSONAL else Index.open(index_folder(name))
    _fill(index, photos, flaws, bad)


@app.command()
def info(
    name: Annotated[str, typer.Argument(help="Name of an index; all of them if not given.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Say what indexes there are and what made them."""
    import json as json_

    from cropsmith.vectorstore.index import Index, index_folder, list_indexes

    names = [name] if name else list(list_indexes())
    documents = []
    for each in names:
        index = Index.open(index_folder(each))
        facts = index.manifest.model_dump(exclude={"version", "embedder_name"})
        documents.append({"name": each, "photos": len(index.store), **facts})
        index.close()
    if json:
        print(json_.dumps(documents, indent=1))
        return
    if not documents:
        print("There is no index yet. Build one with: cropsmith index build FOLDER")
    for facts in documents:
        where = f" at {facts['url']}" if facts["url"] else ""
        print(
            f"{facts['name']}: {facts['photos']} rows of {facts['dataset']}, "
            f"embedder {facts['embedder']}, store {facts['store']}{where}, {facts['created']}"
        )


@app.command()
def search(
    photo: Annotated[str, typer.Argument(help="The photo to find similar ones for.")],
    name: Name = "default",
    number: Annotated[int, typer.Option("-n", min=1, max=100, help="How many photos.")] = 12,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Where to write the contact sheet.")
    ] = Path("similar.jpg"),
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    guard: Annotated[
        bool, typer.Option("--guard/--no-guard", help="Leave out near-duplicates of the photo.")
    ] = True,
) -> None:
    """Show the nearest photos of an index with their crops."""
    import numpy as np
    from PIL import Image

    from cropsmith.settings import home
    from cropsmith.tools.drawing.contact_sheet import Tile, contact_sheet
    from cropsmith.tools.examples.retriever import Retriever, Selection, load_shelf
    from cropsmith.tools.images.image_store import ImageStore
    from cropsmith.tools.images.photo import LOOK_SIDE, open_photo
    from cropsmith.tools.photographer.opened_photo import View
    from cropsmith.vectorstore.index import index_folder

    if out.exists() and not force:
        raise OutputError(f"{out} exists.", hint="Use --force to replace it, or -o FILE.")
    view = View(open_photo(photo))
    shelf = load_shelf(index_folder(name))
    images = ImageStore(home() / "images")
    found = Retriever([shelf], images).examples(
        view, Selection(photos=number, crops=3, guard=guard)
    )
    tiles = [Tile(view.pixels(LOOK_SIDE), "this photo")]
    for example in found.examples:
        data = images.get(example.sha256)
        if data is None:
            continue
        caption = f"{example.similarity:.2f} {example.source.rpartition('/')[2]}"
        boxes = tuple(crop.box for crop in example.crops)
        tiles.append(Tile(np.asarray(open_photo(data).pixels(LOOK_SIDE)), caption, boxes))
        scores = [f"{crop.score:.2f}" for crop in example.crops if crop.score is not None]
        corners = ", ".join(f"{v:.3f}" for v in boxes[0].corners)
        print(
            visible_line(f"{example.similarity:.3f}  {example.source}  [{corners}]"),
            *scores,
        )
    for missing in found.missing:
        print(visible_line(f"       {missing}: the file has gone"))
    if found.duplicates:
        print(f"{found.duplicates} left out: the photo itself, or nearly.")
    if len(tiles) == 1:
        print("Nothing similar was found.")
        return
    try:
        Image.fromarray(contact_sheet(tiles)).save(out, quality=90)
    except (OSError, ValueError) as error:
        raise OutputError(f"{out} cannot be written: {why(error)}.") from error
    print(f"{visible_line(str(out))}: {len(tiles) - 1} photos with their crops.")


def _read(
    source: Path, format: str, split: str
) -> tuple[Sequence["LabelledPhoto"], Sequence["Bad"], str]:
    """Return photos with crops, bad lines, and what the manifest calls the dataset."""
    from cropsmith.tools.examples.own_crops import read_own_crops
    from cropsmith.vectorstore.build import Bad

    if source.is_file() and source.suffix.lower() in (".jsonl", ".ndjson", ".csv"):
        own = read_own_crops(source)
        photos = [p for p in own.photos if split in ("", "all", p.split)]
        return photos, own.bad, source.stem
    from cropsmith.evals.datasets.reading import lenient
    from cropsmith.evals.datasets.registry import load

    with lenient() as bad_lines:
        dataset = load(source, format)
    if not split:
        split = "train" if "train" in dataset.splits else "all"
    photos = [p for p in dataset.photos if p.crops and split in ("all", p.split)]
    if not photos:
        has = ", ".join(f"{name or 'none'} ({n})" for name, n in dataset.splits.items())
        raise UsageError(
            f"{source}: no photo of the split '{split}' has a crop.", hint=f"It has {has}."
        )
    bad = [
        Bad(str(flaw.first), f"{flaw.count} x {flaw.kind}, {flaw.effect}")
        for flaw in dataset.problems
    ]
    bad += [Bad(dataset.format, str(error)) for error in bad_lines]
    label = dataset.format if split == "all" else f"{dataset.format} {split}"
    return photos, bad, label


def _fill(
    index: "Index",
    photos: Sequence["LabelledPhoto"],
    flaws: Sequence["Bad"],
    bad_file: Path | None,
) -> None:
    from cropsmith.tools.examples.row import entries_of
    from cropsmith.vectorstore.build import build as fill
    from cropsmith.vectorstore.cache import EmbeddingCache
    from cropsmith.vectorstore.embedders import embedder as make

    by = make(index.manifest.embedder_name)
    cache = EmbeddingCache()
    try:
        with _progress() as show:
            report = fill(index, by, list(entries_of(photos)), cache=cache, on_progress=show)
        total = len(index.store)
    finally:
        cache.close()
        index.close()
    _tell(index, report, total, [*flaws, *report.bad], bad_file)


@contextmanager
def _progress() -> Iterator[Callable[["Done"], None]]:
    """Show a bar with rate and time left on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.1f} photos/s"),
        TextColumn("{task.fields[left]}"),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task("indexing", total=None, rate=0.0, left="")

        def show(progress: "Done") -> None:
            left = progress.seconds_left
            bar.update(
                task,
                completed=progress.done,
                total=progress.total,
                rate=progress.rate,
                left="" if left is None else f"{left:.0f} s left",
            )

        yield show


def _tell(
    index: "Index",
    report: "BuildReport",
    total: int,
    bad: Sequence["Bad"],
    bad_file: Path | None,
) -> None:
    print(
        f"{index.folder.name}: {report.added} added, {report.kept} already there, "
        f"{total} in all; {report.rate:.1f} photos a second."
    )
    if not bad:
        return
    print(f"{len(bad)} bad photos or lines were left out:")
    for one in bad[:SHOWN]:
        print(visible_line(f"  {one.id}: {one.reason}"))
    if len(bad) > SHOWN:
        print(f"  ... and {len(bad) - SHOWN} more; --bad FILE writes them all.")
    if bad_file is not None:
        try:
            lines = [visible_line(f"{one.id}\t{one.reason}") for one in bad]
            bad_file.write_text("\n".join(lines) + "\n", "utf-8")
        except OSError as error:
            raise OutputError(f"{bad_file} cannot be written: {why(error)}.") from error
