"""Networks of 8-bit integers see the same on every processor."""

import numpy as np
import pytest

from cropsmith.tools.vision.session import open_session


@pytest.mark.integration
def test_sums_of_eight_bit_products_do_not_overflow() -> None:
    """Two products of 255 and 127 are more than 16 bits hold, where those add up in pairs."""
    import onnx
    from onnx import TensorProto, helper

    weights = np.full((64, 64), 127, np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["seen", "weights"], ["sums"])],
        "sums",
        [helper.make_tensor_value_info("seen", TensorProto.UINT8, [1, 64])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, [1, 64])],
        [onnx.numpy_helper.from_array(weights, "weights")],
    )
    opset = [helper.make_opsetid("", 13)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    seen = np.full((1, 64), 255, np.uint8)
    sums = open_session(model.SerializeToString()).run(None, {"seen": seen})[0]
    assert (sums == 64 * 255 * 127).all()
