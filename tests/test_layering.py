"""Imports point one way: a folder imports itself and the folders left of it in ORDER."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BASE = ["errors", "settings"]  # modules of the face that everything may import
ORDER = [
    *BASE,
    "prompts",
    "vectorstore",
    "tools",
    "agents.backends",
    "agents",
    "evals",
    "cropsmith",
]
FILES = [p for name in ORDER if "." not in name for p in sorted((ROOT / name).rglob("*.py"))]
BASE_FILES = [ROOT / "cropsmith" / f"{name}.py" for name in BASE]


def layer(module: str) -> str:
    """Return the longest name in ORDER that `module` starts with; the rest is the face."""
    found = [name for name in ORDER if f"{module}.".startswith(f"{name}.")]
    return max(found, key=len, default="cropsmith")


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and module, without its leading "cropsmith.", of each import of our own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
        else:
            continue
        for line, name in names:
            package, _, rest = name.partition(".")
            if package == "cropsmith":
                yield line, rest


def upward(source: str, folder: str) -> list[str]:
    """Return one line for each import in `source` that points to a later folder."""
    here = layer(folder)
    return [
        f"line {line}: {here} imports {layer(module)}"
        for line, module in imported(ast.parse(source))
        if ORDER.index(layer(module)) > ORDER.index(here)
    ]


@pytest.mark.parametrize("path", BASE_FILES, ids=lambda p: p.stem)
def test_the_base_imports_only_the_base(path: Path) -> None:
    assert upward(path.read_text("utf-8"), path.stem) == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_left(path: Path) -> None:
    folder = ".".join(path.relative_to(ROOT).parent.parts)
    assert upward(path.read_text("utf-8"), folder) == []


@pytest.mark.parametrize(
    ("folder", "source"),
    [
        ("tools", "from cropsmith.agents.graph import run"),
        ("tools", "from cropsmith.agents import backends"),
        ("tools", "from cropsmith import evals"),
        ("tools", "import cropsmith.agents.backends.protocol.backend"),
        ("agents.backends", "def f():\n    from cropsmith.agents.graph import run"),
        ("evals", "import cropsmith"),
    ],
)
def test_an_upward_import_is_seen(folder: str, source: str) -> None:
    assert len(upward(source, folder)) == 1


@pytest.mark.parametrize(
    ("folder", "source"),
    [
        ("agents", "from cropsmith.agents import backends"),
        ("agents.backends", "from cropsmith.agents.backends.protocol.backend import VLM"),
        ("cropsmith", "from cropsmith.evals.metrics import area"),
        ("prompts", "import json"),
    ],
)
def test_a_downward_import_passes(folder: str, source: str) -> None:
    assert upward(source, folder) == []
