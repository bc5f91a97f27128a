"""Photos whose crops are there already, known from the names of files alone where that can be."""

from functools import lru_cache
from pathlib import Path

from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.batch.delivery import Delivery
from cropsmith.batch.writing import Place, label_of, labels_of
from cropsmith.errors import CropsmithError
from cropsmith.tools.images.names import NameTemplate
from cropsmith.tools.images.output import is_folder, safe
from cropsmith.tools.images.pixel_format import suffix_of_format
from cropsmith.tools.images.remote import is_there
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest, Intent, Target

LANDSCAPE, PORTRAIT = Size(width=3000, height=2000), Size(width=2000, height=3000)


def there_already(
    photo: Path, place: Place, request: CropRequest, settings: RunSettings, delivery: Delivery
) -> tuple[Path, ...]:
    """Return the files of a photo where all of them are there; nothing where that is not sure.

    Not sure is what the photo itself decides: shapes that follow from its own, sizes in the name, a
    suffix that its content contradicts, or shapes that a model reads; nor are sidecars looked for
    here. Such a photo is cropped, and its files are then compared one by one.
    """
    template = delivery.name
    sized = template is not None and (template.tells("width") or template.tells("height"))
    asks_a_model = settings.model != "builtin" and request.text
    idle = delivery.dry_run or delivery.force or delivery.streams
    if idle or sized or asks_a_model or place.mine or delivery.sidecars:
        return ()
    out, wanted = place.folder or delivery.out, _read(request)
    if wanted is None or (out is not None and not is_folder(out, place.many)):
        return ()
    format = delivery.format or wanted.file.format
    suffix = suffix_of_format(format) if format else photo.suffix
    folder, stem = out or photo.parent, place.stem or photo.stem
    paths = [
        folder / _name(template, stem, suffix, target, shape, answer)
        for target, shape in zip(wanted.targets, labels_of(wanted.targets), strict=True)
        for answer in range(wanted.alternatives)
    ]
    return tuple(paths) if all(map(is_there, paths)) else ()


@lru_cache(maxsize=4)
def _read(request: CropRequest) -> Intent | None:
    try:
        found = [understand(request, size) for size in (LANDSCAPE, PORTRAIT)]
    except CropsmithError:  # the run will say what is wrong
        return None
    return found[0] if found[0].targets == found[1].targets else None


def _name(
    template: NameTemplate | None, stem: str, suffix: str, target: Target, shape: str, answer: int
) -> str:
    if template is not None:
        free = target.ratio is None and not target.name
        return template.filled(
            stem=stem,
            shape=shape or ("crop" if free else safe(label_of(target))),
            n=answer + 1,
            ext=template.suffix or suffix,
            width=0,
            height=0,
        )
    mark = [shape, str(answer + 1) if answer else ""]
    return "-".join([f"{stem}-crop", *filter(None, mark)]) + suffix
