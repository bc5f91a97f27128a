"""Telling a refusal in the model's own words from an answer that merely lacks JSON."""

import re

# Openings that models use when they decline; only ever tried on prose without any JSON.
DECLINED = re.compile(
    r"\b(i['’]?m sorry|i am sorry|i apologi[sz]e|sorry, but)\b"
    r"|\bi (can['’]?t|cannot|can not|won['’]?t|will not|am unable to|am not able to)"
    r" (help(?! but| \w+ing)|assist|do|comply|provide|identify|answer|process|fulfil|complete"
    r"|discuss|continue)"
    r"|\b(against|violat\w+) (my|our|the) (policy|policies|guidelines)\b",
    re.IGNORECASE,
)


def declines(text: str) -> bool:
    """Tell whether prose (already known to hold no JSON) is a refusal."""
    return len(text) < 2000 and "{" not in text and DECLINED.search(text) is not None
