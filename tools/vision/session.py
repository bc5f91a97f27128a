"""One network in ONNX Runtime, on one thread."""

from pathlib import Path
from typing import Any


def open_session(model: bytes | Path) -> Any:
    """Return an InferenceSession on one core's thread, warnings switched off.

    One photo is too small to share; batches use one process a core.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # An arena keeps the most that any run of its network needed.
    options.enable_cpu_mem_arena = False
    # Sums of 8-bit products overflow 16 bits on processors without VNNI: there the kernels for
    # unsigned weights are taken, that every machine sees the same.
    options.add_session_config_entry("session.x64quantprecision", "1")
    source = str(model) if isinstance(model, Path) else model
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
