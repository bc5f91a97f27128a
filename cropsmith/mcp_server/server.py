"""The server: tools, resources, and which files they may touch."""

import asyncio
import base64
import os
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

from mcp import types
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from cropsmith import toolbox
from cropsmith.errors import CropsmithError
from cropsmith.mcp_server.roots import Roots
from cropsmith.toolbox import Cropped, Found, Wish
from cropsmith.tools.schema.plain_text import visible_line

T = TypeVar("T")

WAITING = 64
"""Calls that may be unfinished at a time; further ones are turned away."""

INSTRUCTIONS = (
    "Crops photographs from requests in plain words. A photo is a path below a root of the server, "
    "or an http(s) address. Boxes are x1, y1, x2, y2 in 0..1 of the upright photo."
)

Photo = Annotated[str, Field(min_length=1, max_length=4000, description="Path or address.")]
Text = Annotated[str, Field(max_length=4000, description="The request in plain words.")]
Shape = Annotated[str, Field(max_length=100)]
Ratios = Annotated[list[Shape], Field(max_length=12, description='"4:5", "square", ...')]
Size = Annotated[str | None, Field(pattern=r"^\d{1,5}x\d{1,5}$", description="Exact pixels.")]
Thing = Annotated[str, Field(min_length=1, max_length=400, description="What to look for.")]
Name = Annotated[str, Field(pattern=r"^([0-9a-f]{1,12}|last)$", description="Of crop's answer.")]


def build_server(roots: Roots, model: str = "builtin") -> MCPServer:
    """Return the server; `model` looks at the photos."""
    own = Tools(roots, model)
    calls = (own.crop, own.propose, own.find, own.explain, own.list_shapes, own.list_models)
    tools = [strict(Tool.from_function(call)) for call in calls]
    server: MCPServer = MCPServer("cropsmith", instructions=INSTRUCTIONS, tools=tools)
    server.resource("trace://{trace}", mime_type="application/x-ndjson")(record_of)
    return server


def strict(tool: Tool) -> Tool:
    """Return a tool that refuses arguments it does not have, instead of leaving them out."""
    arguments = tool.fn_metadata.arg_model
    arguments.model_config["extra"] = "forbid"
    arguments.model_rebuild(force=True)
    tool.parameters = arguments.model_json_schema(by_alias=True)
    return tool


class Tools:
    """What a client may call; its docstrings are what a model reads of them."""

    def __init__(self, roots: Roots, model: str) -> None:
        self._roots, self._model = roots, model
        self._free = asyncio.Semaphore(os.cpu_count() or 1)
        self._waiting = 0

    async def crop(
        self,
        photo: Photo,
        context: Context,
        text: Text = "",
        ratio: Ratios = [],  # noqa: B006  (never changed; the schema shows it)
        size: Size = None,
        save_to: Annotated[str, Field(max_length=4000, description="File for the crop.")] = "",
    ) -> Annotated[types.CallToolResult, Cropped]:
        """Crop a photo: what was chosen and why, with the crops as pictures."""

        async def made() -> types.CallToolResult:
            open_ = await _roots_of(context, self._roots)
            source = open_.photo(photo)
            target = open_.output(save_to) if save_to else None
            wish = Wish(text=text, ratio=tuple(ratio), size=size)
            result = await toolbox.cropped(source, wish, self._model)
            saved: list[str] = []
            for index in range(len(result.crops) if target else 0):
                assert target is not None
                mark = f"-{index + 1}" if len(result.crops) > 1 else ""
                path = target.with_name(f"{target.stem}{mark}{target.suffix}")
                saved.append(str(result.save(open_.output(str(path)), index)))
            told = toolbox.told(result, saved)
            pictures = [_picture(toolbox.shown(result, i)) for i in range(len(result.crops))]
            return types.CallToolResult(
                content=[*pictures, types.TextContent(type="text", text=told.model_dump_json())],
                structured_content=told.model_dump(mode="json"),
            )

        return await self._said(made())

    async def propose(
        self,
        photo: Photo,
        context: Context,
        text: Text = "",
        ratio: Ratios = [],  # noqa: B006
        n: Annotated[int, Field(ge=1, le=20)] = 5,
    ) -> Cropped:
        """Propose several crops that differ, ranked, without making pictures."""

        async def made() -> Cropped:
            source = (await _roots_of(context, self._roots)).photo(photo)
            wish = Wish(text=text, ratio=tuple(ratio), n=n)
            return toolbox.told(await toolbox.cropped(source, wish, self._model))

        return await self._said(made())

    async def find(self, photo: Photo, thing: Thing, context: Context) -> list[Found]:
        """Say where a named thing is in a photo."""

        async def made() -> list[Found]:
            source = (await _roots_of(context, self._roots)).photo(photo)
            return list(await toolbox.found(source, thing, self._model))

        return await self._said(made())

    async def explain(self, trace: Name) -> str:
        """Tell how a crop came about, step by step."""

        async def made() -> str:
            return toolbox.explained(trace)

        return await self._said(made())

    async def list_shapes(self) -> list[str]:
        """List the shapes that have names, with their ratio and pixels."""
        return list(toolbox.shapes())

    async def list_models(self) -> list[str]:
        """Name the model that looks at the photos; builtin needs none."""
        return [self._model]

    async def _said(self, work: Coroutine[Any, Any, T]) -> T:
        """Do a call's work when a core is free; tell the client what a person can cause."""
        if self._waiting >= WAITING:
            work.close()
            raise ToolError(f"The server is busy: {WAITING} calls wait. Call again later.")
        self._waiting += 1
        try:
            async with self._free:
                return await work
        except CropsmithError as error:
            raise ToolError(visible_line(str(error))) from error
        finally:
            self._waiting -= 1
            work.close()  # one that was given up while it waited has not begun


async def record_of(trace: str) -> str:
    """Return the whole record of a run, one JSON a line."""
    from cropsmith.agents.trace.library import TraceLibrary
    from cropsmith.agents.trace.views.export import lines

    return "\n".join(lines(TraceLibrary().read(trace)))


async def _roots_of(context: Any, roots: Roots) -> Roots:
    """Return the roots that count: the server's own, and the client's where it has any."""
    session = context.session
    asked = session.client_capabilities
    if asked is None or asked.roots is None or not session.can_send_request:
        return roots
    answer = await session.send_request(types.ListRootsRequest(), types.ListRootsResult)
    return roots.within([str(root.uri) for root in answer.roots])


def _picture(jpeg: bytes) -> types.ImageContent:
    data = base64.b64encode(jpeg).decode()
    return types.ImageContent(type="image", data=data, mime_type="image/jpeg")
