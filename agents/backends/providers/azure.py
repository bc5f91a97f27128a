"""Azure OpenAI: OpenAI's words at a resource of one's own, models by the name of a deployment.

With a key, or signed in to Entra by azure-identity. Asked over the v1 API, which needs no version;
OPENAI_API_VERSION asks over the dated API instead, whose path holds the deployment.
"""

import asyncio
import importlib.util
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from cropsmith.agents.backends.directory.provider import Provider
from cropsmith.agents.backends.providers.openai import ChatCompletions
from cropsmith.agents.backends.providers.server import Server, server_of
from cropsmith.errors import Misconfigured, MissingExtra, NotAllowed

SCOPE = "https://cognitiveservices.azure.com/.default"
"""What is signed in for: openai-python, examples/azure_ad.py."""

V1 = "/openai/v1"


class AzureChat(ChatCompletions):
    """One deployment. `version` is that of the dated API, or "" for v1."""

    def __init__(self, server: Server, model: str, version: str) -> None:
        super().__init__(server, model)
        self._version = version
        self._sign_in: Callable[[], str] | None = None
        if server.key.value == "none":
            if importlib.util.find_spec("azure.identity") is None:
                raise MissingExtra(f"{server.row.name}/{model} without a key", "azure")
            self._sign_in = _entra()

    def _client(self) -> Any:
        import openai

        key: Any = self._server.key.value if self._sign_in is None else None
        if not self._version:
            return openai.AsyncOpenAI(
                api_key=key or self._token, base_url=self._server.url, **self._options()
            )
        return openai.AsyncAzureOpenAI(
            azure_endpoint=self._server.url,
            api_version=self._version,
            api_key=key,
            azure_ad_token_provider=None if key else self._token,
            **self._options(),
        )

    async def _token(self) -> str:
        """Return a token of Entra's, kept by azure-identity until it is old. NotAllowed."""
        assert self._sign_in is not None
        try:
            token = await asyncio.to_thread(self._sign_in)
        except Exception as error:  # azure-identity's, and those of what it calls
            told = self._server.key.scrub(str(error)).strip().partition("\n")[0][:300]
            raise NotAllowed(
                f"Signing in to Entra failed: {told}",
                hint="Sign in with: az login  (or set AZURE_OPENAI_API_KEY).",
            ) from None
        key = self._server.key
        if token not in key.others:
            self._server = replace(self._server, key=replace(key, others=(*key.others, token)))
        return token

    async def models(self) -> Sequence[str]:
        """Return the deployments that providers.toml names: the resource lists none itself."""
        await super().models()  # it answers, and takes the key
        return list(self._row.models)

    async def _missing(self, body: Any) -> Misconfigured:
        # The resource lists the models that it could deploy, not its deployments.
        return Misconfigured(
            f"{self.endpoint} has no deployment '{self.model}'.",
            hint="The name is the deployment's, as the Azure portal shows it.",
        )


def _entra() -> Callable[[], str]:
    from azure.identity import DefaultAzureCredential, get_bearer_token_provider

    return get_bearer_token_provider(DefaultAzureCredential(), SCOPE)


def azure_wire(row: Provider, model: str, server: str = "") -> AzureChat:
    """Return a deployment. NotAllowed without a key, MissingExtra without azure-identity either."""
    found = server_of(row, server)
    version = os.environ.get("OPENAI_API_VERSION", "").strip()
    root = found.url.removesuffix("/v1").removesuffix("/openai")
    dated = version not in ("", "v1", "preview", "latest")
    url = root if dated else f"{root}{V1}"
    return AzureChat(replace(found, url=url), model, version if dated else "")
