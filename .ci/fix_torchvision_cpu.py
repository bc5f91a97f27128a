"""Makes a CUDA-linked torchvision importable beside a CPU build of torch, in test environments.

    VENV/bin/python .ci/fix_torchvision_cpu.py

The wheel on PyPI is linked to CUDA: beside a CPU torch its operators do not load, and `import
torchvision` stops with "operator torchvision::nms does not exist". Two unguarded decorators are at
fault; they are guarded here, and `decode_image` falls back to Pillow. Twice does no harm.
"""

import importlib.util
import re
import sys
from pathlib import Path

FAKE = re.compile(r'^@torch\.library\.register_fake\("(torchvision::\w+)"\)$', re.M)
GUARDED = (
    r'@(torch.library.register_fake("\1") if torchvision.extension._has_ops() else (lambda f: f))'
)
DECODE = """    _assert_has_image_ops()
    if not isinstance(input, torch.Tensor):
        input = read_file(str(input))
    if isinstance(mode, str):
        mode = ImageReadMode[mode.upper()]
    output = torch.ops.image.decode_image("""
BY_PILLOW = """    try:
        _assert_has_image_ops()
    except RuntimeError:
        import io as _io, numpy as _np
        from PIL import Image as _I, ImageOps as _O
        whole = isinstance(input, torch.Tensor)
        im = _I.open(_io.BytesIO(bytes(input.numpy())) if whole else str(input))
        if apply_exif_orientation:
            im = _O.exif_transpose(im)
        return torch.from_numpy(_np.array(im.convert("RGB"))).permute(2, 0, 1).contiguous()
""" + DECODE.split("\n", 1)[1]


def main() -> None:
    """Patch the two files, then import what they broke."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("torchvision is not installed")
    root = Path(spec.submodule_search_locations[0])
    operators = root / "_meta_registrations.py"
    operators.write_text(FAKE.sub(GUARDED, operators.read_text("utf-8")), "utf-8")
    pictures = root / "io" / "image.py"
    pictures.write_text(pictures.read_text("utf-8").replace(DECODE, BY_PILLOW, 1), "utf-8")
    import torchvision.transforms.v2  # noqa: F401


if __name__ == "__main__":
    main()
