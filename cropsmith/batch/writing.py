"""The files of a result: which they are, checked before any is written, written whole."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.batch.delivery import Delivery
from cropsmith.batch.plan import Aside, Plan, asides, write_aside
from cropsmith.errors import OutputError, UsageError
from cropsmith.tools.images.names import NameTemplate
from cropsmith.tools.images.output import (
    check_output,
    crop_path,
    folder_of,
    is_folder,
    lasting,
    safe,
    stem_of,
    suffix_of_crop,
    write_image,
    write_picture,
)
from cropsmith.tools.images.remote import is_there
from cropsmith.tools.images.render import Rendered
from cropsmith.tools.schema.request import Target
from cropsmith.tools.schema.result import Verdict
from cropsmith.tools.sidecars.sidecar import lost

Claim = Callable[[Sequence[Path]], None]
"""Called with the files that are about to be written; OutputError where they may not be."""


@dataclass(frozen=True)
class Place:
    """Where the files of one photo go, beside what the delivery says of all."""

    folder: Path | None = None
    """None for where the delivery says."""
    stem: str = ""
    """In place of the photo's own."""
    many: bool = False
    """Whether the photo is one of several, so that the output is a folder."""
    mine: tuple[Path, ...] = ()
    """Files that an attempt which was cut short may have written: they are written again."""

    def owns(self, path: Path) -> bool:
        """Tell whether a file is one of `mine`."""
        return bool(self.mine) and lasting(path) in self.mine


@dataclass(frozen=True)
class Written:
    """What was written."""

    files: tuple[Path, ...] = ()
    spared: tuple[Path, ...] = ()
    """Files that were there, which the delivery says to skip."""


def deliver(
    result: CropResult, delivery: Delivery, place: Place, claim: Claim, done: list[Path]
) -> Written:
    """Write what was asked for, after checking that all of it can be written.

    Each file joins `done` when it is written. What the files could not keep, or how a lossless one
    differs, joins the notes of the result.
    """
    if delivery.dry_run:
        return Written()
    notes = list(result.notes)
    plans = list(planned(result, delivery, place))
    if delivery.streams:
        notes += _stream(result, delivery, plans)
        _note(result, notes)
        return Written()
    beside = list(_beside(result, delivery, place, plans))
    if not delivery.writes_pixels:
        plans = []
        notes += _idle(delivery)

    def spares(path: Path) -> bool:
        return delivery.skip_existing and is_there(path) and not place.owns(path)

    wanted = [*(plan.path for plan in plans), *(aside.path for aside in beside)]
    spared = [path for path in wanted if spares(path)]
    plans = [plan for plan in plans if plan.path not in spared]
    beside = [aside for aside in beside if aside.path not in spared]
    paths = [path for plan in plans for path in plan.paths] + [aside.path for aside in beside]
    _check_distinct(paths, delivery)
    forced = {path: delivery.force or place.owns(path) for path in paths}
    for path in paths:
        check_output(path, photo=result.photo, force=forced[path])
    claim(paths)
    for plan in plans:
        rendered = render(result, plan, delivery)
        write_image(rendered, plan.path, photo=result.photo, force=forced[plan.path])
        done.append(plan.path)
        notes += rendered.notes
        if plan.compared is not None:
            picture = result.compare(plan.index, plan.alternative)
            write_picture(picture, plan.compared, force=forced[plan.compared])
            done.append(plan.compared)
    for aside in beside:
        plan = aside.plan
        framing = result.framing(plan.index, plan.alternative, within=delivery.within)
        write_aside(aside, framing, force=forced[aside.path])
        notes += lost(aside.kind, framing)
        done.append(aside.path)
    _note(result, notes)
    return Written(tuple(paths), tuple(spared))


def not_over(photo: str) -> Claim:
    """Return what refuses to write over a photo, which a run that goes on has as bytes alone."""

    def claim(paths: Sequence[Path]) -> None:
        for path in paths:
            if os.path.realpath(path) == os.path.realpath(photo):
                raise OutputError(f"{path} is the photo itself, which is never overwritten.")

    return claim


def render(result: CropResult, plan: Plan, delivery: Delivery) -> Rendered:
    """Return the file of a plan."""
    return result.render(
        plan.index,
        plan.alternative,
        format=plan.path.suffix.lstrip("."),
        lossless=delivery.lossless,
        quality=delivery.quality,
        most_bytes=delivery.most_bytes,
        within=delivery.within,
        keep=delivery.keep,
        gps=delivery.gps,
    )


def planned(result: CropResult, delivery: Delivery, place: Place) -> Iterator[Plan]:
    """Yield the files to write: every shape, and as many answers of each as were asked for."""
    own = result.report.intent.file.format if _spared(delivery, place) else None
    format = delivery.format or own or None
    labels = labels_of([crop.target for crop in result.crops])
    for index, shape in enumerate(labels):
        if result.crops[index].verdict is Verdict.REJECT:  # the nearest is not what was asked
            continue
        answers = min(result.report.intent.alternatives, 1 + len(result.crops[index].alternatives))
        for alternative in range(answers):
            path = _path(result, delivery, place, format, index, alternative, shape)
            beside = path.with_name(f"{path.stem}-compare.jpg") if delivery.compare else None
            yield Plan(index, alternative, path, beside, _mark(shape, alternative))


def _mark(shape: str, alternative: int) -> str:
    return "-".join(filter(None, [shape, str(alternative + 1) if alternative else ""]))


def labels_of(targets: Sequence[Target]) -> list[str]:
    """Return the name that tells each shape's file apart; empty when there is one shape."""
    if len(targets) == 1:
        return [""]
    plain = [safe(label_of(target, number)) for number, target in enumerate(targets, 1)]
    named = [
        safe(target.name) or label if plain.count(label) > 1 else label
        for target, label in zip(targets, plain, strict=True)
    ]
    return [
        f"{label}_{named[:number].count(label) + 1}" if named[:number].count(label) else label
        for number, label in enumerate(named)
    ]


def label_of(target: Target, number: int = 1) -> str:
    """Return what a shape is called in the name of a file."""
    return str(target.ratio or target.name or number)


def _path(
    result: CropResult,
    delivery: Delivery,
    place: Place,
    format: str | None,
    index: int,
    alternative: int,
    shape: str,
) -> Path:
    photo, out = result.photo, place.folder or delivery.out
    if delivery.streams:
        return Path(f"standard output{suffix_of_crop(photo, format)}")
    if (template := delivery.name) is not None:
        return folder_of(photo, out) / _filled(
            template, result, delivery, place, format, index, alternative, shape
        )
    mark = _mark(shape, alternative)
    return crop_path(photo, out, mark, format=format, many=place.many, stem=place.stem)


def _filled(
    template: NameTemplate,
    result: CropResult,
    delivery: Delivery,
    place: Place,
    format: str | None,
    index: int,
    alternative: int,
    shape: str,
) -> str:
    """Return a template's name for one file."""
    target = result.crops[index].target
    free = target.ratio is None and not target.name
    box = result.pixel_box(index, alternative)
    size = result.output(box, index, within=delivery.within)
    return template.filled(
        stem=place.stem or stem_of(result.photo),
        shape=shape or ("crop" if free else safe(label_of(target))),
        n=alternative + 1,
        ext=template.suffix or suffix_of_crop(result.photo, format),
        width=size.width,
        height=size.height,
    )


def _spared(delivery: Delivery, place: Place) -> bool:
    """Tell whether no file name says the format, so that the words may."""
    if delivery.name is not None and delivery.name.suffix:
        return False
    return delivery.out is None or delivery.streams or is_folder(delivery.out, place.many)


def _beside(
    result: CropResult, delivery: Delivery, place: Place, plans: Sequence[Plan]
) -> Iterator[Aside]:
    kinds, named = delivery.sidecars, delivery.name is not None
    return asides(result.photo, kinds, plans, stem=place.stem, named=named)


def _idle(delivery: Delivery) -> Sequence[str]:
    if not delivery.idle:
        return ()
    told = ", ".join(name.replace("most_bytes", "max bytes") for name in delivery.idle)
    return [f"Only sidecars are written, so what was said of the crop's file is idle: {told}."]


def _check_distinct(paths: Sequence[Path], delivery: Delivery) -> None:
    for path in paths:
        if paths.count(path) > 1:
            hint = "Put {shape} and {n} into <name>." if delivery.name else ""
            raise OutputError(f"Several crops of one photo would be written to {path}.", hint=hint)


def _stream(result: CropResult, delivery: Delivery, plans: Sequence[Plan]) -> Sequence[str]:
    """Write the one crop to standard output; return the notes on it."""
    if len(plans) > 1:
        raise UsageError("Standard output takes one crop.", hint="Ask for one shape and answer.")
    notes: list[str] = []
    for plan in plans:
        rendered = render(result, plan, delivery)
        sys.stdout.buffer.write(rendered.data)
        sys.stdout.buffer.flush()
        notes += rendered.notes
    return notes


def _note(result: CropResult, notes: Sequence[str]) -> None:
    result.report = result.report.model_copy(update={"notes": tuple(dict.fromkeys(notes))})
