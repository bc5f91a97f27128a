"""Captions of GAICD's photos, as ClipCrop publishes them (GitHub zzh-tech/ClipCrop).

A folder beside the photos with train.json, valid.json and test.json, each {file: caption}. They
are captions, short and noisy, and never read as commands.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cropsmith.evals.datasets.reading import read_entries
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

FOLDERS = ("GAIC-Text-Annotations", "captions")
FILES = ("train.json", "valid.json", "test.json")


def read_captions(root: Path) -> tuple[Mapping[str, str], Sequence[Path]]:
    """Return caption by file name, and the files that were read; nothing where there are none.

    DatasetError, with file and line, for a caption that is no text.
    """
    files = [root / folder / name for folder in FOLDERS for name in FILES]
    there = [path for path in files if path.is_file()]
    found: dict[str, str] = {}
    for path in there:
        for entry in read_entries(path, dict):
            if not isinstance(entry.value, str):
                raise entry.place.error(f"the caption of '{entry.key}' must be a text.")
            found[entry.key] = entry.value
    return found, there


def captioned(photo: LabelledPhoto, captions: Mapping[str, str]) -> LabelledPhoto:
    """Return a photo with its caption, if it has one."""
    text = captions.get(photo.name, "").strip()
    return photo.model_copy(update={"text": text, "described": True}) if text else photo
