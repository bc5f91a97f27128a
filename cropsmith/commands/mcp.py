"""`cropsmith mcp`: tools for agents over the Model Context Protocol."""

from pathlib import Path
from typing import Annotated

import typer


def mcp(
    root: Annotated[
        list[Path] | None,
        typer.Option(help="A folder that clients may read and write in; the working folder."),
    ] = None,
    model: Annotated[str, typer.Option("--model", "-m", help="Who looks.")] = "builtin",
    http: Annotated[
        bool, typer.Option("--http", help="Streamable HTTP on loopback instead of stdio.")
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of --http.")] = 8090,
) -> None:
    """Serve crop, propose, find and explain to agents, over MCP."""
    from cropsmith.errors import MissingExtra

    try:
        from cropsmith.mcp_server.roots import Roots
        from cropsmith.mcp_server.server import build_server
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise MissingExtra("The MCP server", "mcp") from error

    server = build_server(Roots(root or [Path.cwd()]), model)
    if http:
        # The SDK answers loopback names alone, and no page of another site.
        server.run("streamable-http", port=port)
    else:
        server.run("stdio")
