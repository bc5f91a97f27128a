"""Tools for LangChain and LangGraph agents, in this process.

    from langchain.agents import create_agent
    from cropsmith.langchain import tools
    agent = create_agent(model, tools())

A tool answers with text for the model; its artifact is what the program wants: the `CropResult`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cropsmith.errors import CropsmithError
from cropsmith.toolbox import Wish, cropped, explained, found, shapes, told
from cropsmith.tools.schema.values import Value

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool


class CropArguments(Wish):
    """Arguments of `crop_photo`."""

    photo: str = Field(description="Path or http(s) address of the photo.")


class FindArguments(Value):
    """Arguments of `find_in_photo`."""

    photo: str = Field(description="Path or http(s) address of the photo.")
    thing: str = Field(min_length=1, max_length=400, description="What to look for, in words.")


class TraceArguments(Value):
    """Arguments of `explain_crop`."""

    trace: str = Field(description="The trace that crop_photo named, or last.")


class NoArguments(Value):
    """A tool without arguments."""


def tools(
    model: str = "builtin", *, may_open: Callable[[str], object] = str
) -> "Sequence[BaseTool]":
    """Return the tools: crop_photo, find_in_photo, explain_crop, list_shapes.

    `may_open` takes the photo's path or address as the agent gave it and returns what to open
    (anything that `crop()` takes); it raises CropsmithError for what the agent may not have. What
    can be said to the agent comes back as a failed tool call, not as an exception.
    """
    from langchain_core.tools import StructuredTool, ToolException

    def saying(call: Callable[..., Any]) -> Callable[..., Any]:
        async def coroutine(**arguments: Any) -> Any:
            try:
                return await call(**arguments)
            except CropsmithError as error:
                raise ToolException(str(error)) from error

        return coroutine

    async def crop(photo: str, **wish: Any) -> tuple[str, Any]:
        result = await cropped(may_open(photo), Wish(**wish), model)
        return told(result).model_dump_json(exclude_defaults=True), result

    async def find(photo: str, thing: str) -> tuple[str, Any]:
        boxes = await found(may_open(photo), thing, model)
        said = "; ".join(one.model_dump_json(exclude_defaults=True) for one in boxes)
        return said or f"Nothing found for '{thing}'.", boxes

    async def explain(trace: str) -> tuple[str, Any]:
        return explained(trace), None

    async def list_shapes() -> tuple[str, Any]:
        return "\n".join(shapes()), shapes()

    rows: Sequence[tuple[str, str, type[Value], Callable[..., Any]]] = (
        ("crop_photo", "Crop a photo as asked in plain words.", CropArguments, crop),
        ("find_in_photo", "Say where a named thing is in a photo.", FindArguments, find),
        ("explain_crop", "Tell how a crop came about, step by step.", TraceArguments, explain),
        ("list_shapes", "List the shapes that have names.", NoArguments, list_shapes),
    )
    return [
        StructuredTool.from_function(
            coroutine=saying(call),
            name=name,
            description=description,
            args_schema=arguments,
            response_format="content_and_artifact",
            handle_tool_error=True,
        )
        for name, description, arguments, call in rows
    ]
