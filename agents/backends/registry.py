"""`provider/model` -> a Backend with everything around it."""

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from cropsmith.agents.backends.boxes import family
from cropsmith.agents.backends.boxes.calibration import calibrated
from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.family import family_of, family_of_type
from cropsmith.agents.backends.boxes.resize import Smart
from cropsmith.agents.backends.calls.cache import Cached
from cropsmith.agents.backends.calls.limiter import IN_FLIGHT, Limited, gate_of
from cropsmith.agents.backends.calls.purse import Budgeted, Purse
from cropsmith.agents.backends.calls.repair import Repaired
from cropsmith.agents.backends.calls.retry import DEADLINE, Retried
from cropsmith.agents.backends.model import TIMEOUT, Model
from cropsmith.agents.backends.protocol.backend import Backend
from cropsmith.agents.backends.protocol.wire import Wire
from cropsmith.errors import UsageError
from cropsmith.plugins import Added, added


def _openai(model: str, server: str) -> Wire:
    from cropsmith.agents.backends.providers.openai import openai_wire

    return openai_wire(model, server)


def _gemini(model: str, server: str) -> Wire:
    from cropsmith.agents.backends.providers.gemini import gemini_wire

    return gemini_wire(model, server)


def _vllm(model: str, server: str) -> Wire:
    from cropsmith.agents.backends.providers.vllm import vllm_wire

    return vllm_wire(model, server)


def _compatible(model: str, server: str) -> Wire:
    from cropsmith.agents.backends.providers.compatible import compatible_wire

    return compatible_wire(model, server)


def _transformers(model: str, server: str) -> Wire:
    from cropsmith.agents.backends.providers.transformers import transformers_wire

    return transformers_wire(model, server)


@dataclass(frozen=True)
class Provider:
    """One way of reaching models."""

    name: str
    make: Callable[[str, str], Wire]
    """Takes the model, and the server's URL where it is not the one of the environment."""
    help: str


PROVIDERS = MappingProxyType(
    {
        provider.name: provider
        for provider in [
            Provider("openai", _openai, "OpenAI's cloud; key in OPENAI_API_KEY"),
            Provider("gemini", _gemini, "Google's cloud; key in GEMINI_API_KEY"),
            Provider("vllm", _vllm, "an open model at a vLLM server; CROPSMITH_VLLM_URL"),
            Provider(
                "openai-compatible",
                _compatible,
                "Ollama, SGLang, llama.cpp, LM Studio, ...; CROPSMITH_OPENAI_COMPATIBLE_URL",
            ),
            Provider("transformers", _transformers, "an open model inside this process"),
        ]
    }
)


def plugged() -> Added[Provider]:
    """Return the providers of other packages."""
    return added("providers", Provider, "name", own=(*PROVIDERS, "scripted", "builtin"))


def providers() -> Mapping[str, Provider]:
    """Return every provider by its name, without the scripts, which are files."""
    return {**PROVIDERS, **plugged().rows}


def split_model(name: str) -> tuple[str, str]:
    """Return provider and model of `provider/model`. UsageError with a suggestion otherwise."""
    provider, slash, model = name.partition("/")
    names = (*providers(), "scripted")
    if provider in names and model:
        return provider, model
    if provider in names:
        raise UsageError(
            f"'{name}' names no model.", hint=f"Write {provider}/MODEL; see: cropsmith models list"
        )
    if problem := plugged().problems.get(provider):
        raise UsageError(problem)
    near = difflib.get_close_matches(provider, (*names, "builtin"), n=1)
    if near and slash:
        hint = f"Did you mean {near[0]}/{model}?"
    elif family_of(name) is not None:
        hint = f"Name the provider too, for example {_likely(name)}/{name}."
    elif near:
        hint = f"Did you mean {near[0]}?"
    else:
        hint = f"Write builtin or PROVIDER/MODEL, with one of: {', '.join(names)}."
    raise UsageError(f"'{name}' is not a model that cropsmith knows.", hint=hint)


def _likely(model: str) -> str:
    if model.startswith(("gpt-", "o1", "o3", "o4")):
        return "openai"
    return "gemini" if model.startswith("gemini") else "vllm"


def make_wire(name: str, server: str = "") -> Wire:
    """Return the wire of `provider/model`, at a server or the one that the environment names.

    UsageError, NotAllowed or MissingExtra.
    """
    provider, model = split_model(name)
    if provider == "scripted":
        raise UsageError("A script has no wire.", hint="Use it as --model scripted/FILE.")
    return providers()[provider].make(model, server)


def _json(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _of_folder(model: str) -> Convention | None:
    """Return the row of a checkpoint in a folder, with the pixel budget that it is set to."""
    folder = Path(model).expanduser()
    row = family_of_type(str(_json(folder / "config.json").get("model_type", "")))
    if row is None:
        return None
    budget = _json(folder / "preprocessor_config.json").get("max_pixels")
    if isinstance(row.resize, Smart) and isinstance(budget, int):
        tokens = max(row.resize.min_tokens, budget // row.resize.factor**2)
        if tokens < row.resize.max_tokens:
            resize = row.resize.model_copy(update={"max_tokens": tokens})
            return row.model_copy(update={"resize": resize})
    return row


def convention_of(name: str, endpoint: str) -> Convention | None:
    """Return how a model speaks of boxes: probed here, by its folder's config, or by its name.

    None when no source knows; rows of standing "unknown" are returned as they are.
    """
    _, model = split_model(name)
    return calibrated(name, endpoint) or _of_folder(model) or family_of(model)


def usable_convention(name: str, endpoint: str) -> Convention:
    """Return the convention of a model that boxes can be asked of. UsageError otherwise."""
    found = convention_of(name, endpoint)
    if found is not None and found.usable:
        return found
    what = f"How {name} writes boxes is not known"
    what += "." if found is None else f": {found.family} is not documented."
    hints = [*family.plugged().problems.values()]
    hints.append(f"Calibrate it once with: cropsmith models probe {name}")
    raise UsageError(what, hint=" ".join(hints))


def build_backend(
    name: str,
    *,
    server: str = "",
    max_calls: int | None = None,
    max_cost: float | None = None,
    timeout: float = TIMEOUT,
    deadline: float = DEADLINE,
    in_flight: int = IN_FLIGHT,
    cache_replies: bool = True,
    cache_warm: bool = False,
    convention: Convention | None = None,
) -> Backend:
    """Return the model ready to be asked: cache, repair, budget, concurrency, retries, adapter.

    `timeout` is for one attempt, `deadline` for one ask with all its retries, both in seconds.
    `cache_warm` keeps replies at temperatures above 0 too. Raises UsageError (unknown name, no
    convention), NotAllowed (no key), MissingExtra (no SDK); no request is made yet.
    """
    provider, model = split_model(name)
    if provider == "scripted":
        from cropsmith.agents.backends.providers.scripted import Scripted

        if server:
            raise UsageError("A script has no server.", hint="Leave server out.")
        script: Backend = Scripted.load(Path(model))
        if max_calls is None and max_cost is None:
            return script
        return Budgeted(script, Purse(max_calls=max_calls, max_cost=max_cost))
    wire = providers()[provider].make(model, server)
    known = convention or usable_convention(name, wire.endpoint)
    backend: Backend = Model(wire, known, timeout=timeout)
    gate = gate_of(wire.endpoint, in_flight)
    backend = Limited(Retried(backend, gate, deadline), gate)
    backend = Budgeted(backend, Purse(max_calls=max_calls, max_cost=max_cost))
    backend = Repaired(backend)
    if cache_replies:
        identity = f"{name} @ {wire.endpoint} {known.model_dump_json()}"
        backend = Cached(backend, identity, warm=cache_warm)
    return backend
