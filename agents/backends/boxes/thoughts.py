"""Telling a model's thoughts from its answer, by the marks of every family, in one pass."""

import re
from dataclasses import dataclass

PAIRS = (
    ("<think>", "</think>"),  # DeepSeek, Qwen, GLM, InternVL, ERNIE, Step, Nemotron, ...
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),  # EXAONE
    ("<reasoning>", "</reasoning>"),
    ("<reflection>", "</reflection>"),
    ("<seed:think>", "</seed:think>"),  # Seed-OSS
    ("<mm:think>", "</mm:think>"),  # MiniMax
    ("[THINK]", "[/THINK]"),  # Magistral, Ministral
    ("◁think▷", "◁/think▷"),  # Kimi-VL-Thinking
    ("<|START_THINKING|>", "<|END_THINKING|>"),  # Cohere
    ("<|begin_of_thought|>", "<|end_of_thought|>"),  # OpenThinker, LlamaV-o1
    ("<|inner_prefix|>", "<|inner_suffix|>"),  # Apertus
    ("<|channel>thought", "<channel|>"),  # Gemma 4
    ("<|channel|>analysis<|message|>", "<|end|>"),  # gpt-oss
    ("<|channel|>commentary<|message|>", "<|end|>"),
)
"""What opens and what closes thoughts."""

ANSWERS = (
    ("<answer>", "</answer>"),  # GLM-4.1V, Hunyuan, R1-style fine-tunes
    ("<response>", "</response>"),  # ERNIE-VL
    ("<|begin_of_solution|>", "<|end_of_solution|>"),
    ("<|START_RESPONSE|>", "<|END_RESPONSE|>"),
    ("<|channel|>final<|message|>", "<|return|>"),
)
"""What opens and what closes the final answer, where a family marks it."""


def _alternatives(marks: set[str]) -> "re.Pattern[str]":
    longest_first = sorted(marks, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)


_OPENS = {opens.lower() for opens, _ in PAIRS}
_CLOSES = {closes.lower() for _, closes in PAIRS}
_THINKING = _alternatives(_OPENS | _CLOSES)
_ANSWER_OPENS = _alternatives({opens for opens, _ in ANSWERS})
_ANSWER_CLOSES = _alternatives({closes for _, closes in ANSWERS})


@dataclass(frozen=True)
class Spoken:
    """What a model said, its thoughts apart."""

    answer: str
    thoughts: str = ""


def spoken(text: str) -> Spoken:
    """Part a text. A thought that never ends hides all that follows.

    A close without its opening, which some servers cut off, makes all before it a thought.
    """
    answer: list[str] = []
    thoughts: list[str] = []
    at, within = 0, False
    for mark in _THINKING.finditer(text):
        piece, at = text[at : mark.start()], mark.end()
        if within:
            thoughts.append(piece)
            within = mark.group().lower() not in _CLOSES
        else:
            answer.append(piece)
            if mark.group().lower() in _OPENS:
                within = True
            elif mark.group().lower() != "<|end|>":  # which ends other things too
                thoughts += answer
                answer = []
    (thoughts if within else answer).append(text[at:])
    return Spoken("".join(answer).strip(), "".join(thoughts).strip())


def final(text: str) -> str:
    """Return what stands under the last mark of a final answer; "" where there is none."""
    block = ""
    for mark in _ANSWER_OPENS.finditer(text):
        closes = _ANSWER_CLOSES.search(text, mark.end())
        # Each search ends at the next close, so marks that are never closed are searched once.
        if closes is None:
            return text[mark.end() :].strip() or block
        block = text[mark.end() : closes.start()].strip() or block
    return block
