"""A provider: a server of ours that speaks chat completions."""

from cropsmith.agents.backends.protocol.secrets import Key, base_url
from cropsmith.agents.backends.protocol.wire import Dialect, Wire
from cropsmith.agents.backends.registry import Provider


def example_wire(model: str, server: str) -> Wire:
    from cropsmith.agents.backends.providers.openai import ChatCompletions, Server

    row = Server(
        provider="example",
        url=base_url(server, "EXAMPLE_URL", "http://127.0.0.1:8123/v1"),
        key=Key.optional("EXAMPLE_API_KEY"),
        dialect=Dialect.GRAMMAR,
        help="Start it, or set EXAMPLE_URL to its address.",
    )
    return ChatCompletions(row, model)


PROVIDER = Provider("example", example_wire, "our own server; EXAMPLE_URL")
