"""Import torchvision also where its wheel does not match torch.

The default torchvision wheel is linked to CUDA. Beside a CPU build of torch its import ends in
`RuntimeError: operator torchvision::nms does not exist` (pytorch/vision#9085), and with it the
imports of open_clip and of the image processors of transformers. Declaring the missing operators
first lets everything but `torchvision.ops.nms` and the JPEG codecs work. Call `import_torchvision`
before importing open_clip or the vision classes of transformers.
"""

import importlib
import sys
import threading
from types import ModuleType
from typing import Any

from cropsmith.errors import CropsmithError, MissingExtra

_declared: list[Any] = []  # a torch Library lives as long as it is referenced
_lock = threading.Lock()


def import_torchvision(need: str = "This model", extra: str = "clip") -> ModuleType:
    """Return torchvision, with its operators declared where its wheel does not match torch.

    MissingExtra when it is absent; CropsmithError with the cure when it still cannot be imported.
    """
    with _lock:
        try:
            return importlib.import_module("torchvision")
        except ImportError as error:
            raise MissingExtra(need, extra) from error
        except RuntimeError as error:
            if "torchvision::nms" not in str(error):
                raise _mismatch(error) from error
        try:
            return _declare_and_import()
        except (RuntimeError, ImportError) as error:
            raise _mismatch(error) from error


def _declare_and_import() -> ModuleType:
    import torch

    for name in [m for m in sys.modules if m.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    if not _declared:
        library = torch.library.Library("torchvision", "FRAGMENT")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.append(library)
    return importlib.import_module("torchvision")


def _mismatch(error: Exception) -> CropsmithError:
    return CropsmithError(
        f"torchvision does not match the installed torch: {error}.",
        hint="Install the torchvision build that belongs to it, from the same place as torch "
        "(for a machine without a GPU: the PyTorch CPU index, or uv with --torch-backend cpu).",
    )
