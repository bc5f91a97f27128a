"""Write a trained model as data files: a small ONNX trunk for the eye, arrays for the head.

Weights of the trunk are stored as 8-bit integers with one scale a channel; the runtime unfolds them
once when it loads the model, so that the arithmetic stays in 32-bit floats.
"""

# ruff: noqa: TID253
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cropsmith.evals.training.photographer.network import Eyes, FaceFinder, Head, Trunk
from cropsmith.tools.vision.backbone import OUTPUTS, SIDE


def write_eyes(eyes: Eyes, path: Path) -> None:
    """Write the network, taking uint8 (1, SIDE, SIDE, 3) as "pixels"."""
    buffer = BytesIO()
    pixels = torch.zeros(1, SIDE, SIDE, 3, dtype=torch.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            eyes.eval(),
            (pixels,),
            buffer,
            input_names=["pixels"],
            output_names=list(OUTPUTS),
            opset_version=17,
            dynamo=False,
        )
    path.write_bytes(shrunk(buffer.getvalue()))


def read_eyes(path: Path) -> tuple[Trunk, FaceFinder]:
    """Return the trunk and the face finder of a written network, rounded as they ship."""
    import onnx
    from onnx import numpy_helper

    arrays = {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    parts: dict[str, nn.Module] = {"trunk": Trunk(), "finder": FaceFinder()}
    for prefix, module in parts.items():
        state = {}
        for name in module.state_dict():
            full = f"{prefix}.{name}"
            levels = arrays.get(f"{full}.levels")
            whole = arrays[full] if levels is None else levels * arrays[f"{full}.scale"]
            state[name] = torch.from_numpy(np.array(whole, np.float32))
        module.load_state_dict(state)
    return cast(Trunk, parts["trunk"]).eval(), cast(FaceFinder, parts["finder"]).eval()


def shrunk(model_bytes: bytes) -> bytes:
    """Return the model with its large weights as int8 times a scale for each output channel."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load_from_string(model_bytes)
    graph = model.graph
    large = [t for t in graph.initializer if len(t.dims) == 4]
    nodes: list[Any] = []
    for tensor in large:
        levels, scale = quantised(numpy_helper.to_array(tensor))
        name = tensor.name
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(levels, f"{name}.levels"))
        graph.initializer.append(numpy_helper.from_array(scale, f"{name}.scale"))
        nodes += [
            onnx.helper.make_node("Cast", [f"{name}.levels"], [f"{name}.f"], to=1),
            onnx.helper.make_node("Mul", [f"{name}.f", f"{name}.scale"], [name]),
        ]
    kept = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *kept])
    pad_in_convolutions(model)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def pad_in_convolutions(model: Any) -> None:
    """Let each strided convolution pad its own input, in place, with what made its padding removed.

    PyTorch only exports the far side's larger padding as an operator of its own, which copies the
    input and keeps the runtime from its blocked layout: a fifth of the network's time.
    """
    graph = model.graph
    for pad in [node for node in graph.node if node.op_type == "Pad"]:
        (convolution,) = (node for node in graph.node if pad.output[0] in node.input)
        given = {attribute.name: attribute for attribute in convolution.attribute}
        spare = given["kernel_shape"].ints[0] - given["strides"].ints[0]
        near = spare // 2
        given["pads"].ints[:] = [near, near, spare - near, spare - near]
        convolution.input[0] = pad.input[0]
        graph.node.remove(pad)
    while unread := _unread(graph):
        for node in unread:
            graph.node.remove(node)


def _unread(graph: Any) -> list[Any]:
    """Return the nodes whose results nobody takes."""
    taken = {name for node in graph.node for name in node.input} | {o.name for o in graph.output}
    return [node for node in graph.node if taken.isdisjoint(node.output)]


def quantised(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 levels and scales (out, 1, 1, 1) whose product is close to the weights."""
    scale = np.abs(weights).max((1, 2, 3), keepdims=True) / 127
    scale = np.maximum(scale, 1e-12).astype(np.float32)
    return np.rint(weights / scale).astype(np.int8), scale


def as_shipped(trunk: Trunk) -> Trunk:
    """Round the trunk's weights in place to what `write_eyes` stores, and return it."""
    with torch.no_grad():
        for parameter in trunk.parameters():
            if parameter.ndim == 4:
                levels, scale = quantised(parameter.numpy())
                parameter.copy_(torch.from_numpy(levels.astype(np.float32) * scale))
    return trunk


def head_arrays(head: Head) -> dict[str, NDArray[np.float32]]:
    """Return the head's weights by the names of `tools/photographer/network_head.py`."""

    def array(tensor: Tensor) -> NDArray[np.float32]:
        return np.ascontiguousarray(tensor.detach().numpy().astype(np.float32))

    return {
        "regions": array(head.regions.weight.T),
        "geometry": array(head.geometry.weight.T),
        "bias": array(head.geometry.bias + head.regions.bias),
        "out": array(head.out.weight.T),
        "out_bias": array(head.out.bias),
    }
