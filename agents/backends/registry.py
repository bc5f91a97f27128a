"""`provider/model` -> a Backend with everything around it."""

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

from cropsmith.agents.backends.boxes import family
from cropsmith.agents.backends.boxes.calibration import calibrated
from cropsmith.agents.backends.boxes.checkpoint import checkpoint_row
from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.family import family_of
from cropsmith.agents.backends.calls.batch_book import BatchBook
from cropsmith.agents.backends.calls.batches import batches_at
from cropsmith.agents.backends.calls.cache import Cached
from cropsmith.agents.backends.calls.limiter import IN_FLIGHT, Limited, gate_of
from cropsmith.agents.backends.calls.purse import Budgeted, Purse
from cropsmith.agents.backends.calls.repair import Repaired
from cropsmith.agents.backends.calls.retry import DEADLINE, Retried
from cropsmith.agents.backends.calls.shared import Shared
from cropsmith.agents.backends.directory.directory import (
    model_behind,
    plugged,
    providers,
    shipped,
)
from cropsmith.agents.backends.directory.provider import Provider
from cropsmith.agents.backends.first_use import is_own, learn
from cropsmith.agents.backends.held_calls import HeldCalls
from cropsmith.agents.backends.model import TIMEOUT, Model
from cropsmith.agents.backends.protocol.backend import Backend
from cropsmith.agents.backends.protocol.batch import BatchWire
from cropsmith.agents.backends.protocol.wire import Wire
from cropsmith.errors import UsageError

DAYS = 7 * 86_400.0
"""Seconds in which a request of a batch and its retries must be answered: a day each."""


def _made(row: Provider, model: str, server: str) -> Wire:
    """Return the wire of a provider's model; heavy packages are imported with it."""
    if row.make is not None:
        return row.make(model, server)
    match row.wire:
        case "azure":
            from cropsmith.agents.backends.providers.azure import azure_wire

            return azure_wire(row, model, server)
        case "gemini":
            from cropsmith.agents.backends.providers.gemini import gemini_wire

            return gemini_wire(row, model, server)
        case "vertex":
            from cropsmith.agents.backends.providers.vertex import vertex_wire

            return vertex_wire(row, model, server)
        case "anthropic":
            from cropsmith.agents.backends.providers.anthropic import anthropic_wire

            return anthropic_wire(row, model, server)
        case "vllm":
            from cropsmith.agents.backends.providers.offline import offline_wire

            return offline_wire(model, server)
        case "transformers":
            from cropsmith.agents.backends.providers.transformers import transformers_wire

            return transformers_wire(row, model, server)
        case _:
            from cropsmith.agents.backends.providers.openai import chat_wire

            return chat_wire(row, model, server)


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
    if provider == "builtin":
        hint = "Write builtin alone."
    elif near and slash:
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
    vendors = {"gemini": "gemini", "claude": "anthropic"}
    return next((name for start, name in vendors.items() if model.startswith(start)), "vllm")


def make_wires(name: str, server: str = "") -> Sequence[Wire]:
    """Return the wires of `provider/model`: one for each URL, given or of the environment.

    UsageError, NotAllowed or MissingExtra.
    """
    provider, model = split_model(name)
    if provider == "scripted":
        raise UsageError("A script has no wire.", hint="Give <model> as scripted/FILE.")
    row = providers()[provider]
    told = server or os.environ.get(row.address, "")
    urls = dict.fromkeys(url.strip() for url in told.split(",") if url.strip())
    if len(urls) > 1:
        return [_made(row, model, url) for url in urls]
    return [_made(row, model, server)]


def check_reach(name: str, server: str = "") -> None:
    """Refuse, before any photo is opened, a model that cannot be asked from here.

    UsageError for an address that is none, NotAllowed without a key, MissingExtra.
    """
    if name != "builtin" and split_model(name)[0] != "scripted":
        make_wires(name, server)


def make_wire(name: str, server: str = "") -> Wire:
    """Return the wire of `provider/model` at the first of its servers. Raises as `make_wires`."""
    return make_wires(name, server)[0]


def convention_of(name: str, endpoint: str) -> Convention | None:
    """Return how a model speaks of boxes: probed here, by its config.json, or by its name.

    None when no source knows; rows of standing "unknown" are returned as they are.
    """
    split_model(name)
    model = model_behind(name)
    return calibrated(name, endpoint) or checkpoint_row(model) or family_of(model)


def usable_convention(name: str, endpoint: str) -> Convention:
    """Return the convention of a model that boxes can be asked of. UsageError otherwise."""
    found = convention_of(name, endpoint)
    if found is not None and found.usable:
        return found
    what = f"How {name} writes boxes is not known"
    what += "." if found is None else f": {found.family} is not documented."
    hints = [*family.plugged().problems.values()]
    if model_behind(name) == name.partition("/")[2]:
        hints.append("Say which model it is, under models in providers.toml (docs/models.md).")
    hints.append(f"Or calibrate it once with: cropsmith models probe {name}")
    raise UsageError(what, hint=" ".join(hints))


def _known(name: str, wires: Sequence[Wire]) -> Convention:
    """Return the one convention of a model at its servers; found out at the first use."""
    first = wires[0]
    found = [row for wire in wires if (row := convention_of(name, wire.endpoint)) is not None]
    usable = [row for row in found if row.usable]
    if not usable and is_own(first):
        return learn(wires)
    if len({row.model_dump_json() for row in usable}) > 1:
        raise UsageError(
            f"The servers of {name} are known to write boxes in different ways.",
            hint="Probe each anew, or name one of them.",
        )
    return usable[0] if usable else usable_convention(name, first.endpoint)


def _at(wire: Wire, known: Convention, timeout: float, deadline: float, in_flight: int) -> Backend:
    # An engine of this process schedules as many as it is given.
    gate = gate_of(wire.endpoint, max(in_flight, getattr(wire, "in_flight", 0)))
    model = Model(HeldCalls(wire), known, timeout=timeout)
    return Limited(Retried(model, gate, deadline), gate)


def _in_batches(row: Provider, wire: Wire, known: Convention, book: BatchBook) -> Backend:
    """Return a model that is asked in batches: no limit of time, and none of requests at once."""
    if not row.batches or not isinstance(wire, BatchWire):
        able = ", ".join(name for name, one in providers().items() if one.batches)
        raise UsageError(f"{row.name} cannot be asked in batches.", hint=f"These can: {able}.")
    wire.batches = batches_at(wire.desk(), book)
    return Retried(Model(HeldCalls(wire), known, timeout=DAYS), None, DAYS)


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
    book: BatchBook | None = None,
) -> Backend:
    """Return the model ready to be asked: cache, repair, budget, concurrency, retries, adapter.

    `timeout` is for one attempt, `deadline` for one ask with all its retries, both in seconds.
    With a `book` the model is asked in batches at half the price, whose answers take up to a day.
    `cache_warm` keeps replies at temperatures above 0 too. Raises UsageError (unknown name, no
    convention), NotAllowed (no key), MissingExtra (no SDK). No request is made yet, but to find
    out how an unknown model of one's own writes boxes.
    """
    provider, model = split_model(name)
    if provider == "scripted":
        from cropsmith.agents.backends.providers.scripted import Scripted

        if server or book is not None:
            what = "has no server" if server else "cannot be asked in batches"
            raise UsageError(f"A script {what}.", hint="Leave it out.")
        script: Backend = Scripted.load(Path(model))
        if max_calls is None and max_cost is None:
            return script
        return Budgeted(script, Purse(max_calls=max_calls, max_cost=max_cost))
    row = providers()[provider]
    wires = make_wires(name, server)
    known = convention or _known(name, wires)
    if book is not None:
        backend: Backend = _in_batches(row, wires[0], known, book)
    else:
        backend = Shared([_at(wire, known, timeout, deadline, in_flight) for wire in wires])
    backend = Budgeted(backend, Purse(max_calls=max_calls, max_cost=max_cost))
    backend = Repaired(backend)
    if cache_replies:
        where = ", ".join(sorted(wire.endpoint for wire in wires))
        identity = f"{name} @ {where} {known.model_dump_json()}"
        if row != shipped().get(provider):  # a row of one's own may say other things
            identity += f" {row.said}"
        backend = Cached(backend, identity, warm=cache_warm)
    return backend
