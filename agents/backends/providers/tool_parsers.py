"""Which parser of vLLM reads the tool calls of which family: for `models serve`.

Only families that call tools have a row. A server without a parser refuses native tools, and calls
are then held by a schema (`agents/backends/held_calls.py`).
"""

import re

PARSERS = [
    # First match wins; searched in the lower-case names. Those of vLLM 0.32, tool_parsers/__init__.
    (r"qwen-?3\.[5-9]|qwen-?4", "qwen3_coder"),
    (r"qwen-?3[-_]?vl|cosmos-?reason-?2", "hermes"),
    (r"glm-?4\.[5-7]v|glm-?5", "glm45"),
    (r"kimi-?k3", "kimi_k3"),
    (r"kimi-?k2", "kimi_k2"),
    (r"llama-?4", "llama4_pythonic"),
    (r"mistral-?(small|medium|large)?-?[34]|ministral-?3|magistral|pixtral", "mistral"),
    (r"gemma-?4", "gemma4"),
    (r"ernie-?4\.5", "ernie45"),
    (r"step-?3[._p][5-9]", "step3p5"),
    (r"step-?3", "step3"),
    (r"lfm-?2", "lfm2"),
    (r"minimax-?m3", "minimax_m3"),
    (r"mimo-?v2", "mimo"),
    (r"muse-?glimmer", "muse_glimmer"),
    (r"inkling", "inkling"),
    (r"deepseek-?v4", "deepseek_v4"),
]


def tool_parser(model: str) -> str:
    """Return the parser for a model by its name; empty where none is known."""
    name = model.lower()
    return next((parser for pattern, parser in PARSERS if re.search(pattern, name)), "")
