"""Mutation testing: which seeded mutants of a file its unit tests kill.

`python -m cropsmith.evals.lab.mutation [FILE...] --seed 0 --sample 40`, in the root of a checkout.
Mutants are cosmic-ray's. Each is loaded in place of the file by a fork of this process, whose
libraries are imported once: cosmic-ray's own runner would pay those imports for every mutant. The
file itself is never written to.
"""

import argparse
import ast
import contextlib
import importlib
import importlib.machinery
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

MINDS = "tests/agents/minds"
MEASURED = {
    "tools/metadata/exif.py": ("tests/tools/metadata/test_exif.py",),
    "tools/metadata/metadata.py": ("tests/tools/metadata/test_metadata.py",),
    "agents/nodes/decision.py": ("tests/agents/nodes/test_decision.py",),
    "agents/minds/builtin.py": (f"{MINDS}/test_builtin.py",),
    "agents/minds/argued/mind.py": (f"{MINDS}/argued",),
    "agents/minds/argued/parse.py": (f"{MINDS}/argued",),
    "agents/minds/by_example/mind.py": (
        f"{MINDS}/by_example/test_decision.py",
        f"{MINDS}/by_example/test_mind.py",
    ),
    "agents/minds/with_tools/mind.py": (f"{MINDS}/with_tools/test_mind.py",),
}
"""The files measured, and the unit tests of each."""

OURS = ("cropsmith", "tests", "conftest", "__main__", "__mp_main__")
"""Never imported ahead: they may hold the mutant."""
NATIVE = ("onnxruntime", "chromadb", "torch", "google", "grpc")
"""Nor these: they start threads, which a fork loses."""

OPTIONS = "-x -q -p no:cacheprovider --assert=plain --hypothesis-profile=ci".split()
PATIENCE = 10
"""A mutant may take this many times as long as the file itself, plus as many seconds."""


@dataclass(frozen=True)
class Mutant:
    """One change of a file."""

    line: int
    operator: str
    code: str

    def told(self, source: str) -> str:
        """Return the changed line beside the original."""
        pairs = zip(source.splitlines(), self.code.splitlines(), strict=False)
        old, new = next(((a.strip(), b.strip()) for a, b in pairs if a != b), ("", ""))
        return f"  line {self.line}, {self.operator}: {old}  ->  {new}"


def mutants(source: str, seed: int, sample: int) -> list[Mutant]:
    """Draw one mutant for each place that has any, and of these a sample.

    Annotations are left out, as is what does not compile: anything would kill it.
    """
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    spans = _annotations(source)
    nodes = list(ast_nodes(get_ast(source)))
    places: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for name in sorted(operator_names()):
        if get_operator(name).arguments():
            continue
        operator = get_operator(name)()
        found = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for number, place in enumerate(found):
            if not any(start <= place < end for start, end in spans):
                places.setdefault(place, []).append((name, number))
    chance = random.Random(seed)
    drawn = []
    for place, choices in sorted(places.items()):
        name, number = chance.choice(choices)
        code = mutate_code(source, get_operator(name)(), number)
        with contextlib.suppress(SyntaxError):
            compile(code, "mutant", "exec")
            drawn.append(Mutant(line=place[0], operator=name.removeprefix("core/"), code=code))
    return sorted(chance.sample(drawn, min(sample, len(drawn))), key=lambda mutant: mutant.line)


def _annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    notes = [
        note
        for node in ast.walk(ast.parse(source))
        for note in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if isinstance(note, ast.expr)
    ]
    return [
        ((n.lineno, n.col_offset), (n.end_lineno or n.lineno, n.end_col_offset or n.col_offset))
        for n in notes
    ]


def passes(file: Path, code: str, tests: tuple[str, ...], limit: int, report: Path | None) -> bool:
    """Tell whether the tests pass in a fork where the file holds this code.

    The fork reports the names of the modules that the tests imported.
    """
    pid = os.fork()
    if not pid:
        status = 1
        try:
            signal.alarm(limit)
            os.environ["CROPSMITH_SANDBOX"] = "off"  # workers would import the file as it is
            _replace(file, code)
            silence = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2) if report is None else (0, 1):
                os.dup2(silence, number)
            import pytest

            status = int(pytest.main([*OPTIONS, *tests]))
            if report is not None:
                report.write_text("\n".join(sys.modules), "utf-8")
        finally:
            # Without destructors: thread pools of the parent do not live in a fork.
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _replace(file: Path, code: str) -> None:
    original = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader: importlib.machinery.SourceFileLoader, name: str) -> CodeType | None:
        if Path(loader.path).resolve() == file:
            return compile(code, str(file), "exec")
        return original(loader, name)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]


def measure(name: str, tests: tuple[str, ...], seed: int, sample: int) -> str:
    """Return the file's row: killed, drawn, share; survivors are printed as they are found."""
    file, source = Path(name).resolve(), Path(name).read_text("utf-8")
    imported = Path(f".mutation-{os.getpid()}")
    try:
        if not passes(file, source, tests, 600, imported):
            raise SystemExit(f"The tests of {name} fail without any mutant.")
        for module in imported.read_text("utf-8").splitlines():
            if not module.startswith((*OURS, *NATIVE)):
                with contextlib.suppress(Exception):  # only to be faster
                    importlib.import_module(module)
    finally:
        imported.unlink(missing_ok=True)
    start = time.monotonic()
    if not passes(file, source, tests, 600, None):
        raise SystemExit(f"The tests of {name} fail in a fork of a warm process.")
    limit = PATIENCE + int(PATIENCE * (time.monotonic() - start))
    drawn = mutants(source, seed, sample)
    killed = 0
    for each in drawn:
        if passes(file, each.code, tests, limit, None):
            print(each.told(source), flush=True)
        else:
            killed += 1
    return f"| `{name}` | {killed} | {len(drawn)} | {killed / len(drawn):.0%} |"


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("files", nargs="*", metavar="FILE", help="those measured; all, if none")
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--sample", type=int, default=40, help="mutants a file, at most")
    given = words.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in given.files or MEASURED:
        print(measure(name, MEASURED[name], given.seed, given.sample), flush=True)


if __name__ == "__main__":
    main()
