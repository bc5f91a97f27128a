"""How much a model thinks first: what each provider and family is told, and what it cannot do."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

from cropsmith.agents.backends.directory.provider import Thinker
from cropsmith.agents.backends.protocol.backend import Thinking

ROOM: Mapping[Thinking | None, int] = MappingProxyType(
    {None: 4096, "off": 0, "low": 4096, "medium": 12288, "high": 32768}
)
"""Output tokens added for thoughts."""

EFFORTS = ("none", "minimal", "low", "medium", "high")
"""Of OpenAI and Gemini, rising."""


@dataclass(frozen=True)
class Telling:
    """What a request says of thinking."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    """Added to its body or configuration."""
    room: int = 0
    """Output tokens added for the thoughts."""
    lacking: str = ""
    """What was asked for and cannot be, one sentence."""
    plain: bool = True
    """Whether the temperature may be set beside it."""


def nearest(wanted: str, offered: Sequence[str]) -> str:
    """Return the effort that is offered, the next higher one, or the highest."""
    rank = EFFORTS.index(wanted)
    above = [effort for effort in offered if EFFORTS.index(effort) >= rank]
    return above[0] if above else offered[-1]


def _effort(model: str, level: Thinking, offered: Sequence[str]) -> tuple[str, str]:
    """Return the effort to ask for, and a sentence where it is another than the one wanted."""
    if level == "off":
        effort = offered[0]
        if effort == "none":
            return effort, ""
        return effort, f"{model} cannot be told not to think; its least, {effort}, was asked."
    effort = nearest(level, offered)
    if effort == level:
        return effort, ""
    return effort, f"{model} does not think at the level {level}; {effort} was asked."


# First match wins. Source: OpenAI's model pages, "reasoning.effort supports".
OPENAI_EFFORTS: Sequence[tuple[str, Sequence[str]]] = (
    (r"^gpt-[5-9][\d.]*-chat", ()),
    (r"^gpt-5-pro", ("high",)),
    (r"^gpt-[5-9][\d.]*-pro", ("medium", "high")),
    (r"^gpt-(5\.[1-9]|[6-9])", ("none", "low", "medium", "high")),
    (r"^gpt-5", ("minimal", "low", "medium", "high")),
    (r"^o\d", ("low", "medium", "high")),
)


def openai_efforts(model: str) -> Sequence[str]:
    """Return the efforts that a model of OpenAI's takes; none where it does not think."""
    return next((offered for pattern, offered in OPENAI_EFFORTS if re.search(pattern, model)), ())


def thinking_openai(model: str, level: Thinking | None) -> Telling:
    """Return what a model of OpenAI's cloud is told: `reasoning_effort`."""
    offered = openai_efforts(model)
    if not offered:
        lacks = level not in (None, "off")
        return Telling(lacking=f"{model} does not think before it answers." if lacks else "")
    if level is None:
        return Telling({"reasoning_effort": nearest("low", offered)}, ROOM[None], plain=False)
    effort, lacking = _effort(model, level, offered)
    # Less than low is no promise either: some thoughts come all the same.
    room = ROOM[level] if effort == "none" else max(ROOM[level], ROOM["low"])
    return Telling({"reasoning_effort": effort}, room, lacking, plain=False)


# First match wins. Source: Gemini API documentation, thinking: least and most tokens of 2.5.
GEMINI_BUDGETS: Sequence[tuple[str, Mapping[Thinking, int]]] = (
    (r"gemini-2\.5-flash-lite", {"off": 0, "low": 1024, "medium": 8192, "high": 24576}),
    (r"gemini-2\.5-flash", {"off": 0, "low": 1024, "medium": 8192, "high": 24576}),
    (r"gemini-2\.5-pro", {"off": 128, "low": 1024, "medium": 8192, "high": 32768}),
)
GEMINI_LEVELS: Sequence[tuple[str, Sequence[str]]] = (
    (r"gemini-3-pro", ("low", "high")),
    (r"gemini-([3-9]|pro).*pro|gemini-pro-latest", ("low", "medium", "high")),
    (r"gemini-[3-9]|gemini-flash(-lite)?-latest", ("minimal", "low", "medium", "high")),
)


def thinking_gemini(model: str, level: Thinking | None) -> Telling:
    """Return what a Gemini model is told: a budget in tokens for 2.5, a level since 3.

    Without a level: the settings that leave the most room for the answer.
    """
    shown = {"include_thoughts": True} if level not in (None, "off") else {}
    for pattern, budgets in GEMINI_BUDGETS:
        if re.search(pattern, model):
            budget = budgets[level or "off"]
            least = budget and level == "off"
            told = (
                f"{model} cannot be told not to think; its least, {budget} tokens, was asked for."
            )
            return Telling({"thinking_budget": budget, **shown}, budget, told if least else "")
    for pattern, offered in GEMINI_LEVELS:
        if re.search(pattern, model):
            if level is None:
                return Telling({"thinking_level": "low"}, ROOM[None])
            effort, lacking = _effort(model, level, offered)
            room = max(ROOM[level], ROOM["low"])
            return Telling({"thinking_level": effort, **shown}, room, lacking)
    lacks = level not in (None, "off")
    return Telling(lacking=f"How {model} is told to think is not known." if lacks else "")


@dataclass(frozen=True)
class Habit:
    """How a family of open models thinks."""

    pattern: str
    """Searched in the lower-case name."""
    thinks: Literal["never", "always", "as told"]
    parser: str = ""
    """vLLM's reasoning parser for it, as of vllm/reasoning/__init__.py of 0.32; "" for none."""


# First match wins.
HABITS = (
    Habit(r"qwen-?3.*thinking", "always", "qwen3"),
    Habit(r"qwen-?3[-_]?(vl|omni)", "never"),
    Habit(r"qwen-?(3|[4-9])", "as told", "qwen3"),
    Habit(r"qwen-?2", "never"),
    Habit(r"glm-?4\.1v.*thinking", "always", "glm45"),
    Habit(r"glm-?(4\.[5-9]|[5-9])", "as told", "glm45"),
    Habit(r"gemma-?4", "as told", "gemma4"),
    Habit(r"ernie-?4\.5.*(vl|thinking)", "as told", "ernie45"),
    Habit(r"kimi-?k3", "as told", "kimi_k3"),
    Habit(r"kimi-?k2", "as told", "kimi_k2"),
    # Its marks are none of vLLM's parsers': the thoughts are taken out of the answer here.
    Habit(r"kimi-?vl.*thinking", "always"),
    Habit(r"magistral|ministral.*reasoning", "always", "mistral"),
    Habit(r"mimo-?vl", "always", "mimo"),
    Habit(r"gpt-?oss", "as told", "openai_gptoss"),
    Habit(r"step-?3[._p]5", "always", "step3p5"),
    Habit(r"step-?3", "always", "step3"),
    Habit(r"minimax-?m3", "always", "minimax_m3"),
    Habit(r"minimax-?m2", "always", "minimax_m2"),
    Habit(r"seed-?oss", "as told", "seed_oss"),
    Habit(r"hunyuan.*a13b", "as told", "hunyuan_a13b"),
    Habit(r"deepseek-?r1|qwq", "always", "deepseek_r1"),
    Habit(r"deepseek-?v3", "as told", "deepseek_v3"),
    Habit(r"deepseek-?v4", "as told", "deepseek_v4"),
    Habit(r"mimo-?v2", "as told", "mimo"),
    Habit(r"muse-?glimmer", "as told", "muse_glimmer"),
    Habit(r"inkling", "as told", "inkling"),
    Habit(r"holo-?2", "as told", "holo2"),
    Habit(r"nemotron", "as told", "nemotron_v3"),
    Habit(r"internvl|minicpm-?[vo]|gemma-?3|llava|molmo|pixtral|smolvlm|paligemma", "never"),
)

BUDGETS: Mapping[Thinking, int] = MappingProxyType({"low": 2048, "medium": 8192, "high": 24576})


def habit_of(model: str) -> Habit | None:
    """Return how an open model thinks by its name; None where no row knows it."""
    name = model.lower()
    return next((habit for habit in HABITS if re.search(habit.pattern, name)), None)


def _at_odds(model: str, level: Thinking | None) -> str:
    """Return a sentence where a family cannot do what is asked for."""
    habit = habit_of(model)
    if habit is None or level is None:
        return ""
    if habit.thinks == "never" and level != "off":
        return f"{model} does not think before it answers."
    if habit.thinks == "always" and level == "off":
        return f"{model} cannot be told not to think."
    return ""


def _template(level: Thinking | None) -> dict[str, Any]:
    """Return the switches of chat templates: Qwen, GLM, Gemma and ERNIE; DeepSeek and Kimi."""
    on = level not in (None, "off")
    return {"enable_thinking": on, "thinking": on}


def thinking_vllm(model: str, level: Thinking | None) -> Telling:
    """Return what an open model at vLLM is told: its template's switch, and a budget of tokens.

    Without a level thinking is off: a grammar can keep a thinking model from opening its thoughts
    (vllm#18255), and without a reasoning parser it does.
    """
    habit = habit_of(model)
    fields: dict[str, Any] = {"chat_template_kwargs": _template(level)}
    always = habit is not None and habit.thinks == "always"
    if level in (None, "off"):
        return Telling(fields, ROOM[None] if always else 0, _at_odds(model, level))
    if lacking := _at_odds(model, level):
        return Telling({"chat_template_kwargs": _template("off")}, 0, lacking)
    if habit is not None and habit.parser == "openai_gptoss":
        fields["reasoning_effort"] = level
    elif level in BUDGETS:
        fields["thinking_token_budget"] = BUDGETS[level]
    return Telling(fields, ROOM[level])


def thinking_template(model: str, level: Thinking | None) -> Telling:
    """Return what an open model at SGLang or llama.cpp is told: its template's switch alone."""
    told = thinking_vllm(model, level)
    kept = ("chat_template_kwargs", "reasoning_effort")
    return replace(told, fields={k: v for k, v in told.fields.items() if k in kept})


def thinking_effort(model: str, level: Thinking | None) -> Telling:
    """Return what an open model at Ollama is told: `reasoning_effort`, "none" without a level."""
    if (lacking := _at_odds(model, level)) and level != "off":
        return Telling({"reasoning_effort": "none"}, lacking=lacking)
    effort = "none" if level in (None, "off") else level
    return Telling({"reasoning_effort": effort}, ROOM["off" if level is None else level], lacking)


def thinking_openrouter(model: str, level: Thinking | None) -> Telling:
    """Return what a model at OpenRouter is told: `reasoning`, put into each vendor's words there.

    Without a level nothing is said: what a model does of itself is its vendor's choice.
    """
    if level is None:
        return Telling()
    effort = "none" if level == "off" else level
    return Telling({"reasoning": {"effort": effort}}, ROOM[level])


def thinking_compatible(model: str, level: Thinking | None) -> Telling:
    """Return what a model at any other server is told, in the words that servers share.

    Ollama and LM Studio read `reasoning_effort`, SGLang and llama.cpp the template's
    switches, Anthropic's endpoint `thinking`. Without a level nothing is said: not every server
    takes what it does not know.
    """
    if level is None:
        return Telling()
    if re.search(r"claude", model.lower()):
        if level == "off":
            return Telling({"thinking": {"type": "disabled"}})
        budget = {"type": "enabled", "budget_tokens": BUDGETS[level]}
        return Telling({"thinking": budget}, BUDGETS[level], plain=False)
    if (lacking := _at_odds(model, level)) and level != "off":
        return Telling(lacking=lacking)
    fields = {
        "reasoning_effort": "none" if level == "off" else level,
        "chat_template_kwargs": _template(level),
    }
    return Telling(fields, ROOM[level], lacking)


TELLINGS: Mapping[Thinker, Callable[[str, Thinking | None], Telling]] = MappingProxyType(
    {
        "openai": thinking_openai,
        "vllm": thinking_vllm,
        "template": thinking_template,
        "effort": thinking_effort,
        "openrouter": thinking_openrouter,
        "compatible": thinking_compatible,
    }
)

REFUSES_THINKING = re.compile(
    r"reasoning|thinking|think\b|chat_template_kwargs|extra (inputs|fields)|unrecogni[sz]ed|"
    r"unknown (field|parameter|argument|name)|unexpected (field|keyword)",
    re.IGNORECASE,
)
"""How servers name fields about thinking that they do not take."""
