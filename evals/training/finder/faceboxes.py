"""FaceBoxes' published graph as ONNX, cut before its anchors: decoding stays in numpy."""

from pathlib import Path

from cropsmith.errors import UsageError
from cropsmith.evals.training.finder.drawing import IMAGE, Drawing
from cropsmith.evals.training.finder.published import GraphNode, Published
from cropsmith.tools.vision.faceboxes import OUTPUTS

ENTRY = "image_padding/pad_to_bounding_box/Pad"
"""What the graph does before it is done by the caller: pixels / 255, padded with zeros."""

PREDICTED = {"class": "class_predictor", "box": "box_encoding_predictor"}


class Copying:
    """Follows the published graph from the outputs back and copies it, channels first."""

    def __init__(self, published: Published) -> None:
        self.drawing = Drawing("faceboxes")
        self._published = published
        self._drawn = {ENTRY: IMAGE}

    def draw(self, name: str) -> str:
        """Draw a node or a constant and what it needs; return its name."""
        if name not in self._drawn:
            if name in self._published.weights:
                self._drawn[name] = self.drawing.constant(self._published.weights[name])
            else:
                self._drawn[name] = self._follow(self._published.nodes[name])
        return self._drawn[name]

    def _follow(self, node: GraphNode) -> str:
        match node.op:
            case "_FusedConv2D":
                return self._convolve(node)
            case "Mul" | "Sub":
                return self.drawing.node(node.op, [self.draw(name) for name in node.inputs])
            case "Neg" | "Relu":
                return self.drawing.node(node.op, [self.draw(node.inputs[0])])
            case "MaxPool":
                return self.drawing.node(
                    "MaxPool",
                    [self.draw(node.inputs[0])],
                    kernel_shape=node.integers("ksize")[1:3],
                    strides=node.integers("strides")[1:3],
                    auto_pad=_padding(node),
                )
            case "ConcatV2":
                parts = [self.draw(name) for name in node.inputs[:-1]]
                return self.drawing.node("Concat", parts, axis=1)
            case unknown:
                raise UsageError(f"FaceBoxes' graph has an operation that is new here: {unknown}.")

    def _convolve(self, node: GraphNode) -> str:
        given, kernel, bias = node.inputs
        weights = self._published.weights[kernel].transpose(3, 2, 0, 1)
        constants = [self.drawing.constant(weights), self.draw(bias)]
        out = self.drawing.node(
            "Conv",
            [self.draw(given), *constants],
            kernel_shape=list(weights.shape[2:]),
            strides=node.integers("strides")[1:3],
            auto_pad=_padding(node),
        )
        return self.drawing.node("Relu", [out]) if "Relu" in node.words("fused_ops") else out


def _padding(node: GraphNode) -> str:
    return "VALID" if node.word("padding") == "VALID" else "SAME_UPPER"


def write_faceboxes(published: Published, path: Path) -> None:
    """Write FaceBoxes in 32-bit floats: input (1, 3, H, W) in [0, 1], outputs before anchors."""
    copying = Copying(published)
    for output in OUTPUTS:
        kind, level = output.split("_")
        last = copying.draw(f"prediction_layers/{PREDICTED[kind]}_{level}/BiasAdd")
        copying.drawing.node("Identity", [last], output)
    copying.drawing.write(
        path, {name: (1, f"c_{name}", f"h_{name}", f"w_{name}") for name in OUTPUTS}
    )
