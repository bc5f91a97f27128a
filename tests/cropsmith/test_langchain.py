"""Other agents' tools: called as LangGraph calls them, by a model that follows a script."""

from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode, tools_condition

from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.errors import UsageError
from cropsmith.langchain import tools


class State(TypedDict):
    """The conversation."""

    messages: Annotated[list[AnyMessage], add_messages]


def called(name: str, **arguments: Any) -> AIMessage:
    call = {"name": name, "args": arguments, "id": name, "type": "tool_call"}
    return AIMessage(content="", tool_calls=[call])


async def conversation(*script: AIMessage, **options: Any) -> list[ToolMessage]:
    """Run an agent whose model says what the script says; return what the tools answered."""
    model = GenericFakeChatModel(messages=iter([*script, AIMessage(content="Done.")]))
    graph = StateGraph(State)

    async def think(state: State) -> Any:
        return {"messages": [await model.ainvoke(state["messages"])]}

    graph.add_node("think", think)
    graph.add_node("tools", ToolNode(tools(**options)))
    graph.add_edge(START, "think")
    graph.add_conditional_edges("think", tools_condition)
    graph.add_edge("tools", "think")
    ended = await graph.compile().ainvoke({"messages": [HumanMessage("Crop it.")]})
    assert ended["messages"][-1].content == "Done."
    return [one for one in ended["messages"] if isinstance(one, ToolMessage)]


async def test_an_agent_crops_finds_and_asks_why(photos: Path) -> None:
    photo = str(photos / "astronaut.jpg")
    crop, find, shapes, why = await conversation(
        called("crop_photo", photo=photo, text="her face", ratio=["1:1"]),
        called("find_in_photo", photo=photo, thing="face"),
        called("list_shapes"),
        called("explain_crop", trace="last"),
    )
    result = crop.artifact
    assert isinstance(result, CropResult)
    assert result.image.width == result.image.height
    assert f'"right":{result.pixels[2]}' in crop.content
    assert find.artifact and find.artifact[0].what == "face"
    assert "instagram-portrait" in shapes.content
    assert "astronaut.jpg" in why.content


async def test_what_goes_wrong_is_said_to_the_model() -> None:
    def no(given: str) -> object:
        raise UsageError("Not this one.")

    (missing,) = await conversation(called("crop_photo", photo="/nowhere/a.jpg"))
    assert missing.status == "error" and "There is no file" in missing.content
    (refused,) = await conversation(called("crop_photo", photo="a.jpg"), may_open=no)
    assert refused.status == "error" and "Not this one." in refused.content


@pytest.mark.parametrize("name", ["crop_photo", "find_in_photo", "explain_crop", "list_shapes"])
def test_every_tool_says_what_it_takes(name: str) -> None:
    tool = next(one for one in tools() if one.name == name)
    assert tool.description and tool.args_schema is not None
