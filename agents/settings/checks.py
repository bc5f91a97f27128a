"""Settings held against this machine before any work begins, without importing anything heavy."""

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cropsmith.agents.backends.registry import split_model
from cropsmith.agents.settings.recipe import load_recipe
from cropsmith.agents.settings.run_settings import RunSettings, refused
from cropsmith.errors import MissingExtra, UsageError
from cropsmith.prompts.sets import find_set
from cropsmith.tools.clipcrop.checkpoint import decoder_folder
from cropsmith.tools.clipcropping.checkpoint import rater_folder
from cropsmith.tools.examples.indexes import OFF
from cropsmith.tools.grounding.owl import ALIASES
from cropsmith.tools.models.weights import local_model
from cropsmith.tools.schema.faults import shown
from cropsmith.vectorstore.clip_weights import CONFIG
from cropsmith.vectorstore.index import MANIFEST, index_folder


def check_settings(settings: RunSettings, origins: Mapping[str, str] | None = None) -> None:
    """Refuse settings that no run here could keep to.

    UsageError names the first and where it was stated; MissingExtra for a named CLIP without its
    packages.
    """
    load_recipe(settings.recipe, settings.overrides)
    find_set(settings.prompts)
    if settings.model != "builtin":
        split_model(settings.model)
    for name, reason in (
        ("server", _address(settings.server)),
        ("scorer_server", _address(settings.scorer_server)),
        ("detector", _detector(settings.detector)),
        ("decoder", _trained(settings.decoder, decoder_folder)),
        ("rater", _trained(settings.rater, rater_folder)),
        ("clip", _clip(settings.clip)),
    ):
        if reason:
            raise refused(name, reason, origins=origins)
    _index(settings.index)


def _address(url: str) -> str:
    """Return what is wrong with a server's address; nothing for none."""
    try:
        parts = urlsplit(url)
        good = not url or (parts.scheme in ("http", "https") and bool(parts.hostname))
        _ = parts.port
    except ValueError:
        good = False
    return "" if good else f"must be an address as http://HOST:PORT, not {shown(url)}"


def _trained(name: str, folder_of: Callable[[str], Path | None]) -> str:
    if name in ("", OFF) or folder_of(name) is not None:
        return ""
    return f"must be off, or a trained one's folder with config.json and weights, not {shown(name)}"


def _detector(name: str) -> str:
    if name in ("", OFF, *ALIASES) or local_model(name) is not None:
        return ""
    # A name of the hub is fetched when it is first needed; a path must be there now.
    owner, slash, model = name.partition("/")
    if slash and owner and model and "/" not in model and owner[0] not in ".~":
        return ""
    return (
        f"must be {', '.join(ALIASES)}, a hub's OWNER/MODEL, off, or a folder with a model's "
        f"config.json and weights, not {shown(name)}"
    )


def _clip(name: str) -> str:
    if name in ("", "auto", OFF):
        return ""
    package = importlib.util.find_spec("open_clip")
    if package is None or package.origin is None:
        raise MissingExtra("CLIP", "clip")
    folder = Path(name).expanduser()
    known = Path(package.origin).parent / "model_configs" / f"{name.partition(':')[0]}.json"
    if (folder / CONFIG).is_file() or (not folder.is_dir() and known.is_file()):
        return ""
    return (
        f"must be auto, off, a model of open_clip as ViT-B-32:openai, or a folder with {CONFIG} "
        f"and weights, not {shown(name)}"
    )


def _index(name: str) -> None:
    if name in ("", OFF):
        return
    folder = index_folder(name)
    if not (folder / MANIFEST).is_file():
        raise UsageError(
            f"There is no index at {folder}.", hint="Build one with: cropsmith index build"
        )
