"""Any server that speaks chat completions: Ollama, SGLang, llama.cpp, LM Studio, transformers.

No parameter is trusted to be honoured: the answer's format also stands in the prompt, and every
reply is validated.
"""

from cropsmith.agents.backends.protocol.secrets import Key, base_url
from cropsmith.agents.backends.protocol.wire import Dialect
from cropsmith.agents.backends.providers.openai import ChatCompletions, Server

OLLAMA = "http://127.0.0.1:11434/v1"


def compatible_wire(model: str, server: str = "") -> ChatCompletions:
    """Return a model at a server, else at CROPSMITH_OPENAI_COMPATIBLE_URL, else at Ollama's own."""
    row = Server(
        provider="openai-compatible",
        url=base_url(server, "CROPSMITH_OPENAI_COMPATIBLE_URL", OLLAMA),
        key=Key.optional("OPENAI_COMPATIBLE_API_KEY"),
        dialect=Dialect.GRAMMAR,
        help="Start it, or set CROPSMITH_OPENAI_COMPATIBLE_URL to its address.",
    )
    return ChatCompletions(row, model)
