"""What a vLLM server's log says of why it ended."""

import re
from collections.abc import Sequence

PREFIX = re.compile(r"^(?:\([^)]*\)\s*)?(?:(?:ERROR|CRITICAL)\s+[\d-]+ [\d:]+ \[[^\]]*\]\s*)?")
"""Process and place before a line of vLLM's."""

CALM = re.compile(r"\b(?:DEBUG|INFO|WARNING) [\d-]+ [\d:]+ \[")
"""Lines that are no errors, whatever they speak of."""

RAISED = re.compile(r"^(?:[\w.]+\.)?(?:\w*(?:Error|Exception|Interrupt)|Killed)\b:?\s*(.*)$")
"""The last line of a traceback: the kind of an exception, and what it says."""

SAID = re.compile(r"^vllm[\w .-]*: error: (.*)$")
"""How vLLM's command line refuses an argument."""

LATER = re.compile(
    r"Engine core initialization failed|See root cause|Engine process failed|"
    r"Worker failed with error|initialization failed due to an exception|"
    r"cancelled|SystemExit|KeyboardInterrupt"
)
"""What others say because something had failed before them."""

LONGEST = 400


def cause_of(lines: Sequence[str]) -> str:
    """Return the root cause in vLLM's own words: the first exception that no other one caused.

    Without any: the last line that speaks of an error, else the last line.
    """
    plain = [PREFIX.sub("", line).strip() for line in lines if not CALM.search(line)]
    for number, line in enumerate(plain):
        if found := SAID.match(line):
            return _short(found.group(1))
        found = RAISED.match(line)
        if not found or LATER.search(line) or not _ends_traceback(plain, number):
            continue
        told = found.group(1) or line
        if re.match(r"\d+ validation errors? for", told):  # pydantic's own lines follow
            said = next((n for n in plain[number + 1 :] if n), "")
            told = re.sub(r"^Value error, |\s*\[type=.*$", "", said) or told
        return _short(told)
    errors = [line for line in plain if "rror" in line and not LATER.search(line)]
    return _short((errors or [line for line in plain if line] or [""])[-1])


def _ends_traceback(lines: Sequence[str], number: int) -> bool:
    """Tell whether a traceback leads to this line, and the next one does not go on from it."""
    before = lines[max(0, number - 400) : number]
    if not any(line.startswith("Traceback (most recent call last)") for line in before):
        return False
    after = [line for line in lines[number + 1 : number + 4] if line]
    chained = ("The above exception", "During handling of the above")
    return not any(line.startswith(chained) for line in after)


def _short(text: str) -> str:
    return text.strip()[:LONGEST]
