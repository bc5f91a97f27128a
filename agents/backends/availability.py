"""What is configured and reachable: the facts behind `models list` and `doctor`."""

import asyncio
import importlib.util
from collections.abc import Sequence

from cropsmith.agents.backends.directory.directory import providers
from cropsmith.agents.backends.protocol.wire import Wire
from cropsmith.agents.backends.registry import make_wires
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
    "openai": (
        "OpenAI models, vLLM, Ollama and all servers that speak as OpenAI does",
        ("openai",),
    ),
    "gemini": ("Gemini models, also at Vertex AI", ("google.genai",)),
    "anthropic": ("Claude models", ("anthropic",)),
    "azure": ("models at Azure OpenAI, signed in to Entra", ("openai", "azure.identity")),
    "transformers": (
        "open models in this process, open-vocabulary grounding",
        ("torch", "torchvision", "transformers", "llguidance"),
    ),
    "clip": ("embeddings of photos and words", ("torch", "open_clip")),
    "chroma": ("the index of expert crops", ("chromadb",)),
    "studio": ("the local web page", ("fastapi", "uvicorn", "multipart", "jinja2")),
    "service": ("crops over HTTP", ("fastapi", "uvicorn", "multipart", "prometheus_client")),
    "postgres": ("the service's jobs in Postgres", ("psycopg",)),
    "mcp": ("tools for agents over MCP", ("mcp",)),
    "ray": ("folders on a Ray cluster", ("ray",)),
    "s3": ("photos and crops in S3", ("s3fs",)),
    "gcs": ("photos and crops in Google's store", ("gcsfs",)),
    "blob": ("photos and crops in Azure's store", ("adlfs",)),
    "raw": ("camera raw files", ("rawpy",)),
    "lossless": ("JPEGs cut without decoding", ("jpeglib",)),
    "train": ("training of ClipCrop", ("torch", "transformers", "safetensors", "scipy")),
    "eval": ("studies", ("yaml", "scipy", "jinja2")),
    "datasets": ("data sets of HuggingFace in studies", ("datasets",)),
    "inspect": ("studies as logs of inspect_ai", ("inspect_ai",)),
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
        # The wires of any model will do to ask for the list.
        wires = make_wires(f"{provider}/MODEL")
        endpoint = ", ".join(wire.endpoint for wire in wires)
        async with asyncio.timeout(PATIENCE):
            names = await _offered(wires)
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


async def _offered(wires: Sequence[Wire]) -> Sequence[str]:
    """Return the models of all servers that answer; raises what the first said if none does."""
    asked = await asyncio.gather(*(wire.models() for wire in wires), return_exceptions=True)
    answered = [names for names in asked if not isinstance(names, BaseException)]
    if not answered:
        assert isinstance(asked[0], BaseException)
        raise asked[0]
    return list(dict.fromkeys(name for names in answered for name in names))


async def standings() -> list[ProviderStanding]:
    """Ask every provider at once."""
    return list(await asyncio.gather(*map(standing, providers())))
