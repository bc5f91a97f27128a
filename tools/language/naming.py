"""Things that frames name: who is meant by a pronoun, what is whole, what cannot be told."""

import re

from cropsmith.tools.language.belonging import erased_amid, part_alone, rubbed_off
from cropsmith.tools.language.chunks import Chunk, Tagged
from cropsmith.tools.language.colours import COLOURS
from cropsmith.tools.language.lexicon import lexicon
from cropsmith.tools.language.phrases import BACKDROP, DETERMINERS, JOINT, PRONOUNS, UNLINKED
from cropsmith.tools.language.reading import either
from cropsmith.tools.language.sides import where
from cropsmith.tools.language.sights import nothing_seen
from cropsmith.tools.language.standing import (
    NOBODYS,
    NOT_ALL,
    SHOWING,
    WHOLE_OF,
    meant,
    of_nobody,
    with_noun,
)
from cropsmith.tools.language.strangeness import gibberish, no_thing
from cropsmith.tools.language.wholeness import KINDS, LOW, PART, PARTITIVE, WHOLE, WHOLE_FULL
from cropsmith.tools.language.wishes import Mention, Wishes
from cropsmith.tools.schema.request import NeverCut

DETERMINED = re.compile(rf"^(?:{either(DETERMINERS)}) ")
NONE_OF = re.compile(r"^(?:no|any) ")
MORE = re.compile(r" (?:with|in|in-front|on|at|who|that|next|behind|[a-z]{2,}ing)\b")
"""What may follow the name of a thing that is told more of."""


class Names:
    """Adds the things of a request to its wishes."""

    def __init__(
        self,
        request: Tagged,
        wishes: Wishes,
        articled: bool = False,
        capitals: frozenset[str] = frozenset(),
    ) -> None:
        self.request, self.wishes, self.capitals = request, wishes, capitals
        self.beside: set[str] = set()
        """What is named in one breath: "him and the medal" are two."""
        self.articled = articled
        """The language puts an article before every thing, so that it tells nothing."""

    def chunk(self, tagged: str) -> Chunk | None:
        """Return the phrase that a tagged unit begins with."""
        found = re.match(r"[A-Z](\d+)", tagged)
        return self.request.chunks[int(found[1])] if found else None

    def definite(self, tagged: str) -> bool:
        """Tell whether a unit is a definite thing: "the man", not "plane" and not "my dog"."""
        chunk = self.chunk(tagged)
        if chunk is None or chunk.letter == "J":
            return False
        first = chunk.words.split()[0]
        if chunk.words in ("me", "us", "myself"):
            return True
        return first in ("the", "that", "this", "those", "these", "a", "an", "every", "each",
        "both", "all") or (
            chunk.definite and first not in ("my", "our", "his", "her", "your", "their", "its")
        )  # fmt: skip

    def units(self, tagged: str) -> list[str]:
        """Split "N0 and N1" in two; what hangs on "of" or "with" together stays one."""
        found: list[str] = []
        for unit in JOINT.split(tagged.strip(" ,")):
            chunk, last = self.chunk(unit), self.request.words(found[-1]) if found else ""
            if chunk and found and not chunk.definite and len(chunk.words.split()) == 1 \
                    and re.search(r"\b(?:of|with|wearing|in|holding) \S+$",
                    last) and UNLINKED.match(last):  # fmt: skip
                found[-1] += f" and {unit}"
            else:
                found.append(unit)
        return found

    def bare_words(self, tagged: str) -> str:
        """Return a unit as words without its article; a pronoun as what it means."""
        words = self.request.words(tagged)
        if tagged in ("it", "this") or words in PRONOUNS:
            words = self._meant(words)
        return re.sub(rf"^(?:{either(DETERMINERS)}) ", "", words)

    def _meant(self, pronoun: str) -> str:
        """Return what a pronoun stands for; "the subject" is nothing that is left out."""
        mentions = self.wishes.mentions
        if re.search(r"\bsubject$", pronoun):
            mentions = [one for one in mentions if one.role != "avoid"]
        return meant(pronoun, mentions, self.beside)

    def add(self, tagged: str, role: str, choosing: bool = False) -> None:
        """Name the things of a tagged part. `choosing`: a side says which of several is meant."""
        units = self.units(tagged)
        self.beside = {self.request.words(unit) for unit in units}
        for unit in units:
            self._add(unit, role, choosing)

    def _add(self, unit: str, role: str, choosing: bool) -> None:
        thing, _, link = unit.partition(" ") if " and " not in unit else (unit, "", "")
        chunk = self.chunk(unit)
        if chunk is None or chunk.letter == "J":
            said = self._meant(chunk.words if chunk else thing)
            self.plain(said, role, chunk.letter if chunk else "N") if said else None
            return
        if link.startswith(("on ", "at ", "in ")) and not choosing and role == "subject":
            side = where(self.request.words(link))
            if side.third or not self.definite(unit):
                self.wishes.across, self.wishes.down = (
                    side.across or self.wishes.across,
                    side.down or self.wishes.down,
                )
                unit = thing
        words = re.sub(r"^(?:a |the )?parts? of ", "", self.request.words(unit))
        words = re.sub(r"^the (?=\w+ of (?:us|them|you)\b)", "", words)
        if role == "subject" and words.endswith(" of them"):
            self.plain("" if self.wishes.named("subject") else words, role, "E")
            return
        if out := of_nobody(words):
            self.plain(out, "avoid", "E")
            return
        if role in ("subject", "") and (
            chunk.letter in "PF" or words in ("this one", "that one", "one", "ones", "these ones")
        ):
            return
        if "other one" in words:
            self.wishes.unclear.append(words)
            return
        if (
            chunk.letter == "U"
            and words.startswith(("the one", "that one", "this one"))
            and role == "subject"
        ):
            self._which(words)
            return
        if all(word in COLOURS or word in DETERMINERS for word in words.split()):
            self.wishes.unclear.append(words)
            return
        if any(gibberish(word) for word in words.split()) or no_thing(words, chunk.letter):
            self.wishes.unclear.append(words)
            return
        if self._nothing_seen(words, chunk.letter):
            return
        whole = re.search(WHOLE, words) and not re.search(rf"(?:full|complete) {WHOLE_FULL}", words)
        if whole and role == "subject":
            self._protect(re.sub(WHOLE, "", words), chunk.letter)
            return
        one = re.search(r"\bone\b", words) is not None and role == "subject"
        if one and self._other_is(self._one(words)):
            return
        self.plain(self._one(words), role, chunk.letter)
        if re.match(r"every(?:one|body)\b|all of us", words) and role == "subject":
            self.wishes.protect(NeverCut.PEOPLE)

    def _nothing_seen(self, words: str, letter: str) -> bool:
        """Tell of words that name nothing a photo could show, and whether they are such."""
        nothing = letter in "NU" and nothing_seen(words, self.capitals)
        if nothing:
            self.wishes.unclear.append(f"{words}: names nothing that can be seen")
        return nothing

    def _which(self, words: str) -> None:
        """Take "the one in the hat" for more of the thing named last, or for a person."""
        which = re.sub(r"^(?:the|that|this) ones? ?", "", words)
        if any(m.role in ("subject", "") for m in self.wishes.mentions):
            self.refine(which)
        else:
            before = next((m.words for m in reversed(self.wishes.mentions)), "the person")
            noun = re.split(r" (?:with|in|on|of|next|behind|near)\b", before)[0].split()[-1]
            self.plain(f"the {noun} {which}", "subject", "H")

    def _one(self, words: str) -> str:
        """Put the noun for "one": "the blue one" after "three red boats" is "the blue boat"."""
        before = next((m.words for m in reversed(self.wishes.mentions) if m.letter in "NH"), "")
        return with_noun(words, before)

    def _other_is(self, words: str) -> bool:
        """Say which one "the other dog" is: "the other dog. The white one" is one dog."""
        last = self.wishes.mentions[-1] if self.wishes.mentions else None
        if last is None or last.role != "subject" or not re.match(r"(?:the )?other ", last.words):
            return False
        noun = re.sub(r"^(?:the )?other ", "", last.words)
        if last.words in self.beside or not re.search(rf"\b{re.escape(noun)}\b", words):
            return False
        last.words = words
        return True

    def plain(self, words: str, role: str, letter: str = "N") -> None:
        """Name one thing in words; a thing that was only mentioned before takes the role."""
        words = words.strip(" ,.")
        if not words:
            return
        key = re.sub(rf"^(?:{either(DETERMINERS)}) ", "", words)
        for mention in self.wishes.mentions:
            own = re.sub(rf"^(?:{either(DETERMINERS)}) ", "", mention.words)
            if own == key and mention.role in ("", role):
                mention.role = mention.role or role
                return
        if role == "subject" and (known := self._told_of(key, words)):
            known.role = role
            return
        self.wishes.mentions.append(Mention(words, letter, role))

    def _told_of(self, key: str, words: str) -> Mention | None:
        """Return the thing that was named with more words: "this is Jo in the hat. Just Jo".

        What is to be shown already is the same thing only behind "the": "the boy with the ball,
        the boy whole".
        """
        roles = ("", "subject") if words.startswith("the ") else ("",)
        told = [
            mention
            for mention in self.wishes.mentions
            if mention.role in roles
            and (named := DETERMINED.sub("", mention.words)).startswith(f"{key} ")
            and MORE.match(named, len(key))
        ]
        return told[-1] if told else None

    def leave_out(self, tagged: str, said: str) -> None:
        """Name what is to be out; a pronoun takes the thing it means out of the subjects."""
        for unit in self.units(tagged):
            unit = re.sub(r"(\d) (?=L\d)", r"\1 on ", unit)
            chunk = self.chunk(unit)
            words = self.request.words(unit)
            if words == "nobody":
                self.wishes.protect(NeverCut.PEOPLE)
            elif re.match(NOT_ALL, said) and WHOLE_OF.match(words):
                self.plain(words, "")  # "not the whole building": a part of it
            elif chunk is None or chunk.letter == "J":
                self._leave_out_meant(words, said)
            elif words in ("the others", "others"):
                self.plain("everybody else", "avoid")
            elif (
                rubbed_off(said, words)
                or (said.startswith("erase") and chunk.letter not in "HEY")
                or chunk.letter == "Z"
                or BACKDROP.fullmatch(words)
                or no_thing(words, "N")
            ):
                self.wishes.unclear.append(said)
            elif not self._nothing_seen(words, chunk.letter):
                self.plain(self._one(words), "avoid", chunk.letter)
                if erased_amid(said, words):
                    self.wishes.unclear.append(f"{said}: a crop can only leave out what lies aside")

    def _leave_out_meant(self, pronoun: str, said: str) -> None:
        thing = self._meant(pronoun)
        last = next((m for m in reversed(self.wishes.mentions) if m.words == thing), None)
        if last is not None and last.role == "avoid":
            return
        if last is not None and last.role in ("subject", "") and not last.bare:
            last.role = "avoid"
            self._unplace(last)
        elif thing and last is None:
            self.plain(thing, "avoid", "H")
        else:
            self.wishes.unclear.append(said)

    def _unplace(self, gone: Mention) -> None:
        """Take the place that was read for a thing as where it is: it is to go."""
        wishes = self.wishes
        if wishes.placed and gone.words.endswith(wishes.placed):
            wishes.placed, wishes.across, wishes.down = "", None, None

    def protect(self, tagged: str, said: str) -> None:
        """Keep things whole: faces, text, people by their kind, others as subjects."""
        for unit in self.units(tagged):
            chunk = self.chunk(unit)
            if chunk and NOBODYS.match(chunk.words) and re.search(SHOWING, said):
                self.plain(of_nobody(chunk.words), "avoid", "B")
            elif chunk is None or chunk.letter == "J":
                self.wishes.protect(NeverCut.SUBJECT)
                if chunk and chunk.words in PRONOUNS and not self.wishes.named("subject"):
                    self.plain(self._meant(chunk.words), "subject", "H")
            else:
                self._protect(re.sub(WHOLE, "", self.request.words(unit)), chunk.letter)

    def keep_text(self, tagged: str) -> None:
        """Keep writing whole beside what the picture is about: "keep the caption at the bottom"."""
        self.wishes.protect(NeverCut.TEXT)
        self.add(tagged, "")

    def protect_meant(self) -> bool:
        """Keep the thing named last whole; False where none was named."""
        if thing := self._meant("it"):
            self._protect(thing, "N")
        return bool(thing)

    def _protect(self, words: str, letter: str) -> None:
        words = re.sub(PARTITIVE, "", words)
        if no_thing(words, letter):
            self.wishes.unclear.append(words)
            return
        if self._nothing_seen(words, letter):
            return
        head = re.split(
            r" (?:of|on|in|with|at|including|and|down|to|from|next|behind|who|that)\b", words
        )[0]
        kind = next((kind for kind, pattern in KINDS.items() if re.search(pattern, head)), None)
        if letter == "E" and not re.search(r"'s \w", words):
            self.wishes.protect(NeverCut.PEOPLE)
            if re.search(r"everyone|everybody|all of us", words) and "no" not in words.split():
                self.plain("everyone", "subject", "E")
        elif kind is not None:
            self.wishes.protect(kind)
            self._show_owner(head)
            if re.search(LOW, head):
                self.wishes.low = re.sub(r"^the ", "", head)
            alone = re.search(r"\b(?:signs?|signage|inscription)$", head)
            if kind is NeverCut.TEXT and (
                head != words
                or re.search(r"\blabels?$", head)
                or (alone and not self.wishes.named("subject"))
            ):
                self.plain(words, "subject")
        elif letter == "E":
            self.wishes.protect(NeverCut.PEOPLE)
        elif part_alone(words) and self.wishes.named("subject"):
            self.wishes.protect(NeverCut.SUBJECT)
        else:
            self.wishes.whole.append(words)
            self.wishes.protect(NeverCut.PEOPLE if letter == "H" else NeverCut.SUBJECT)
            # "No flower cut" after "the flower at the bottom right" is that one.
            thing = re.sub(PART, "", words)
            bare = NONE_OF.sub("", thing)
            told = self._told_of(bare, f"the {bare}")
            self.plain(f"the {bare}" if told else thing, "subject", letter)

    def _show_owner(self, part: str) -> None:
        """Show whose part is to be whole where nobody else is named: "my mother's feet in"."""
        before = [word.removesuffix("s").removesuffix("'") for word in part.split()[:-1]]
        owner = next((word for word in before if lexicon().classes.get(word) == "H"), "")
        if owner and owner not in ("me", "us") and not self.wishes.named("subject"):
            self.plain(f"the {owner}", "subject", "H")

    def refine(self, which: str) -> None:
        """Say more of the person or thing named last: "he's the one in the blue shirt"."""
        for mention in reversed(self.wishes.mentions):
            if mention.role != "landmark":
                mention.words = f"{mention.words} {which}"
                mention.role = mention.role or "subject"
                return
        self.wishes.unclear.append(f"the one {which}")
