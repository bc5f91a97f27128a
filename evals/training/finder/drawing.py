"""An ONNX graph under construction: nodes, constants, and the check at the end."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPSET = 17
IR = 9
IMAGE = "image"
"""The input's name."""


class Drawing:
    """Nodes in order, each with the constants that it needs."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, values: NDArray[Any]) -> str:
        """Add a constant and return its name."""
        from onnx import numpy_helper

        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, op: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        """Add an operation and return its output's name."""
        from onnx import helper

        name = output or f"n{len(self._nodes)}"
        self._nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
        return name

    def write(self, path: Path, outputs: Mapping[str, Sequence[int | str]]) -> None:
        """Check and write the graph: input (1, 3, height, width), named outputs of these shapes."""
        import onnx
        from onnx import TensorProto, helper

        def info(name: str, shape: Sequence[int | str]) -> Any:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))

        graph = helper.make_graph(
            self._nodes,
            self._name,
            [info(IMAGE, (1, 3, "height", "width"))],
            [info(name, shape) for name, shape in outputs.items()],
            self._constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = IR
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)
