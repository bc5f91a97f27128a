"""A provider: a server of ours that speaks chat completions."""

from cropsmith.agents.backends.directory.provider import Provider

PROVIDER = Provider(
    name="example",
    help="our own server; EXAMPLE_URL",
    wire="chat",
    url="http://127.0.0.1:8123/v1",
    address="EXAMPLE_URL",
    keys=("EXAMPLE_API_KEY",),
)
