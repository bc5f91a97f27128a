"""Importing torchvision where its CUDA-linked wheel stands beside a CPU build of torch.

pip cannot see that mismatch; the import fails with "operator torchvision::nms does not exist"
(pytorch/vision#9085, pytorch/pytorch#157648), and with it open_clip and the processors of Qwen.
"""

import importlib
import sys
import threading
from types import ModuleType
from typing import Any

from cropsmith.errors import MissingExtra

_lock = threading.Lock()
_registered: list[Any] = []  # keeps the operator definitions alive


def import_torchvision(need: str, extra: str) -> ModuleType:
    """Import torchvision, mended if need be; call it before open_clip or vision processors.

    Transforms work then; `torchvision.ops.nms` and the JPEG codecs raise RuntimeError.
    MissingExtra, naming what `need`s it, when torch or torchvision is absent.
    """
    with _lock:
        try:
            return importlib.import_module("torchvision")
        except ImportError as error:
            raise MissingExtra(need, extra) from error
        except RuntimeError as error:
            if "torchvision::nms" not in str(error):
                raise
        import torch

        for name in [m for m in sys.modules if m.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "FRAGMENT")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _registered.append(library)
        return importlib.import_module("torchvision")
