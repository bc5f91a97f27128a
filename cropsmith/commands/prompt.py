"""`cropsmith prompt`: what a model would be sent, and the sets of prompts there are."""

from typing import Annotated

import typer

from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.commands.settings_options import with_settings

app = typer.Typer(help="See what a model is told.", no_args_is_help=True, rich_markup_mode=None)


@app.command("show")
@with_settings
def show(
    photo: Annotated[str, typer.Argument(help="A photo.")],
    request: Annotated[str, typer.Argument(help="The request in plain words.")] = "",
    only: Annotated[
        str,
        typer.Option(help="One question alone: understand, analyse, propose, decide, judge, ..."),
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON line per request.")] = False,
    *,
    settings: RunSettings,
) -> None:
    """Print what would be sent for a photo and a request.

    Needs no key and no server. The built-in photographer gives the answers that the model would.
    """
    import asyncio

    from cropsmith.agents.runs.preview import as_text, preview
    from cropsmith.errors import UsageError
    from cropsmith.tools.schema.plain_text import visible
    from cropsmith.tools.schema.request import CropRequest

    kept = asyncio.run(preview(photo, CropRequest(text=request), settings))
    purposes = list(dict.fromkeys(one.purpose for one in kept))
    if only and only not in purposes:
        raise UsageError(
            f"No question '{only}' would be asked.", hint=f"Asked are: {', '.join(purposes)}."
        )
    for number, one in enumerate(kept, start=1):
        if only not in ("", one.purpose):
            continue
        sent = one.request
        if json:
            print(_line(one.purpose, sent))
            continue
        held = "held to its schema" if sent.schema else "free"
        tools = f", tools: {', '.join(tool.name for tool in sent.tools)}" if sent.tools else ""
        print(f"=== {number}. {one.purpose} (temperature {sent.temperature:g}, {held}{tools})\n")
        print(f"{visible(as_text(sent.messages))}\n")


def _line(purpose: str, sent: object) -> str:
    import json

    from cropsmith.agents.backends.protocol.backend import Picture
    from cropsmith.agents.backends.protocol.wire import WireRequest

    assert isinstance(sent, WireRequest)

    def part(value: object) -> object:
        if isinstance(value, Picture):
            return {
                "picture": value.sha256,
                "width": value.size.width,
                "height": value.size.height,
            }
        return str(value)

    return json.dumps(
        {
            "purpose": purpose,
            "messages": [
                {"role": message.role, "parts": [part(one) for one in message.parts]}
                for message in sent.messages
            ],
            "schema": None if sent.schema is None else sent.schema.native,
            "tools": [
                {"name": t.name, "description": t.description, "parameters": t.parameters}
                for t in sent.tools
            ],
            "tool_choice": sent.tool_choice,
            "temperature": sent.temperature,
            "max_tokens": sent.max_tokens,
            "seed": sent.seed,
        },
        ensure_ascii=False,
    )


@app.command("list")
def list_() -> None:
    """List the sets of prompts: those that ship, and your own."""
    from cropsmith.prompts.sets import own_sets, shipped_sets

    print("standard: the prompts that ship")
    for name, about in shipped_sets().items():
        print(f"{name}: {about}")
    for name, path in own_sets().items():
        print(f"{name}: your own, {path}")
