"""What is configured and reachable: the facts behind `models list` and `doctor`."""

import asyncio
import importlib.util
import os
from collections.abc import Sequence

from cropsmith.agents.backends.registry import providers
from cropsmith.errors import CropsmithError
from cropsmith.tools.schema.values import Value

PATIENCE = 5.0
"""Seconds that a server has to list its models."""


class ProviderStanding(Value):
    """One provider, as this machine stands to it."""

    provider: str
    help: str
    endpoint: str = ""
    ready: bool
    problem: str = ""
    """Why it is not ready, one sentence with what to do."""
    models: tuple[str, ...] = ()
    """`provider/model` of each model on offer."""


class ExtraStanding(Value):
    """One extra of the package."""

    extra: str
    gives: str
    missing: tuple[str, ...]
    """Packages that are not installed."""


EXTRAS = {
    "openai": ("openai models, vLLM and compatible servers", ("openai",)),
    "gemini": ("Gemini models", ("google.genai",)),
    "transformers": (
        "open models in this process, open-vocabulary grounding",
        ("torch", "torchvision", "transformers", "llguidance"),
    ),
    "clip": ("embeddings of photos and words", ("torch", "open_clip")),
    "chroma": ("the index of expert crops", ("chromadb",)),
    "studio": ("the local web page", ("fastapi", "uvicorn", "multipart", "jinja2")),
    "eval": ("studies", ("yaml", "scipy", "jinja2")),
    "otel": ("traces to OpenTelemetry", ("opentelemetry.sdk",)),
}


def _present(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # the parent of a dotted name
        return False


def extras() -> list[ExtraStanding]:
    """Return every extra with the packages that it lacks; imports nothing."""
    return [
        ExtraStanding(
            extra=extra, gives=gives, missing=tuple(p for p in packages if not _present(p))
        )
        for extra, (gives, packages) in EXTRAS.items()
    ]


async def standing(provider: str) -> ProviderStanding:
    """Ask one provider for its models."""
    row = providers()[provider]
    endpoint = ""
    try:
        # The wire of any model will do to ask for the list.
        wire = row.make("any", "")
        endpoint = wire.endpoint
        async with asyncio.timeout(PATIENCE):
            names: Sequence[str] = await wire.models()
    except TimeoutError:
        problem = f"The server at {endpoint} gave no answer within {PATIENCE:.0f} s."
    except CropsmithError as error:
        problem = str(error)
    except Exception as error:  # a wire of another package may raise anything
        problem = f"The provider cannot list its models: {type(error).__name__}: {error}"
    else:
        found = tuple(f"{provider}/{name}" for name in names)
        return ProviderStanding(
            provider=provider, help=row.help, endpoint=endpoint, ready=True, models=found
        )
    return ProviderStanding(
        provider=provider, help=row.help, endpoint=endpoint, ready=False, problem=problem
    )


async def standings() -> list[ProviderStanding]:
    """Ask every provider at once."""
    return list(await asyncio.gather(*map(standing, providers())))


def keys_set() -> list[str]:
    """Return the names of the key variables that are set; never a value."""
    names = ["OPENAI_API_KEY", "GEMINI_API_KEY", "VLLM_API_KEY", "OPENAI_COMPATIBLE_API_KEY"]
    return [name for name in names if os.environ.get(name)]
