"""Published figures, for orientation: a block of its own, each with the protocol it was made by."""

from dataclasses import dataclass

from cropsmith.evals.trial import Mode, Protocol


@dataclass(frozen=True)
class Published:
    """One published figure."""

    dataset: str
    mode: Mode
    measure: str
    value: str
    holder: str
    protocol: str


_GENERATE, _RANK = Mode.GENERATE, Mode.RANK
_ON_3336 = "on GAICD-3336, 500 test images"

PUBLISHED = (
    Published("fcdb", _GENERATE, "IoU / Disp, free", ".764 / .061", "CLIPCropping 2025",
              "the answer is one of 21 candidates that contain the expert's crop"),
    Published("fcdb", _GENERATE, "IoU / Disp, free", ".749 / .068", "ASM-Net", "free prediction"),
    Published("fcdb", _GENERATE, "IoU / Disp, free", ".718 / .069", "CACNet", "free prediction"),
    Published("fcdb", _GENERATE, "IoU / Disp, ratio given", ".756 / .053",
              "Cropper (Gemini 1.5 Pro)", "expert's ratio given; second-hand"),
    Published("fcdb", _GENERATE, "IoU / Disp, ratio given", ".735 / .062", "Mars",
              "expert's ratio given"),
    Published("gaicd", _RANK, "Acc1/5, Acc5, Acc1/10, Acc10", "72.0, 68.0, 87.2, 85.8",
              "CLIPCropping 2025", f"exact anchors, {_ON_3336}"),
    Published("gaicd", _RANK, "SRCC / PCC", ".910 / .920", "CLIPCropping 2025",
              f"all anchors, {_ON_3336}"),
    Published("gaicd", _RANK, "SRCC / PCC", ".872 / .893", "SFRC 2023",
              f"all anchors, {_ON_3336}"),
    Published("gaicd", _RANK, "Acc1/5, Acc1/10, SRCC", "70.0, 87.5, .866", "CLIPCropping 2025",
              "GAICD-1236, 200 test images; its own ablation says 63.5, 75.5, .775"),
    Published("gaicd", _RANK, "Acc1/5, Acc1/10", "24.5, 41.0", "largest anchor, constant",
              "GAICD-1236, 200 test images: the published baseline row"),
    Published("gaicd", _GENERATE, "Acc1/5, off grid", "88.9", "Cropper (Gemini 1.5 Pro)",
              f"matching rule unknown, second-hand, {_ON_3336}"),
    Published("gaicd", _GENERATE, "Acc1/5 / Acc1/10, off grid", "87.2 / 94.4", "ClipCrop-base",
              f"matching rule unknown, {_ON_3336}"),
    Published("gaicd", _GENERATE, "Acc1/5, off grid", "86.2", "CROP 2026",
              "matching rule unknown, second-hand"),
    Published("flms", _GENERATE, "IoU-max / Disp", ".876 / .027", "ShutterMuse", "500 images"),
    Published("flms", _GENERATE, "IoU-max / Disp", ".866 / .030", "Venus", "500 images"),
    Published("flms", _GENERATE, "IoU-max / Disp", ".840 / .037", "CACNet", "500 images"),
    Published("flms", _GENERATE, "IoU-max / Disp", ".771 / .049", "Gemini-3.0-Pro",
              "zero-shot, as ShutterMuse's README reports"),
    Published("flms", _GENERATE, "IoU-max / Disp", ".650 / .049", "GPT-5.5",
              "zero-shot, as ShutterMuse's README reports"),
    Published("sacd", _GENERATE, "IoU / Disp", ".769 / .0372", "Cropper (Gemini 1.5 Pro)",
              "second-hand"),
    Published("sacd", _GENERATE, "IoU / Disp", ".767 / .0491", "SAC-Net", "trained on SACD"),
    Published("horanyi-pr", _GENERATE, "IoU-mean / max", ".5551 / .7284", "ClipCrop",
              "100 images, 8 boxes each"),
    Published("textcrop", _GENERATE, "IoU-mean / max", ".4992 / .5956", "ClipCrop",
              "208 images, 2 texts of 4 boxes; data not public"),
)  # fmt: skip


def published_for(dataset: str, protocol: Protocol) -> list[Published]:
    """Return the figures of a dataset that were made in the same mode, with as much given."""
    given = protocol is Protocol.RATIO
    return [
        p
        for p in PUBLISHED
        if dataset.startswith(p.dataset)
        and p.mode is protocol.mode
        and ("ratio given" in p.measure) is given
    ]
