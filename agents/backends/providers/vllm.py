"""Open models at a vLLM server: chat completions, grammars that hold bounds, thinking off."""

from cropsmith.agents.backends.protocol.secrets import Key, base_url
from cropsmith.agents.backends.protocol.wire import Dialect
from cropsmith.agents.backends.providers.openai import ChatCompletions, Server

LOCAL = "http://127.0.0.1:8000/v1"


def vllm_wire(model: str, server: str = "") -> ChatCompletions:
    """Return a model at a server, else at CROPSMITH_VLLM_URL; a key, if any, in VLLM_API_KEY."""
    row = Server(
        provider="vllm",
        url=base_url(server, "CROPSMITH_VLLM_URL", LOCAL),
        key=Key.optional("VLLM_API_KEY"),
        dialect=Dialect.GRAMMAR,
        help=f"Start one with: cropsmith models serve {model}  (or set CROPSMITH_VLLM_URL).",
        # A grammar can keep a thinking model from opening its thoughts (vllm#18255).
        body={"chat_template_kwargs": {"enable_thinking": False}},
    )
    return ChatCompletions(row, model)
