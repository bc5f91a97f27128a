"""`cropsmith doctor`: what is there, what is missing, and how to get it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    area: str
    good: bool
    text: str


def doctor() -> None:
    """Say what works here, what is missing and how to get it."""
    from cropsmith.tools.schema.plain_text import visible_line

    for finding in findings():
        mark = "ok     " if finding.good else "missing"
        print(f"{mark}  {finding.area:18} {visible_line(finding.text)}")


def findings() -> Iterator[Finding]:
    """Look at the whole installation; nothing here is needed by the built-in photographer."""
    import sys
    from importlib.metadata import version

    numbers = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", True, f"{numbers}, cropsmith {version('cropsmith')}")
    yield Finding("builtin", True, "the built-in photographer needs nothing more")
    yield from _finders()
    yield from _sandbox()
    yield from _folders()
    yield from _settings()
    yield from _recipes()
    yield from _plugins()
    yield from _extras()
    yield from _torchvision()
    yield from _providers()
    yield from _hosting()


def _finders() -> Iterator[Finding]:
    from cropsmith.tools.finder.vocabulary import vocabulary
    from cropsmith.tools.grounding.owl import detector_at_hand

    known = len(vocabulary().classes)
    yield Finding("finder", True, f"people and things of {known} kinds are found offline")
    if name := detector_at_hand():
        yield Finding("detector", True, f"{name} finds any words")
    else:
        told = (
            "other words need one: pip install 'cropsmith[transformers]' and --detector owlv2,"
            " or a --model"
        )
        yield Finding("detector", False, told)


def _sandbox() -> Iterator[Finding]:
    from cropsmith.errors import CropsmithError
    from cropsmith.tools.images.budget import limits_for
    from cropsmith.tools.sandbox.limits import in_force
    from cropsmith.tools.sandbox.pool import is_on, run

    if not is_on():
        told = "off (CROPSMITH_SANDBOX): photos are decoded in this process, without limits"
        yield Finding("sandbox", False, told)
        return
    try:
        limits = run(in_force, name="doctor", limits=limits_for(0))
    except CropsmithError as error:
        yield Finding("sandbox", False, str(error))
        return
    told = f"photos are decoded in worker processes, with limits of {', '.join(limits)}"
    yield Finding("sandbox", True, told)


def _folders() -> Iterator[Finding]:
    import os

    from cropsmith.settings import home, weights_folder

    folder = home()
    parent = next(p for p in (folder, *folder.parents) if p.exists())
    if os.access(parent, os.W_OK):
        yield Finding("home", True, f"{folder}")
    else:
        yield Finding(
            "home", False, f"{folder} is not writable. Set CROPSMITH_HOME to one that is."
        )
    weights = weights_folder()
    found = sorted(p.name for p in weights.iterdir()) if weights.is_dir() else []
    told = ", ".join(found[:8]) if found else "no optional weights (none are needed)"
    yield Finding("weights", True, f"{weights}: {told}")


def _settings() -> Iterator[Finding]:
    from cropsmith.agents.settings.run_settings import RunSettings
    from cropsmith.agents.settings.sources import find_settings
    from cropsmith.errors import UsageError
    from cropsmith.settings import misspelt

    try:
        found = find_settings()
    except UsageError as error:
        yield Finding("settings", False, str(error))
        return
    for key in misspelt(RunSettings.model_fields):
        yield Finding("settings", False, f"config.toml has '{key}', which is no setting")
    for name, origin in found.origins.items():
        yield Finding("settings", True, f"{name} = {getattr(found.settings, name)}, from {origin}")


def _recipes() -> Iterator[Finding]:
    from cropsmith.agents.settings.recipe import load_recipe, own_recipes, recipe_names
    from cropsmith.errors import CropsmithError

    yield Finding("recipes", True, f"{', '.join(recipe_names())} (--recipe)")
    for name, path in own_recipes().items():
        try:
            load_recipe(name)
        except CropsmithError as error:
            yield Finding("recipe", False, str(error))
        else:
            yield Finding("recipe", True, f"{name}, your own: {path}")


def _plugins() -> Iterator[Finding]:
    from cropsmith.agents.backends.boxes import family
    from cropsmith.agents.backends.directory import directory
    from cropsmith.agents.minds import build
    from cropsmith.agents.sources import gather
    from cropsmith.evals import measures
    from cropsmith.evals.datasets import importer
    from cropsmith.evals.datasets import registry as datasets
    from cropsmith.evals.study import cropper
    from cropsmith.plugins import Added
    from cropsmith.tools.scorers import table

    doors: dict[str, Added[Any]] = {
        "provider": directory.plugged(),
        "family": family.plugged(),
        "scorer": table.plugged(),
        "source": gather.plugged(),
        "mind": build.plugged(),
        "dataset": datasets.plugged(),
        "metric": measures.plugged(),
        "system": cropper.plugged(),
        "importer": importer.plugged(),
    }
    for kind, found in doors.items():
        for name, package in found.packages.items():
            yield Finding("plug-in", True, f"{kind} {name}, of the package {package}")
        for problem in found.problems.values():
            yield Finding("plug-in", False, problem)


def _extras() -> Iterator[Finding]:
    from cropsmith.agents.backends.availability import extras

    for row in extras():
        if row.missing:
            told = f"{row.gives}. Install: pip install 'cropsmith[{row.extra}]'"
            yield Finding(row.extra, False, told)
        else:
            yield Finding(row.extra, True, row.gives)


def _torchvision() -> Iterator[Finding]:
    import importlib.util

    if importlib.util.find_spec("torchvision") is None:
        return
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        yield Finding(
            "torchvision",
            False,
            "does not match this torch; cropsmith works around it. "
            "Cure: install both from the same place, for example the PyTorch CPU index",
        )


def _providers() -> Iterator[Finding]:
    import asyncio

    from cropsmith.agents.backends.availability import standings
    from cropsmith.errors import CropsmithError

    try:
        found = asyncio.run(standings())
    except CropsmithError as error:  # a providers.toml that cannot be read
        yield Finding("providers", False, str(error))
        return
    for row in found:
        if row.ready:
            place = f" at {row.endpoint}" if row.endpoint else ""
            yield Finding(row.provider, True, f"{len(row.models)} models{place}")
        else:
            yield Finding(row.provider, False, row.problem)


def _hosting() -> Iterator[Finding]:
    from cropsmith.agents.backends.providers.parallelism import gpus_at_hand
    from cropsmith.agents.backends.providers.serving import find_vllm
    from cropsmith.errors import CropsmithError

    gpus = len(gpus_at_hand())
    try:
        yield Finding("vllm", True, f"{find_vllm(None)}, {gpus} GPUs")
    except CropsmithError as error:
        hint = f"{error.hint} or give `models serve` another environment with --venv. GPUs: {gpus}"
        yield Finding("vllm serve", False, hint)
