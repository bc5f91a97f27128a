"""What a line must have for a frame to fit; others are neither compiled nor tried."""

import re
from collections.abc import Mapping

Needs = tuple[frozenset[str], ...]
"""Of each set the line has at least one: words, and the letters of its phrases."""
TOKEN = re.compile(
    r"\[[^\]]*\](?:[+*]|\{[\d,]+\})?[a-z]*|\(|\)[?*+]?|\||\{\w+\}|[A-Z]\\\\d\+|[A-Z]\\d\+|[A-Z]{2,}|[a-z][a-z'-]*|."
)
PLACES: Mapping[str, str] = {
    "side": "L", "side2": "L", "cut_side": "L", "part": "L", "share": "#", "answer": "C",
    "meta": "X", "rough": "M",
    "writing": "W", "negative": "R", "ones": "U", "body": "B",
}  # fmt: skip
"""Parts of frames that are of one class."""


def needs_of(says: str, macros: Mapping[str, str]) -> Needs:
    """Return what a pattern asks of a line, as far as its outermost words tell."""
    says = re.sub(r"\(\?<?[=!].*?\)+", "", says)
    found: list[frozenset[str]] = []
    depth, start = 0, 0
    tokens = TOKEN.findall(says)
    if "|" in _outermost(tokens):
        return ()
    for place, token in enumerate(tokens):
        if token == "(":
            start = place if depth == 0 else start
            depth += 1
        elif token.startswith(")"):
            depth -= 1
            if depth == 0 and token in (")", ")+"):
                found += _any_of(tokens[start + 1 : place], macros)
        elif depth == 0 and (words := _words(token, macros)):
            optional = tokens[place + 1 : place + 2] in (["?"], ["*"])
            found += [] if optional else [words]
    return tuple(found)


def _outermost(tokens: list[str]) -> list[str]:
    """Return the tokens outside all brackets."""
    depth, out = 0, []
    for token in tokens:
        depth += (token == "(") - token.startswith(")")
        if depth == 0:
            out.append(token)
    return out


def _words(token: str, macros: Mapping[str, str]) -> frozenset[str]:
    """Return the words of which one stands for a token; none where that is not known."""
    if re.fullmatch(r"[a-z][a-z'-]*", token):
        return frozenset([token])
    if re.match(r"[A-Z]\\", token):
        return frozenset([token[0]])
    if token.startswith("{"):
        return frozenset(filter(None, [PLACES.get(token[1:-1], "")]))
    if token in macros and re.fullmatch(r"\(\?:[a-z' |-]+\)", macros[token]):
        return frozenset(words.split()[0] for words in macros[token][3:-1].split("|") if words)
    return frozenset()


def _any_of(tokens: list[str], macros: Mapping[str, str]) -> list[frozenset[str]]:
    """Return the first words of the alternatives of a group; none where one of them is open."""
    if "(" in tokens:
        return []
    words: set[str] = set()
    alternative: list[str] = []
    for token in [*tokens, "|"]:
        if token != "|":
            alternative.append(token)
            continue
        known = [w for w in (_words(t, macros) for t in alternative if t.strip()) if w]
        if not known:
            return []
        words |= known[0]
        alternative = []
    return [frozenset(words)]


def has(line: str) -> frozenset[str]:
    """Return the words of a line, and the letters of its phrases."""
    tokens = line.split()
    letters = {token[0] for token in tokens if token[0].isupper() or token[0] == "#"}
    return frozenset(tokens) | letters
