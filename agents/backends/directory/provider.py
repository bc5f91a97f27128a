"""A provider: where models are reached, what is said to them there, and what is particular."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from cropsmith.agents.backends.protocol.wire import Dialect, Wire
from cropsmith.tools.schema.secret_text import without_secrets
from cropsmith.tools.schema.values import Value

WireKind = Literal[
    "chat", "responses", "azure", "gemini", "vertex", "anthropic", "vllm", "transformers"
]
"""Which protocol is spoken: chat completions, OpenAI's Responses API, either at Azure, Gemini's
generateContent, the same at Vertex AI, Anthropic's messages, or none, within this process: vLLM's
engine or transformers."""

Thinker = Literal["openai", "vllm", "template", "effort", "openrouter", "compatible"]
"""How chat completions are told to think: `agents/backends/providers/thinking.py`."""

FREE = "free"
"""The price of models on the person's own machines."""

VARIABLE = re.compile(r"\$\{(\w+)\}")
"""How a header names what stands in the environment."""

_KEYS = re.compile(r"auth|key|token|cookie|secret", re.IGNORECASE)


class Provider(Value):
    """One way of reaching models: a table of providers.toml, or a row of another package."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    """First part of `provider/model`."""
    help: str
    """What it reaches, and which variables it reads; a few words for lists."""
    wire: WireKind | None = None
    make: Callable[[str, str], Wire] | None = Field(default=None, exclude=True, repr=False)
    """For a protocol that is none of those: takes the model, and the server's URL or ""."""
    url: str = Field(default="", repr=False)
    """Address, where the environment names none."""
    address: str = ""
    """Variable that names another address; several, with commas, share the load."""
    keys: tuple[str, ...] = ()
    """Variables of the key; the first that is set counts."""
    key_needed: bool = False
    unreachable: str = ""
    """What to do when it cannot be reached, where starting it and naming its address is not all;
    may name {model} and {address}."""
    headers: Mapping[str, str] = Field(default_factory=dict, repr=False)
    """Added to every request; ${VARIABLE} stands for what is in the environment."""
    body: Mapping[str, Any] = Field(default_factory=dict)
    """Fields added to the body of every request."""
    dialect: Dialect = Dialect.GRAMMAR
    thinking: Thinker = "compatible"
    limit: str = "max_tokens"
    """What the field of the output limit is called."""
    detail: str | None = None
    """`detail` of pictures, where the server knows it."""
    yields: bool = False
    """Whether schemas are given up where the server refuses them: the prompt tells them too."""
    forces: Literal["by name", "required", "never"] = "by name"
    """How a tool is forced: named, the only one offered and any required, or not at all."""
    responses: bool = False
    """Whether models that think and call tools are asked over the Responses API."""
    price: str = ""
    """"free", or a provider's name in genai-prices; empty where nobody states one."""
    bills: bool = False
    """Whether usage tells what a call has cost, in US dollars (`usage.cost`)."""
    batches: bool = False
    """Whether requests may be asked in batches, at half the price."""
    models: Mapping[str, str] = Field(default_factory=dict)
    """Name here -> name of the model that it stands for: deployments, aliases."""
    otel: str = ""
    """gen_ai.provider.name of OpenTelemetry, where it is another."""
    source: str = ""
    """Where what is particular is documented."""

    @model_validator(mode="after")
    def _reaches(self) -> Self:
        if (self.wire is None) == (self.make is None):
            raise ValueError("a provider has either a wire or a make")
        return self

    @field_validator("headers")
    @classmethod
    def _without_keys(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        for name, value in headers.items():
            bare = _KEYS.search(name) and not VARIABLE.search(value)
            if bare or without_secrets(value) != value:
                raise ValueError(
                    f"'{name}' holds a key: keys stand in the environment, write ${{VARIABLE}}"
                )
        return headers

    @field_validator("body")
    @classmethod
    def _no_secrets(cls, body: Mapping[str, Any]) -> Mapping[str, Any]:
        text = json.dumps(body, default=str)
        if without_secrets(text) != text:
            raise ValueError("a key stands in it: keys are read from the environment alone")
        return body

    def stands_for(self, model: str) -> str:
        """Return the model behind a name: by it family, thinking and price are known."""
        return self.models.get(model, model)

    @property
    def said(self) -> str:
        """Return a sha256 over what may change an answer: two rows of one name may differ."""
        facts = self.model_dump(
            mode="json",
            include={"wire", "headers", "body", "dialect", "thinking", "detail", "models"},
        )
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
