"""The MCP server, asked by the SDK's own client: in memory, over stdio and over HTTP."""

import base64
import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

pytest.importorskip("mcp")

from mcp import Client, StdioServerParameters, types

from cropsmith.evals.study.serving import free_port
from cropsmith.mcp_server.roots import Roots
from cropsmith.mcp_server.server import build_server

COMMAND = ["-m", "cropsmith.commands.main", "mcp"]


@asynccontextmanager
async def client(root: Path, **options: Any) -> AsyncIterator[Client]:
    async with Client(build_server(Roots([root])), **options) as found:
        yield found


def text(answer: Any) -> str:
    return "".join(part.text for part in answer.content if part.type == "text")


def picture(answer: Any) -> Image.Image:
    (part,) = (part for part in answer.content if part.type == "image")
    return Image.open(io.BytesIO(base64.b64decode(part.data)))


async def test_the_tools_say_what_they_take(photos: Path) -> None:
    async with client(photos) as asked:
        tools = {tool.name: tool for tool in (await asked.list_tools()).tools}
    assert set(tools) == {"crop", "propose", "find", "explain", "list_shapes", "list_models"}
    assert tools["crop"].input_schema["required"] == ["photo"]
    assert "context" not in tools["crop"].input_schema["properties"]
    assert tools["crop"].output_schema is not None
    assert all(tool.input_schema["additionalProperties"] is False for tool in tools.values())


async def test_an_argument_that_is_none_is_refused_not_left_out(photos: Path) -> None:
    async with client(photos) as asked:
        answer = await asked.call_tool("crop", {"photo": "astronaut.png", "request": "square"})
    assert answer.is_error and "request" in text(answer)


async def test_a_photo_is_cropped_shown_and_explained(photos: Path, tmp_path: Path) -> None:
    async with client(photos) as asked:
        order = {"photo": "astronaut.jpg", "text": "her face", "ratio": ["1:1"]}
        answer = await asked.call_tool("crop", order)
        assert not answer.is_error
        told = answer.structured_content
        assert told is not None and json.loads(text(answer)) == told
        shown = picture(answer)
        assert shown.width == shown.height
        assert told["crops"][0]["output"] == {"width": shown.width, "height": shown.height}
        story = await asked.call_tool("explain", {"trace": told["trace"]})
        assert "astronaut.jpg" in text(story) and "decision" in text(story)
        record = await asked.read_resource(f"trace://{told['trace']}")
        lines = [json.loads(line) for line in record.contents[0].text.splitlines()]  # type: ignore[union-attr]
        assert len(lines) > 5


async def test_crops_are_proposed_and_things_found(photos: Path) -> None:
    async with client(photos) as asked:
        order = {"photo": "astronaut.jpg", "ratio": ["4:5"], "n": 3}
        told = (await asked.call_tool("propose", order)).structured_content
        assert told is not None
        assert len(told["crops"][0]["others"]) >= 2
        things = await asked.call_tool("find", {"photo": "astronaut.jpg", "thing": "face"})
        (face, *_) = things.structured_content["result"]
        assert face["box"]["y2"] < 0.6 and face["what"] == "face"
        shapes = (await asked.call_tool("list_shapes", {})).structured_content
        assert any("instagram-portrait, 4:5" in one for one in shapes["result"])


async def test_a_crop_is_saved_inside_and_never_over_a_file(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes((photos / "astronaut.jpg").read_bytes())
    async with client(tmp_path) as asked:
        order = {"photo": "a.jpg", "ratio": ["1:1", "4:5"], "save_to": "out.png"}
        told = (await asked.call_tool("crop", order)).structured_content
        assert told is not None
        files = [tmp_path / "out-1.png", tmp_path / "out-2.png"]
        assert told["saved"] == [str(file) for file in files]
        for file in files:
            with Image.open(file) as image:
                assert image.format == "PNG"
        again = await asked.call_tool("crop", order)
        assert again.is_error and "exists" in text(again)


async def test_nothing_outside_of_the_roots_is_touched(photos: Path, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    photo = (photos / "astronaut.jpg").read_bytes()
    (inside / "a.jpg").write_bytes(photo)
    (tmp_path / "secret.jpg").write_bytes(photo)
    (inside / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (tmp_path / "inside-too").mkdir()
    (tmp_path / "inside-too" / "a.jpg").write_bytes(photo)
    async with client(inside) as asked:
        for path in (
            "../secret.jpg", "link.jpg", str(tmp_path / "secret.jpg"), "../inside-too/a.jpg",
            "/etc/passwd", "a\0.jpg", "~/a.jpg", "-", "file:///etc/passwd",
        ):  # fmt: skip
            for tool, more in (("crop", {}), ("propose", {}), ("find", {"thing": "a face"})):
                answer = await asked.call_tool(tool, {"photo": path, **more})
                assert answer.is_error and "Traceback" not in text(answer), (tool, path)
        order = {"photo": "a.jpg", "save_to": "../out.jpg"}
        answer = await asked.call_tool("crop", order)
        assert answer.is_error and "outside of the roots" in text(answer)
        away = await asked.call_tool("crop", {"photo": "http://169.254.169.254/latest"})
        assert away.is_error and "not a public address" in text(away)
    assert not (tmp_path / "out.jpg").exists()


async def test_a_clients_roots_narrow_the_servers(photos: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jpg").write_bytes((photos / "astronaut.jpg").read_bytes())

    async def roots(_: Any) -> types.ListRootsResult:
        return types.ListRootsResult(roots=[types.Root(uri=(tmp_path / "one").as_uri())])

    async with client(tmp_path, mode="legacy", list_roots_callback=roots) as asked:
        for name, refused in (("one", False), ("two", True)):
            order = {"photo": str(tmp_path / name / "a.jpg"), "n": 1}
            answer = await asked.call_tool("propose", order)
            assert bool(answer.is_error) is refused, text(answer)


def test_roots_of_a_client_never_open_more(tmp_path: Path) -> None:
    own = Roots([tmp_path / "own"])
    assert own.within(["file:///"]).photo("a.jpg") == tmp_path / "own" / "a.jpg"
    for uris in (["file:///etc"], [], [(tmp_path / "other").as_uri()], ["http://x/"]):
        narrowed = own.within(uris)
        with pytest.raises(Exception, match="outside of the roots"):
            narrowed.photo(str(tmp_path / "own" / "a.jpg"))
        with pytest.raises(Exception, match="outside of the roots"):
            narrowed.photo("/etc/passwd")


@pytest.mark.integration
async def test_over_stdio(photos: Path, home: Path) -> None:
    environment = {**os.environ, "CROPSMITH_HOME": str(home)}
    command = StdioServerParameters(
        command=sys.executable, args=[*COMMAND, "--root", str(photos)], env=environment
    )
    async with Client(command) as asked:
        answer = await asked.call_tool("crop", {"photo": "coffee.jpg", "ratio": ["1:1"]})
        assert not answer.is_error, text(answer)
        assert picture(answer).width == picture(answer).height


@contextmanager
def over_http(root: Path, home: Path) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, *COMMAND, "--http", "--port", str(port), "--root", str(root)],
        env={**os.environ, "CROPSMITH_HOME": str(home)},
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(900):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        process.wait()


@pytest.mark.integration
async def test_over_streamable_http(photos: Path, home: Path) -> None:
    import httpx

    with over_http(photos, home) as url:
        async with Client(url) as asked:
            answer = await asked.call_tool("crop", {"photo": "coffee.jpg", "ratio": ["1:1"]})
            assert not answer.is_error, text(answer)
            assert picture(answer).width == picture(answer).height
            refused = await asked.call_tool("crop", {"photo": "/etc/passwd"})
            assert refused.is_error
        # No page of another site, nor a name that leads here, gets in.
        assert (
            httpx.post(url, json={}, headers={"origin": "https://evil.example"}).status_code == 403
        )
        assert httpx.post(url, json={}, headers={"host": "evil.example"}).status_code == 421
