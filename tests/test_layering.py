"""Imports point one way between rooms, and neither rooms nor modules go round in circles.

A room is a folder with an `__init__.py`; its files may import each other. Imports inside functions
count as well.
"""

import ast
from collections.abc import Iterator, Mapping, Set
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ["agents", "cropsmith", "evals", "prompts", "tools", "vectorstore"]
BASE = ["errors", "plugins", "settings"]  # of the face; everything may import them: a room

FLOORS = [
    line.split()
    for line in (ROOT / "tests" / "rooms.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def name_of(path: Path) -> str:
    """Return a module's dotted name without the leading "cropsmith."; "cropsmith" for the face."""
    parts = [*path.parent.relative_to(ROOT).parts, path.stem]
    parts = parts[1:] if parts[0] == "cropsmith" else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "cropsmith"


FILES = {name_of(p): p for top in FOLDERS for p in sorted((ROOT / top).rglob("*.py"))}
ROOMS = {name for name, path in FILES.items() if path.stem == "__init__"} | {"base"}


def room_of(module: str) -> str:
    """Return the room that a module stands in."""
    if module in BASE:
        return "base"
    return module if module in ROOMS else module.rpartition(".")[0] or "cropsmith"


def imported(source: str) -> Iterator[str]:
    """Yield the name of each of our modules that `source` imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            package, _, rest = name.partition(".")
            if package == "cropsmith":
                # `from a.b import c`: c is a module, or a name inside the module b.
                parent = rest.rpartition(".")[0]
                yield rest if rest in FILES else parent if parent in FILES else "cropsmith"


ARROWS = {
    (name, other)
    for name, path in FILES.items()
    for other in imported(path.read_text("utf-8"))
    if other != name
}


def up(arrows: Set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the arrows that leave a room for one that is not on a lower floor."""
    rooms = {arrow: (room_of(arrow[0]), room_of(arrow[1])) for arrow in arrows}
    return {
        arrow
        for arrow, (one, other) in rooms.items()
        if one != other and FLOOR[other] >= FLOOR[one]
    }


def circles(arrows: Set[tuple[str, str]]) -> set[frozenset[str]]:
    """Return the sets of modules that reach each other."""
    below: dict[str, set[str]] = {}
    for name, other in arrows:
        below.setdefault(name, set()).add(other)
    reached = {name: reach(name, below) for name in below}
    return {
        frozenset(other for other in reached[name] if name in reached.get(other, ()))
        for name in below
        if name in reached[name]
    }


def reach(start: str, below: Mapping[str, Set[str]]) -> set[str]:
    """Return all that is imported by `start`, at any remove."""
    found: set[str] = set()
    ahead = [start]
    while ahead:
        new = below.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return found


def test_every_room_has_its_floor() -> None:
    assert sorted(room for rooms in FLOORS for room in rooms) == sorted(ROOMS)


def test_arrows_between_rooms_point_down() -> None:
    assert up(ARROWS) == set()


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circles(ARROWS) == set()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("tools.vision.faces", "from cropsmith.agents.graph import compiled_graph"),
        ("tools.vision.faces", "from cropsmith.agents import backends"),
        ("tools.vision.faces", "from cropsmith.tools.images.photo import open_photo"),
        ("tools.schema.ratio", "from cropsmith import evals"),
        ("agents.backends.model", "def f():\n    from cropsmith.agents.graph import x"),
        ("agents.nodes.render", "import cropsmith.agents.runs.run"),
        ("evals.records", "import cropsmith"),
        ("errors", "from cropsmith.api import crop"),
        ("studio.app", "from cropsmith.commands.main import main"),
    ],
)
def test_an_arrow_that_does_not_point_down_is_seen(module: str, source: str) -> None:
    assert len(up({(module, other) for other in imported(source)})) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("agents.graph", "from cropsmith.agents import nodes"),
        ("agents.graph", "from cropsmith.agents.nodes.render import render"),
        ("tools.vision.faces", "from cropsmith.tools.vision.text import find_text"),
        ("tools.vision.faces", "from cropsmith.settings import home"),
        ("api", "from cropsmith.errors import CropsmithError"),
        ("commands.main", "from cropsmith import crop"),
        ("prompts", "import json"),
    ],
)
def test_an_arrow_inside_a_room_or_down_passes(module: str, source: str) -> None:
    assert up({(module, other) for other in imported(source)}) == set()


def test_a_circle_is_seen() -> None:
    round_about = {("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("x", "y"), ("y", "x")}
    assert circles(round_about) == {frozenset("abc"), frozenset("xy")}
    assert circles({("a", "b"), ("b", "c"), ("a", "c")}) == set()
