"""Make the list of English words that are no nouns: `...reader.modifiers FOLDER`.

FOLDER is `spacy_lookups_data/data` of the unpacked package spacy-lookups-data 1.0.5: lemmas and
exceptions of WordNet 3.0 (`en_lemma_*.json.gz`), and how common words are (`en_lexeme_prob`).
"""

import argparse
import gzip
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from cropsmith.tools.language.frames import closed_words
from cropsmith.tools.language.lexicon import lexicon

COMMON = 60_000
"""So many of the commonest words are looked at."""
SHORTEST = 4
PARTICIPLES = ("ed", "en", "ught")


def main() -> None:
    """Write `modifiers.json` beside the reader, or where --out says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=None)
    given = parser.parse_args()
    wordnet = {name: _read(given.folder, f"en_lemma_{name}") for name in ("index", "exc", "rules")}
    wordnet["index"] = {kind: frozenset(words) for kind, words in wordnet["index"].items()}
    own = _own()
    qualities: list[str] = []
    actions: list[str] = []
    for word in _common(_read(given.folder, "en_lexeme_prob")):
        if len(word) < SHORTEST or word in own or word.endswith("ing"):
            continue
        verb = _is(word, "verb", wordnet)
        if _is(word, "noun", wordnet) or (word.endswith("ly") and not verb):
            continue
        if _is(word, "adj", wordnet) or _is(word, "adv", wordnet):
            qualities.append(word)
        elif verb:
            (qualities if word.endswith(PARTICIPLES) else actions).append(word)
    lists = {"qualities": " ".join(sorted(qualities)), "actions": " ".join(sorted(actions))}
    out = given.out or Path(str(files("cropsmith.tools.language"))) / "modifiers.json"
    out.write_text(json.dumps(lists, indent=1) + "\n", "utf-8")
    print(f"{out.name}: {len(qualities)} qualities, {len(actions)} actions")


def _read(folder: Path, name: str) -> Any:
    return json.loads(gzip.decompress((folder / f"{name}.json.gz").read_bytes()))


def _common(chances: Mapping[str, float]) -> list[str]:
    """Return the commonest words in small letters, the commonest first."""
    plain = [word for word in chances if word.isalpha() and word.isascii() and word.islower()]
    return sorted(plain, key=lambda word: -chances[word])[:COMMON]


def _own() -> frozenset[str]:
    """Return the words that the reader has in lists of its own."""
    known = lexicon()
    groups = [*known.groups.values(), known.classes, closed_words()]
    return frozenset().union(*groups)


def _is(word: str, kind: str, wordnet: Mapping[str, Any]) -> bool:
    """Tell whether a word is a form of a lemma of a kind: by exceptions, then by endings."""
    lemmas = wordnet["index"][kind]
    if word in lemmas or word in wordnet["exc"].get(kind, {}):
        return True
    return any(
        ending and word.endswith(ending) and len(word) - len(ending) + len(instead) > 2
        and word[: -len(ending)] + instead in lemmas
        for ending, instead in wordnet["rules"][kind]
    )  # fmt: skip


if __name__ == "__main__":
    main()
