"""What goes between a process and its workers comes out as it went in, and nothing else does."""

import io
import json
import pickle
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cropsmith.tools.images.rendered import Rendered
from cropsmith.tools.sandbox.wire import (
    BrokenWire,
    Document,
    Message,
    packed,
    receive,
    send,
    unpacked,
)
from cropsmith.tools.schema.geometry import PixelBox, Size

MOST = 10**6


def through(value: Any, held: str = "", documents: dict[str, bytes] | None = None) -> Any:
    """Return a value as the other side reads it."""
    pipe = io.BytesIO()
    send(pipe, packed(value, held))
    pipe.seek(0)
    message = receive(pipe, MOST)
    assert message is not None
    return unpacked(message, {} if documents is None else documents, trusted=False)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.binary()
    | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(plain)
def test_plain_values_come_out_as_they_went_in(value: Any) -> None:
    assert through(value) == value


@given(
    st.sampled_from([np.uint8, np.uint16, np.float32, np.bool_]).flatmap(
        lambda kind: arrays(kind, array_shapes(min_dims=0, max_dims=3, min_side=0))
    )
)
def test_arrays_keep_shape_and_type_and_cannot_be_written(array: Any) -> None:
    found = through(array)
    assert found.dtype == array.dtype and found.shape == array.shape
    assert np.array_equal(found, array, equal_nan=array.dtype.kind == "f")
    assert not found.flags.writeable


@given(st.lists(st.binary(max_size=30_000), max_size=5), st.booleans())
def test_bytes_in_shared_memory_are_the_bytes_that_were_sent(
    pieces: list[bytes], fits: bool
) -> None:
    memory = mmap(-1, 160_000 if fits else 100)
    pipe = io.BytesIO()
    send(pipe, packed(pieces), memory)
    pipe.seek(0)
    message = receive(pipe, MOST, memory)
    memory[:100] = bytes(100)  # a later message takes the place of the first
    assert message is not None
    assert unpacked(message, {}, trusted=False) == pieces


def test_what_is_said_to_be_shared_must_be_there() -> None:
    head = json.dumps({"tree": {"b": 0}, "blobs": [20_000], "shared": True}).encode()
    for memory in (None, mmap(-1, 10_000)):
        with pytest.raises(BrokenWire, match="none are shared"):
            receive(io.BytesIO(len(head).to_bytes(8, "little") + head), MOST, memory)


def test_values_of_ours_and_paths() -> None:
    box = PixelBox(left=1, top=2, right=30, bottom=40)
    crop = Rendered(b"\0\1", "PNG", Size(width=29, height=38), box, frames=2, notes=("a", "b"))
    assert through([crop, Path("a/é.jpg")]) == [crop, Path("a/é.jpg")]


def test_a_document_that_is_there_is_not_sent_again() -> None:
    file = Document(bytes(1000), "abc")
    there: dict[str, bytes] = {}
    assert through(file, documents=there) == file.data and there == {"abc": file.data}
    assert not packed(file, held="abc").blobs
    assert through(file, held="abc", documents=there) == file.data
    through(Document(b"x", "def"), documents=there)
    assert there == {"def": b"x"}


def test_a_value_of_another_kind_does_not_go() -> None:
    with pytest.raises(TypeError, match="object"):
        packed(object())


@pytest.mark.parametrize(
    "tree",
    [
        {"c": "os:system", "f": {"command": "true"}},
        {"c": "subprocess:Popen", "f": {"args": "true"}},
        {"c": "cropsmith.tools.sandbox.process:Worker", "f": {"modules": []}},
        {"c": "cropsmith.tools.sandbox.process:os.system", "f": {"command": "true"}},
        {"c": "cropsmith.commands.main:main", "f": {}},
        {"m": "cropsmith.tools.schema.geometry:PixelBox", "f": {"left": -1}},
        {"m": "cropsmith.tools.images.rendered:Rendered", "f": {}},
        {"c": "cropsmith.tools.images.rendered:Rendered", "f": {"data": "x"}},
        {"a": 0, "type": "|O", "shape": [1]},
        {"a": 0, "type": "<f8", "shape": [1000000]},
        {"b": 7},
        {"k": "unknown"},
        {"what": 1},
    ],
)
def test_an_answer_cannot_name_what_is_no_value(tree: Any) -> None:
    with pytest.raises(BrokenWire):
        unpacked(Message(tree, [b"12345678"]), {}, trusted=False)


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(Size(width=1, height=1)),
        (10**12).to_bytes(8, "little"),
        (4).to_bytes(8, "little") + b"{",
        (4).to_bytes(8, "little") + b"[[[[",
        (2).to_bytes(8, "little") + b"{}",
    ],
)
def test_what_is_no_message_is_told(data: bytes) -> None:
    with pytest.raises(BrokenWire):
        receive(io.BytesIO(data), MOST)


def test_more_bytes_than_allowed_are_not_awaited() -> None:
    head = json.dumps({"tree": {"b": 0}, "blobs": [MOST + 1], "shared": False}).encode()
    with pytest.raises(BrokenWire, match="more bytes"):
        receive(io.BytesIO(len(head).to_bytes(8, "little") + head), MOST)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_none(data: bytes) -> None:
    try:
        receive(io.BytesIO(data), MOST)
    except BrokenWire:
        assert data
