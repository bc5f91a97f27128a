"""Text of others, made safe to keep and to show: data stays data, and every sign is visible."""

import re

_HIDDEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 (but tab and newline), DEL, C1: terminals obey them
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction: would show another order
    r"\u00ad\u200b\u2060-\u2064\U000e0000-\U000e007f"  # no width: could hide words
    r"\u2028\u2029\ufeff\ufff9-\ufffb\ud800-\udfff"
)
_IN_TEXT = re.compile(f"[{_HIDDEN}]")
_IN_LINE = re.compile(f"[{_HIDDEN}\\t\\n]")


def plain_unicode(text: str) -> str:
    """Return text that UTF-8 takes: undecodable bytes of a file name become visible escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def visible(text: str) -> str:
    r"""Return text in which control and direction signs are spelt out: `\x1b[31m`.

    Newlines and tabs stay. What is shown can neither steer a terminal nor hide what it is.
    """
    return _IN_TEXT.sub(_spelt, text)


def visible_line(text: str) -> str:
    r"""Return `visible` text with newlines and tabs spelt out too: a name cannot forge a line."""
    return _IN_LINE.sub(_spelt, text)


def one_line(text: str, width: int = 80) -> str:
    """Return `visible` text with its lines joined, cut at `width` characters."""
    line = " ".join(visible(text).split())
    return line if len(line) <= width else line[: width - 1] + "…"


def _spelt(sign: re.Match[str]) -> str:
    code = ord(sign.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\{'u' if code < 0x10000 else 'U000'}{code:04x}"
