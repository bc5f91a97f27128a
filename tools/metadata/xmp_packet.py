"""XMP packets read as XML without entities or document types, and edited where they stand.

Expat reads the packet once and says where each tag begins; edits replace bytes of the packet, so
that all else stays as it was written (XMP specification part 1, ISO 16684-1).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

MOST_BYTES = 16 * 2**20
MOST_NODES = 200_000
MOST_DEPTH = 100
"""Beyond these a packet is not read; real ones have a few hundred nodes, twelve deep."""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

Name = tuple[str, str]
"""Namespace and local name."""

_ATTRIBUTE = re.compile(rb"\s+([^\s=\"'/>]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
"""At a place within a start tag that expat has read: it cannot go back."""


class BrokenXmp(ValueError):
    """The packet is no XML, or has what no packet needs."""


@dataclass
class Attribute:
    """One attribute; `start` to `end` is where it stands, with the space before it."""

    name: Name
    value: str
    start: int
    end: int
    value_start: int


@dataclass
class Node:
    """An element; `start` to `end` is where it stands, tags included."""

    name: Name
    attributes: list[Attribute]
    start: int
    inner: int
    """Where its content begins."""
    parent: "Node | None" = field(repr=False)
    end: int = 0
    inner_end: int = 0
    children: list["Node"] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands directly in it."""
        return "".join(self.words).strip()

    def child(self, name: Name) -> "Node | None":
        """Return the first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def attribute(self, name: Name) -> Attribute | None:
        """Return the attribute of a name."""
        return next((found for found in self.attributes if found.name == name), None)

    def walk(self) -> Iterator["Node"]:
        """Yield the node and all below it, in the order of the packet."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


Field = Node | Attribute
"""A property of a structure, in either of the ways that XMP writes simple values."""


class Packet:
    """A packet that was read, and the edits to make in it."""

    def __init__(self, packet: bytes) -> None:
        """BrokenXmp when it cannot be read."""
        self.data = _as_utf8(packet)
        self.root = _read(self.data)
        self._edits: dict[tuple[int, int], bytes] = {}

    def descriptions(self) -> list[Node]:
        """Return the elements whose attributes and children are the top properties."""
        top = self._rdf()
        if top is None:
            return []
        return [node for node in top.children if node.name == (RDF, "Description")]

    def _rdf(self) -> Node | None:
        return self.root if self.root.name == (RDF, "RDF") else self.root.child((RDF, "RDF"))

    def properties(self) -> Iterator[Field]:
        """Yield the top properties; RDF's own and the language are none."""
        for description in self.descriptions():
            for attribute in description.attributes:
                if attribute.name[0] not in (RDF, "http://www.w3.org/XML/1998/namespace"):
                    yield attribute
            yield from description.children

    def named(self, name: Name) -> list[Field]:
        """Return the top properties of a name: one at most in a packet as it should be."""
        return [found for found in self.properties() if found.name == name]

    def remove(self, found: Field) -> None:
        """Take a property, or any other element or attribute, out."""
        self._edits[found.start, found.end] = b""

    def write(self, found: Field, value: str) -> None:
        """Give a simple property, or any attribute or element of text, another value."""
        if isinstance(found, Attribute):
            self._edits[found.value_start, found.end] = quoteattr(value).encode()
        elif found.inner_end > found.inner:
            self._edits[found.inner, found.inner_end] = escape(value).encode()

    def replace(self, found: Field, markup: bytes) -> None:
        """Put markup in the place of an element."""
        self._edits[found.start, found.end] = markup

    def with_description(self, markup: bytes) -> bytes:
        """Return the packet with all edits and one more description. BrokenXmp without RDF."""
        top = self._rdf()
        if top is None or top.inner_end <= top.inner:
            raise BrokenXmp("it has no properties")
        self._edits[top.inner_end, top.inner_end] = markup + b"\n"
        return self.written()

    @property
    def changed(self) -> bool:
        """Tell whether there are edits."""
        return bool(self._edits)

    def written(self) -> bytes:
        """Return the packet with all edits; an edit within what was removed counts for nothing."""
        kept, place = [], 0
        for (start, end), markup in sorted(self._edits.items(), key=lambda e: (e[0][0], -e[0][1])):
            if start < place:
                continue
            kept += [self.data[place:start], markup]
            place = end
        return b"".join([*kept, self.data[place:]])


def value_of(found: Field | None) -> str | None:
    """Return the text of a simple property; None where there is none."""
    if found is None:
        return None
    return found.value if isinstance(found, Attribute) else found.text


def number_of(found: Field | None) -> float | None:
    """Return the number that a simple property says; None where it says none.

    Fractions ("1/3") are numbers in XMP.
    """
    text = (value_of(found) or "").strip()
    above, slash, below = text.partition("/")
    try:
        number = float(above) / float(below) if slash else float(text)
    except (ValueError, ZeroDivisionError):
        return None
    return number if abs(number) < 1e12 else None


def fields_of(node: Node) -> Mapping[Name, Field]:
    """Return the fields of a structure: attributes and elements, those of rdf:Description too."""
    found: dict[Name, Field] = {}
    homes = [node, *(child for child in node.children if child.name == (RDF, "Description"))]
    for home in homes:
        found |= {attribute.name: attribute for attribute in home.attributes}
        found |= {child.name: child for child in home.children}
    return found


def items_of(node: Node) -> list[Node]:
    """Return the items of an array: of rdf:Bag, rdf:Seq or rdf:Alt."""
    array = next((child for child in node.children if child.name[0] == RDF), None)
    if array is None or array.name[1] not in ("Bag", "Seq", "Alt"):
        return []
    return [child for child in array.children if child.name == (RDF, "li")]


def _as_utf8(packet: bytes) -> bytes:
    if len(packet) > MOST_BYTES:
        raise BrokenXmp("it is too large")
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if packet.startswith(mark):
            try:
                return packet[2:].decode(encoding).rstrip("\0").encode()
            except UnicodeError as error:
                raise BrokenXmp("it is not in Unicode") from error
    return packet.removeprefix(b"\xef\xbb\xbf").strip(b"\0 \t\r\n")


def _read(data: bytes) -> Node:
    """Build the tree of a packet, in time linear in its bytes."""
    parser = expat.ParserCreate("UTF-8", " ")
    parser.ordered_attributes = True
    parser.buffer_text = True
    roots: list[Node] = []
    stack: list[Node] = []
    count = 0

    def begin(name: str, pairs: list[str]) -> None:
        nonlocal count
        count += 1 + len(pairs) // 2
        if count > MOST_NODES or len(stack) >= MOST_DEPTH:
            raise BrokenXmp("it is too large")
        start = parser.CurrentByteIndex
        attributes, inner = _attributes(data, start, pairs)
        node = Node(_split(name), attributes, start, inner, stack[-1] if stack else None)
        (stack[-1].children if stack else roots).append(node)
        stack.append(node)

    def end(name: str) -> None:
        node = stack.pop()
        if data[node.inner - 2 : node.inner] == b"/>":
            node.inner_end = node.end = node.inner
        else:
            node.inner_end = parser.CurrentByteIndex
            node.end = data.index(b">", node.inner_end) + 1

    def words(text: str) -> None:
        if stack:
            stack[-1].words.append(text)

    def refuse(*_: object) -> None:
        raise BrokenXmp("it has a document type")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = words, refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise error if isinstance(error, BrokenXmp) else BrokenXmp("it is no XML") from error
    return roots[0]


def _attributes(data: bytes, start: int, pairs: list[str]) -> tuple[list[Attribute], int]:
    """Find the attributes of a start tag, and where the tag ends."""
    place = start + 1
    while data[place : place + 1] not in (b" ", b"\t", b"\r", b"\n", b"/", b">"):
        place += 1
    found, names = [], iter(range(0, len(pairs), 2))
    while match := _ATTRIBUTE.match(data, place):
        if not (match[1] == b"xmlns" or match[1].startswith(b"xmlns:")):
            number = next(names)
            name, value = _split(pairs[number]), pairs[number + 1]
            found.append(Attribute(name, value, match.start(), match.end(), match.start(2)))
        place = match.end()
    return found, data.index(b">", place) + 1


def _split(name: str) -> Name:
    space, _, local = name.rpartition(" ")
    return space, local
