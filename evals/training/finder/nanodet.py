"""NanoDet's published graph as ONNX: one layout, pads and biases inside the convolutions.

The published graph turns to and fro between both layouts, pads apart and adds biases apart; here
everything is channels first, and what is left are its convolutions, leaks, joins and resizings.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import UsageError
from cropsmith.evals.training.finder.drawing import IMAGE, Drawing
from cropsmith.evals.training.finder.published import GraphNode, Published
from cropsmith.tools.finder.nanodet import OUTPUTS, PLANES

HEADS = ("transpose_99", "transpose_105", "transpose_111")
"""Where the raw outputs at strides 8, 16 and 32 leave the graph, before its own decoding."""

PREFIX = "PartitionedCall/"
UP = {f"{PREFIX}resize/ResizeBilinear", f"{PREFIX}resize_1/ResizeBilinear"}
"""The resizings on the way up the pyramid, by 2; the others go down, by 1/2."""

FIRST, LAST = "NCHW", "NHWC"
Pads = tuple[int, int, int, int]


class Folding:
    """Follows the published graph from the outputs back and draws it anew."""

    def __init__(self, published: Published) -> None:
        self.drawing = Drawing("nanodet")
        self._published = published
        self._drawn: dict[str, str] = {}
        self._layout: dict[str, str] = {}
        self._pads: dict[str, Pads] = {}

    def draw(self, name: str) -> str:
        """Draw a node and what it needs; return the name of its output."""
        if name not in self._drawn:
            node = self._published.nodes[name]
            if node.op == "Placeholder":
                self._settle(name, IMAGE, FIRST)
            else:
                self._follow(node)
        return self._drawn[name]

    def _follow(self, node: GraphNode) -> None:
        before = node.inputs[0]
        given = self.draw(before)
        layout, pads = self._layout[before], self._pads.get(before)
        weights = self._published.weights
        match node.op:
            case "Transpose":
                self._settle(node.name, given, FIRST if layout == LAST else LAST)
                if pads is not None:
                    self._pads[node.name] = pads
            case "Pad" | "PadV2":
                self._settle(node.name, given, layout)
                self._pads[node.name] = _sides(weights[node.inputs[1]], layout)
            case "Conv2D":
                self._convolve(node, given, layout, pads or (0, 0, 0, 0))
            case "Add" if node.inputs[1] in weights:
                self._settle(node.name, given, layout)  # the bias: the convolution has it
            case "Add":
                both = [given, self.draw(node.inputs[1])]
                self._settle(node.name, self.drawing.node("Add", both), layout)
            case "LeakyRelu":
                alpha = float(node.attributes["alpha"]["f"])
                self._settle(
                    node.name, self.drawing.node("LeakyRelu", [given], alpha=alpha), layout
                )
            case "MaxPool":
                pooled = self.drawing.node(
                    "MaxPool",
                    [given],
                    kernel_shape=[3, 3],
                    strides=[2, 2],
                    pads=list(pads or (0, 0, 0, 0)),
                )
                self._settle(node.name, pooled, layout)
            case "ConcatV2":
                parts = [self.draw(name) for name in node.inputs[:-1]]
                self._settle(node.name, self.drawing.node("Concat", parts, axis=1), layout)
            case "ResizeBilinear":
                self._settle(node.name, self._resize(node.name, given), layout)
            case unknown:
                raise UsageError(f"NanoDet's graph has an operation that is new here: {unknown}.")

    def _convolve(self, node: GraphNode, given: str, layout: str, pads: Pads) -> None:
        (bias,) = self._published.users(node.name)
        weights = self._published.weights
        kernel = weights[node.inputs[1]].transpose(3, 2, 0, 1)
        strides = node.integers("strides")
        added = weights[self._published.nodes[bias].inputs[1]].reshape(-1)
        constants = [self.drawing.constant(kernel), self.drawing.constant(added)]
        out = self.drawing.node(
            "Conv",
            [given, *constants],
            kernel_shape=list(kernel.shape[2:]),
            strides=strides[1:3] if layout == LAST else strides[2:],
            pads=list(pads),
        )
        self._settle(node.name, out, layout)

    def _resize(self, name: str, given: str) -> str:
        scale = 2.0 if name in UP else 0.5
        return self.drawing.node(
            "Resize",
            [given, "", self.drawing.constant(np.array([1, 1, scale, scale], np.float32))],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )

    def _settle(self, name: str, drawn: str, layout: str) -> None:
        self._drawn[name], self._layout[name] = drawn, layout


def _sides(pads: NDArray[np.int32], layout: str) -> Pads:
    """Return top, left, bottom, right."""
    rows, columns = pads[2:] if layout == FIRST else pads[1:3]
    return (int(rows[0]), int(columns[0]), int(rows[1]), int(columns[1]))


def write_nanodet(published: Published, path: Path) -> None:
    """Write NanoDet in 32-bit floats: input (1, 3, H, W), outputs (1, PLANES, H/s, W/s)."""
    folding = Folding(published)
    for head, output in zip(HEADS, OUTPUTS, strict=True):
        folding.drawing.node("Identity", [folding.draw(f"{PREFIX}{head}")], output)
    folding.drawing.write(path, {name: (1, PLANES, f"h_{name}", f"w_{name}") for name in OUTPUTS})
