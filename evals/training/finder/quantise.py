"""Static 8-bit networks: activations and weights, scales measured on photos (QDQ)."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from cropsmith.evals.training.finder.drawing import IMAGE
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View

MOST = 64
"""Photos that scales are measured on."""

Prepared = Callable[[View], NDArray[np.float32]]
"""What the network is given of a photo: (1, 3, H, W)."""


def calibration_photos(folder: Path) -> list[Path]:
    """Return MOST photos of a folder, spread evenly over its names."""
    every = sorted(path for path in folder.iterdir() if path.is_file())
    return every[:: max(1, len(every) // MOST)][:MOST]


def quantise(source: Path, target: Path, photos: Sequence[Path], prepared: Prepared) -> None:
    """Write a network of 8-bit weights (a scale a channel) and activations."""
    from onnxruntime.quantization import (
        CalibrationDataReader,
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):  # type: ignore[misc]  # untyped base
        """Hands out the photos one by one."""

        def __init__(self) -> None:
            self._left: Iterator[Path] = iter(photos)

        def get_next(self) -> dict[str, NDArray[np.float32]] | None:
            """Return the next photo as an input; None after the last."""
            path = next(self._left, None)
            return None if path is None else {IMAGE: prepared(View(open_photo(path)))}

    with TemporaryDirectory() as scratch:
        ready = Path(scratch) / source.name
        quant_pre_process(source, ready, skip_symbolic_shape=True)
        quantize_static(
            ready,
            target,
            Reader(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )
