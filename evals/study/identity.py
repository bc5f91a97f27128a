"""What may change a system's answers: the facts that its samples are keyed by.

A fact too few gives one result to two systems; a fact too many pays for an answer twice.
"""

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cropsmith.agents.backends.directory.directory import provider_of, shipped
from cropsmith.agents.settings.recipe import load_recipe, own_recipes
from cropsmith.evals.study.cropper import find_cropper
from cropsmith.evals.study.spec import Study, SystemSpec, digest
from cropsmith.evals.trial import Mode
from cropsmith.prompts.sets import find_set
from cropsmith.tools.clipcrop.checkpoint import decoder_folder
from cropsmith.tools.clipcropping.checkpoint import rater_folder
from cropsmith.tools.examples.indexes import index_folders
from cropsmith.tools.models.trained import WEIGHTS
from cropsmith.vectorstore.index import MANIFEST, Index

HOW = frozenset({"venv", "port", "gpus", "wait"})
"""How a server is started, which changes no answer."""

ASKED_ONCE = frozenset({"propose_quick"})
"""Prompts of the one question of effort quick, and those of the full path, neither of the other."""
STEP_BY_STEP = frozenset({"understand", "analyse", "propose", "refine", "decide", "leaders",
                          "letter"})  # fmt: skip
WITH_TOOLS = frozenset({"tools", "answer_now", "calls"})


def baseline_facts(name: str, labels: str) -> dict[str, Any]:
    """Return what may change a baseline's answers; `labels` are those it was fitted to."""
    facts = {"baseline": name, "cropsmith": version("cropsmith")}
    return {**facts, "labels": labels} if labels else facts


def settings_of(spec: SystemSpec, study: Study, mode: Mode = Mode.GENERATE) -> dict[str, Any]:
    """Return what may change a system's answers in a mode.

    Its settings, this version of cropsmith, the weights behind its model's name and those that were
    trained here, what its index holds, the prompts that it uses, and a recipe that a person wrote.
    """
    facts: dict[str, Any] = {"settings": spec.settings, "cropsmith": version("cropsmith")}
    if spec.cropper:
        found = find_cropper(spec.cropper, study.resolve)
        return {
            "cropper": {**found.facts, "version": spec.version or found.version},
            "cropsmith": version("cropsmith"),
        }
    if mode is Mode.GENERATE and (held := index_contents(spec.index)):
        facts["index"] = held
    facts |= trained_weights(spec)
    if spec.recipe in own_recipes():
        facts["recipe"] = load_recipe(spec.recipe).model_dump(mode="json", exclude_defaults=True)
    if spec.asks_a_model:
        facts["prompts"] = prompts_hash(find_set(spec.prompts, study.resolve("")), spec, mode)
        facts |= _weights(spec)
    return facts


def _weights(spec: SystemSpec) -> dict[str, Any]:
    """Return what tells apart weights of one name: server, serving, a row of one's own."""
    # Only hashes: these facts are kept and shown, and paths and addresses are nobody's business.
    if spec.serve is not None:
        return {"serve": digest(spec.serve.model_dump(mode="json", exclude=set(HOW)))}
    row = provider_of(spec.model)
    if row is None:
        return {}
    facts = {} if row == shipped().get(row.name) else {"provider": row.said}
    address = os.environ.get(row.address, "")
    if spec.server or not address:  # a server in the study file is among the settings
        return facts
    return {**facts, "server": digest(address.rstrip("/"))}


def trained_weights(spec: SystemSpec) -> dict[str, str]:
    """Return a sha256 over the weights of the decoder and the rater that a system uses, if any."""
    folders = {"decoder": decoder_folder(spec.decoder), "rater": rater_folder(spec.rater)}
    return {
        f"{name} weights": _weights_hash(folder / WEIGHTS, _stamp(folder))
        for name, folder in folders.items()
        if folder is not None
    }


@lru_cache(maxsize=32)
def _weights_hash(file: Path, _stamped: tuple[tuple[str, int, int], ...]) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def index_contents(name: str) -> list[str]:
    """Return a sha256 over the rows of each index that a system retrieves from."""
    return [_rows_hash(folder, _stamp(folder)) for folder in index_folders(name)]


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return names, sizes and times of an index's files: while they stand, so does its hash."""
    stats = ((path, path.stat()) for path in sorted(folder.rglob("*")) if path.is_file())
    return tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in stats)


@lru_cache(maxsize=32)
def _rows_hash(folder: Path, _stamped: tuple[tuple[str, int, int], ...]) -> str:
    if not (folder / MANIFEST).is_file():
        return "none"  # the system that asks for it stops, and says why
    index = Index.open(folder)
    try:
        whole = hashlib.sha256(index.manifest.embedder.encode())
        for row in index.store.rows():
            whole.update(f"\0{row.id}\0{row.fingerprint}\0{row.payload}".encode())
        return whole.hexdigest()
    finally:
        index.close()


def prompts_hash(
    folder: Path | None, spec: SystemSpec | None = None, mode: Mode = Mode.GENERATE
) -> str:
    """Return the sha256 over prompt templates, those of `folder` in place of ours.

    With a system, over those alone that it may use.
    """
    from importlib.resources import files

    texts: dict[str, str] = {}
    texts.update(_markdown(files("cropsmith.prompts")))
    if folder is not None:
        for path in sorted(folder.rglob("*.md")):
            texts[path.relative_to(folder).as_posix()] = path.read_text("utf-8")
    if spec is not None:
        texts = {n: t for n, t in texts.items() if uses(spec, mode, n.removesuffix(".md"))}
    return digest(texts)


def uses(spec: SystemSpec, mode: Mode, prompt: str) -> bool:
    """Tell whether a system may say a prompt; true where nothing rules it out."""
    room, _, name = prompt.partition("/")
    if room in ("probe", "answer"):
        return room == "answer"
    if mode is Mode.RANK or room == "evals":
        return mode is Mode.RANK and room == "evals"
    recipe = load_recipe(spec.recipe, spec.all_overrides)
    if room == "cropper":
        return recipe.style != "argued"
    if room != "vlm":
        return True
    if name == "judge":
        return spec.judge
    if name in WITH_TOOLS:
        return recipe.with_tools(spec)
    if recipe.style == "in-context":
        return name not in STEP_BY_STEP | ASKED_ONCE
    return name not in (STEP_BY_STEP if recipe.asked_once(spec) else ASKED_ONCE)


def _markdown(folder: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda e: str(e.name)):
        if entry.is_dir() and entry.name != "variants":
            yield from _markdown(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".md"):
            yield f"{prefix}{entry.name}", entry.read_text("utf-8")
