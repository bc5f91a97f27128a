"""The files of a photo that are to be written: crops, and sidecars beside or instead of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cropsmith.batch.inputs import PHOTO_SUFFIXES
from cropsmith.errors import UsageError
from cropsmith.tools.images.camera_raw import is_raw_name
from cropsmith.tools.images.output import write_whole
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.remote import address_of, is_remote, is_there
from cropsmith.tools.images.source import read_source
from cropsmith.tools.sidecars.framing import Framing
from cropsmith.tools.sidecars.sidecar import SIDECARS, Sidecar, sidecar_name, sidecar_text


@dataclass(frozen=True)
class Plan:
    """One crop to write: which shape, which of its answers (0 is the chosen one), where."""

    index: int
    alternative: int
    path: Path
    compared: Path | None = None
    """Where the picture with the crop drawn on the photo goes."""
    mark: str = ""
    """What tells it apart from the photo's other crops."""

    @property
    def paths(self) -> Sequence[Path]:
        """All files of the plan."""
        return [self.path] if self.compared is None else [self.path, self.compared]


@dataclass(frozen=True)
class Aside:
    """One sidecar to write, of the crop of a plan."""

    kind: Sidecar
    plan: Plan
    path: Path


def asides(
    photo: Photo, kinds: Sequence[Sidecar], plans: Sequence[Plan], *, stem: str, named: bool
) -> Iterator[Aside]:
    """Yield each sidecar with where it goes; UsageError for one that would speak of other crops.

    `named` crops have names of their own, which sidecars share but for those that programs look
    for under the photo's name; `stem` replaces the photo's in the others.
    """
    for kind in dict.fromkeys(kinds):
        single = SIDECARS[kind].single
        if kind is Sidecar.XMP and photo.path is not None:
            check_alone(photo.path)
        if single and len(plans) > 1:
            raise UsageError(
                f"A sidecar of the kind {kind} holds one crop of a photo, not {len(plans)}.",
                hint="Ask for one shape, or for another kind of <sidecar>.",
            )
        for plan in plans:
            # What is no file has no name of its own, but its crop has one.
            file = photo.path.name if photo.path else plan.path.name.replace("-crop", "", 1)
            if stem and not single:
                file = f"{stem}{plan.path.suffix}"
            name = sidecar_name(kind, file, plan.mark)
            if named and not single:
                name = plan.path.stem + SIDECARS[kind].suffix
            yield Aside(kind, plan, plan.path.with_name(name))


def check_alone(photo: Path) -> None:
    """UsageError where NAME.xmp would speak of another photo beside this one as well.

    Programs know that sidecar by the photo's name without its suffix. Of several photos of one name
    it is that of the camera raw file, for which Lightroom made it.
    """
    others = [path for path in namesakes(photo) if path.name != photo.name]
    raws = [path for path in others if is_raw_name(path.name)]
    if not others or (is_raw_name(photo.name) and not raws):
        return
    other = (raws or others)[0].name
    raise UsageError(
        f"{photo.stem}.xmp would speak of {other} as well as of {photo.name}: programs know it by"
        " the name without suffix.",
        hint=f"With <sidecar> darktable each has its own ({photo.name}.xmp); else rename one.",
    )


def namesakes(photo: Path) -> Sequence[Path]:
    """Return the photos beside this one that have its name but for the suffix, and itself."""
    spelt = (photo.stem + way for suffix in PHOTO_SUFFIXES for way in (suffix, suffix.upper()))
    return sorted(path for path in map(photo.with_name, spelt) if path.is_file())


def write_aside(aside: Aside, framing: Framing, *, force: bool) -> None:
    """Write a sidecar; one of the kind XMP that is there keeps all else that it says."""
    path, kind = aside.path, aside.kind
    there = None
    if kind is Sidecar.XMP and is_there(path):
        there = read_source(address_of(path) if is_remote(path) else path).data
    write_whole(path, sidecar_text(kind, framing, there).encode(), force=force)
