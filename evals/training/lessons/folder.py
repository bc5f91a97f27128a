"""The folder of lessons: pictures once each, rows for both trainers, a recipe, a manifest."""

import contextlib
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from cropsmith.agents.backends.protocol.backend import Picture
from cropsmith.errors import OutputError, UsageError, why
from cropsmith.evals.lock import only_one
from cropsmith.evals.training.data.manifest import Manifest
from cropsmith.evals.training.lessons.lesson import Kind, Lesson, said
from cropsmith.evals.training.lessons.recipe_files import LLAMA_FACTORY, recipe_files
from cropsmith.evals.training.lessons.rows import (
    Keep,
    Row,
    llama_factory_entry,
    llama_factory_row,
    trl_row,
)

PARTS = ("train", "test", "equal")
"""Of photos that teach; held out; held out, of preferences between crops of one area."""

METADATA = "metadata.jsonl"
PICTURES = "pictures"


class LessonFolder:
    """A folder under way; made beside its place, and moved there when it is whole."""

    def __init__(self, out: Path, kind: Kind) -> None:
        """Take the place for this process.

        UsageError where something is there already or another run is writing there, OutputError
        where none can be.
        """
        if out.exists() and any(out.iterdir() if out.is_dir() else [out]):
            raise UsageError(f"{out} is there already.", hint="Give an empty or new folder.")
        self._out, self._kind = out.resolve(), kind
        if self._out in (Path.cwd(), *Path.cwd().parents) or self._out.is_mount():
            raise UsageError(f"{out} cannot be replaced.", hint="Name a new folder in it.")
        self._work = self._out.with_name(f".{self._out.name}.part")
        self._lock = self._out.with_name(f".{self._out.name}.lock")
        try:
            self._out.parent.mkdir(parents=True, exist_ok=True)
            self._guard = only_one(self._lock, out)
            shutil.rmtree(self._work, ignore_errors=True)  # of a run that was killed
            self._work.mkdir()
        except OSError as error:
            raise OutputError(f"{out} cannot be made: {why(error)}.") from error
        self._files: dict[str, IO[str]] = {}
        self.counts: Counter[str] = Counter()
        """Lessons by part, and by what was asked."""

    def add(self, lesson: Lesson, part: str) -> None:
        """Write one lesson. OutputError where the disk does not take it."""
        spoken, folder = said(lesson), self._work / part
        try:
            (folder / PICTURES).mkdir(parents=True, exist_ok=True)
            row = trl_row(lesson, spoken, self._kind, _keeping(folder))
            self._write(f"{part}/{METADATA}", row)
            if self._kind != "grpo":  # LLaMA-Factory has no GRPO
                row = llama_factory_row(spoken, self._kind, _keeping(folder, f"{part}/"))
                self._write(_factory_file(part), row)
        except OSError as error:
            raise OutputError(f"A lesson cannot be written: {why(error)}.") from error
        self.counts[part] += 1
        self.counts[f"{lesson.ask.purpose} ({lesson.source})"] += 1

    def _write(self, name: str, row: Row) -> None:
        if name not in self._files:
            self._files[name] = (self._work / name).open("w", encoding="utf-8")
        self._files[name].write(json.dumps(row, ensure_ascii=False) + "\n")

    def finish(self, manifest: Manifest, model: str, family: str) -> None:
        """Write what is beside the rows, and move the folder to its place.

        UsageError where no lesson teaches, OutputError where the disk does not take it.
        """
        if not self.counts["train"]:
            raise UsageError(
                "These photos give no lesson of this kind.",
                hint="sft needs crops; dpo clear votes; grpo crops or clear votes.",
            )
        try:
            self._complete(manifest, model, family)
        except OSError as error:
            raise OutputError(f"{self._out} cannot be written: {why(error)}.") from error

    def _complete(self, manifest: Manifest, model: str, family: str) -> None:
        for file in self._files.values():
            file.close()
        parts = [part for part in PARTS if self.counts[part]]
        if self._kind != "grpo":
            info = {
                f"lessons-{p}": llama_factory_entry(_factory_file(p), self._kind) for p in parts
            }
            (self._work / "dataset_info.json").write_text(json.dumps(info, indent=2), "utf-8")
        place = self._out
        digest = _digest([self._work / part / METADATA for part in parts], place)
        recipes = recipe_files(self._kind, model, family, place, parts, manifest.seed, digest)
        for name, text in recipes.items():
            (self._work / name).write_text(text, "utf-8")
        manifest.write(self._work)
        if self._out.is_dir():
            self._out.rmdir()
        self._work.rename(self._out)
        self._release()

    def leave(self) -> None:
        """Close and remove what is not whole."""
        for file in self._files.values():
            with contextlib.suppress(OSError):  # a full disk does not take what is left of it
                file.close()
        shutil.rmtree(self._work, ignore_errors=True)
        self._release()

    def _release(self) -> None:
        self._guard.close()
        self._lock.unlink(missing_ok=True)


def _digest(files: Sequence[Path], place: Path) -> str:
    # The cache of `datasets` holds where the pictures lie.
    digest = hashlib.sha256(str(place).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _factory_file(part: str) -> str:
    return f"{LLAMA_FACTORY}-{part}.jsonl"


def _keeping(folder: Path, before: str = "") -> Keep:
    def keep(picture: Picture) -> str:
        name = f"{PICTURES}/{picture.sha256[:20]}.jpg"
        if not (folder / name).exists():
            (folder / name).write_bytes(picture.data)
        return before + name

    return keep
