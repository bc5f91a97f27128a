"""The table of model families, and the names of the models of each.

Sources name repository and issue; standing as in `convention.Standing`. Never extend this table
from a general web page: an unknown model is calibrated by `cropsmith models probe` instead.
"""

import re
from types import MappingProxyType

from cropsmith.agents.backends.boxes.convention import Convention, Frame, Limits, Notation, Order
from cropsmith.agents.backends.boxes.resize import (
    Claude,
    Counted,
    GeminiTiles,
    Gemma4,
    Kimi,
    OpenAIPatches,
    OpenAITiles,
    Smart,
    Square,
    Tiles,
    Untouched,
)

GEMINI_LIMITS = Limits(images=3600)
OPENAI_LIMITS = Limits(images=500)
CLAUDE_LIMITS = Limits(images=100)

ROWS = [
    Convention(
        family="qwen2-vl",
        extent=1000,
        notation=Notation.QWEN_TAG,
        resize=Smart(factor=28),
        source="QwenLM/Qwen3-VL#866, #1485; modelscope/ms-swift Qwen2VLTemplate",
        standing="verified",
    ),
    Convention(
        family="qwen2.5-vl",
        extent=None,
        frame=Frame.SEEN,
        notation=Notation.BBOX_2D,
        resize=Smart(factor=28),
        source="QwenLM/Qwen3-VL#676, #940; supervision from_qwen_2_5_vl",
        standing="verified",
    ),
    Convention(
        family="qwen3-vl",
        extent=1000,
        notation=Notation.BBOX_2D,
        resize=Smart(factor=32),
        source="QwenLM/Qwen3-VL#1741, #1486; supervision from_qwen_3_vl",
        standing="verified",
    ),
    Convention(
        family="qwen3.6",
        extent=1000,
        notation=Notation.BBOX_2D,
        resize=Smart(factor=32),
        source="live check in Anionex/agent-vision-toolkit#25",
        standing="inferred",
    ),
    Convention(
        family="internvl",
        extent=1000,
        notation=Notation.BOX_TAG,
        resize=Tiles(),
        source="OpenGVLab/InternVL#285, #227, #1009",
        standing="verified",
    ),
    Convention(
        family="internvl3.5",
        extent=1000,
        notation=Notation.BOX_TAG,
        resize=Tiles(),
        source="as InternVL 3",
        standing="inferred",
    ),
    Convention(
        family="glm-v",
        extent=1000,
        notation=Notation.GLM_TAG,
        resize=Smart(factor=28, min_tokens=16, max_tokens=15000, frames=2),
        source="zai-org/GLM-V#114, #118, #161; transformers glm4v",
        standing="verified",
    ),
    Convention(
        family="minicpm-v",
        extent=1000,
        notation=Notation.BOX_SPACED,
        resize=Tiles(max_tiles=9, per_tile=64),
        source="OpenBMB/MiniCPM-V#982, #772",
        standing="verified",
    ),
    Convention(
        family="gemini-2",
        order=Order.YXYX,
        extent=1000,
        notation=Notation.BOX_2D,
        resize=GeminiTiles(),
        limits=GEMINI_LIMITS,
        source="Gemini API documentation, image understanding",
        standing="verified",
    ),
    Convention(
        family="gemini-3",
        order=Order.YXYX,
        extent=1000,
        notation=Notation.BOX_2D,
        resize=Counted(count=1120),
        limits=GEMINI_LIMITS,
        source="Gemini API documentation, image understanding",
        standing="verified",
    ),
    Convention(
        family="gemma4",
        order=Order.YXYX,
        extent=1000,
        notation=Notation.BOX_2D,
        resize=Gemma4(),
        source="huggingface/blog gemma4.md (scale); order from its example",
        standing="inferred",
    ),
    Convention(
        family="claude",
        extent=None,
        frame=Frame.SEEN,
        resize=Claude(),
        limits=CLAUDE_LIMITS,
        source="Claude documentation, vision coordinates",
        standing="verified",
    ),
    Convention(
        family="claude-high",
        extent=None,
        frame=Frame.SEEN,
        resize=Claude(edge=2576, budget=4784),
        limits=CLAUDE_LIMITS,
        source="Claude documentation, vision coordinates (4.7 and later)",
        standing="verified",
    ),
    *(
        Convention(
            family=family,
            extent=1000,
            resize=OpenAITiles(base=base, per_tile=tile),
            limits=OPENAI_LIMITS,
            source="OpenAI documentation, images and vision: no format of its own, weak boxes",
            standing="verified",
        )
        for family, base, tile in [
            ("gpt-4o", 85, 170),
            ("gpt-4o-mini", 2833, 5667),
            ("gpt-5", 70, 140),
            ("openai-o", 75, 150),
        ]
    ),
    *(
        Convention(
            family=family,
            extent=1000,
            resize=OpenAIPatches(side=8000, cap=1536, factor=factor),
            limits=OPENAI_LIMITS,
            source="OpenAI documentation, images and vision: no format of its own, weak boxes",
            standing="verified",
        )
        for family, factor in [("gpt-mini", 1.62), ("gpt-nano", 2.46), ("o4-mini", 1.72)]
    ),
    Convention(
        family="gpt-5.2",
        extent=None,
        frame=Frame.SEEN,
        resize=OpenAIPatches(),
        limits=OPENAI_LIMITS,
        source="one vendor blog test at 847x783: pixels, with the size stated",
        standing="inferred",
    ),
    Convention(
        family="molmo",
        extent=100,
        decimals=1,
        notation=Notation.POINT_TAG,
        chat=False,
        source="model author's code; points only, a box is two points",
        standing="verified",
    ),
    Convention(
        family="molmo2",
        extent=1000,
        notation=Notation.POINTS_TAG,
        chat=False,
        resize=Tiles(tile=378, max_tiles=8),
        source="model card; points only, a box is two points",
        standing="verified",
    ),
    Convention(
        family="paligemma",
        order=Order.YXYX,
        extent=1024,
        notation=Notation.LOC_PADDED,
        chat=False,
        resize=Square(side=448, count=1024),
        source="supervision from_paligemma",
        standing="verified",
    ),
    Convention(
        family="florence-2",
        extent=1000,
        bins=True,
        notation=Notation.LOC,
        chat=False,
        resize=Square(side=768),
        source="transformers processing_florence2.py",
        standing="verified",
    ),
    Convention(
        family="deepseek-vl2",
        extent=999,
        notation=Notation.DET_TAG,
        resize=Tiles(tile=384, max_tiles=9),
        source="deepseek-ai/DeepSeek-VL2 README; supervision from_deepseek_vl_2",
        standing="verified",
    ),
    Convention(
        family="kimi-vl",
        extent=1,
        decimals=4,
        notation=Notation.BBOX_2D,
        resize=Kimi(),
        source="MoonshotAI/Kimi-VL#56, #52",
        standing="reported",
    ),
    Convention(
        family="llava-1.5",
        extent=1,
        decimals=4,
        frame=Frame.PADDED,
        resize=Square(side=336, count=576),
        source="haotian-liu/LLaVA#606",
        standing="reported",
    ),
    Convention(
        family="moondream",
        extent=1,
        decimals=4,
        notation=Notation.NAMED,
        source="supervision; the detect skill (vLLM offers query and caption only)",
        standing="verified",
    ),
    Convention(
        family="kosmos-2",
        extent=1,
        decimals=4,
        source="supervision",
        standing="verified",
    ),
    *(
        Convention(
            family=family,
            extent=1000,
            resize=resize,
            source="no document found",
            standing="unknown",
        )
        for family, resize in [
            ("gemma3", Square(side=896, count=256)),
            ("llava-onevision", Untouched()),
            ("llama4", Untouched()),
            ("pixtral", Untouched()),
            ("phi-4-multimodal", Untouched()),
            ("smolvlm", Untouched()),
            ("minicpm-v4.6", Untouched()),
            ("kimi-k2.5", Kimi()),
        ]
    ),
]

FAMILIES = MappingProxyType({row.family: row for row in ROWS})

# First match wins; matched against the lower-case model name, folders and quantisation included.
MODELS = [
    (r"qwen-?3\.6", "qwen3.6"),
    (r"qwen-?3(\.5|\.8)?[-_]?(vl|omni)|qwen-?3\.[58]", "qwen3-vl"),
    (r"qwen-?2[._]?5[-_]?(vl|omni)|mimo-?vl", "qwen2.5-vl"),
    (r"qwen-?2?[-_]?vl", "qwen2-vl"),
    (r"internvl-?3[._]5", "internvl3.5"),
    (r"internvl|mini-internvl", "internvl"),
    (r"glm-?4\.[156]v", "glm-v"),
    (r"minicpm-?[vo][-_:]?4[._]?[6-9]", "minicpm-v4.6"),
    (r"minicpm-?(llama3-)?[vo]", "minicpm-v"),
    (r"gemini-2", "gemini-2"),
    (r"gemini-[3-9]", "gemini-3"),
    (r"gemma-?4", "gemma4"),
    (r"gemma-?3", "gemma3"),
    (r"claude-(opus|sonnet|haiku)-4[-.][7-9]|claude-(opus|sonnet|haiku)-[5-9]", "claude-high"),
    (r"claude-", "claude"),
    (r"gpt-4o-mini", "gpt-4o-mini"),
    (r"o4-mini", "o4-mini"),
    (r"gpt-(4\.1|5)-nano", "gpt-nano"),
    (r"gpt-(4\.1|5)-mini", "gpt-mini"),
    (r"gpt-4o|gpt-4\.1|gpt-4\.5", "gpt-4o"),
    (r"gpt-5\.[2-9]|gpt-[6-9]", "gpt-5.2"),
    (r"gpt-5", "gpt-5"),
    (r"(^|/)o[13](-|$)", "openai-o"),
    (r"molmo-?2", "molmo2"),
    (r"molmo", "molmo"),
    (r"paligemma", "paligemma"),
    (r"florence-?2", "florence-2"),
    (r"deepseek-?vl-?2", "deepseek-vl2"),
    (r"kimi-?k2", "kimi-k2.5"),
    (r"kimi-?vl", "kimi-vl"),
    (r"llava-?one-?vision", "llava-onevision"),
    (r"llava-?(v?1[._]5)", "llava-1.5"),
    (r"moondream", "moondream"),
    (r"kosmos-?2", "kosmos-2"),
    (r"llama-?4", "llama4"),
    (r"pixtral|mistral-?(small-)?3", "pixtral"),
    (r"phi-?4-?multimodal", "phi-4-multimodal"),
    (r"smolvlm", "smolvlm"),
]
PATTERNS = [(re.compile(pattern), family) for pattern, family in MODELS]

MODEL_TYPES = MappingProxyType(
    {
        "qwen2_vl": "qwen2-vl",
        "qwen2_5_vl": "qwen2.5-vl",
        "qwen3_vl": "qwen3-vl",
        "qwen3_vl_moe": "qwen3-vl",
        "internvl": "internvl",
        "internvl_chat": "internvl",
        "glm4v": "glm-v",
        "glm4v_moe": "glm-v",
        "gemma3": "gemma3",
        "gemma4": "gemma4",
        "llava": "llava-1.5",
        "llava_onevision": "llava-onevision",
        "smolvlm": "smolvlm",
        "florence2": "florence-2",
        "paligemma": "paligemma",
        "kimi_vl": "kimi-vl",
        "mllama4": "llama4",
    }
)
"""`model_type` of a checkpoint's config.json -> family, for models that are folders."""
