"""Makes docs/files.md, a line for every file, and the table of rooms in docs/architecture.md.

The lines are the files' own: the first of their docstring or heading.

python tests/file_list.py           check that both are up to date
python tests/file_list.py --write   bring them up to date
"""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "docs" / "files.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
START, END = "<!-- rooms -->\n", "<!-- end -->"
FOLDERS = ["cropsmith", "agents", "prompts", "tools", "vectorstore", "evals", "docs"]
OTHERS = {
    "Makefile": "the commands: demo, test, check, integration, bench, mutants",
    "pyproject.toml": "dependencies, extras, packaging, lint and type settings",
    "constraints-cpu.txt": "torch and torchvision versions that go together on a CPU",
    "langgraph.json": "the graph for LangGraph Studio and the LangGraph server",
    "CHANGELOG.md": "what a user notices, version by version",
    "CONTRIBUTING.md": "how to work here",
    ".ci/run": "what a change must pass",
    ".ci/servers": "installs the vLLM server and the browser that integration tests drive",
    ".ci/vllm_cpu": "a vLLM server that runs on a CPU, in an environment of its own",
    ".ci/fix_torchvision_cpu.py": "makes a torchvision for CUDA importable there",
    "tests/file_list.py": "makes this list",
    "tests/settings_page.py": "makes docs/settings.md",
    "tests/prompts_page.py": "makes docs/prompts.md",
    "tests/rooms.txt": "the rooms floor by floor: who may import whom",
    "tests/": "mirrors the modules; tests/integration/ drives real servers, models and a browser",
}
KINDS = {
    ".toml": "data", ".json": "data", ".jsonl": "data", ".npz": "weights", ".onnx": "weights",
    ".html": "page", ".css": "style", ".js": "script", ".jpg": "picture",
    ".typed": "marks the package as typed",
}  # fmt: skip
HEAD = """# Files

Every file that ships, room by room. Made by `python tests/file_list.py --write`; after a merge
conflict in here, run it again.
"""


def about(path: Path) -> str:
    """Return one line about a file."""
    if path.suffix == ".py":
        doc = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        line = doc.split("\n\n")[0].replace("\n", " ")
    elif path.suffix == ".md":
        lines = [one.strip() for one in path.read_text("utf-8").splitlines() if one.strip()]
        line = lines[0].lstrip("# ") if lines else ""
    else:
        line = KINDS.get(path.suffix, "data")
    return line if len(line) <= 120 else line[:117].rsplit(" ", 1)[0] + " ..."


def section(title: str, intro: str, rows: dict[str, str]) -> str:
    """Return one room: its heading, its sentence, one aligned line a file."""
    wide = max(map(len, rows), default=0) + 2
    lines = [f"{name:<{wide}}{line}".rstrip() for name, line in rows.items()]
    parts = [intro, "\n".join(["```", *lines, "```"]) if lines else ""]
    return "\n\n".join([f"\n## {title}", *filter(None, parts)]) + "\n"


def listing() -> str:
    """Return the page."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *FOLDERS]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = {ROOT / line for line in found.stdout.splitlines()} - {LIST}
    rooms: dict[Path, list[Path]] = {}
    for path in sorted(p for p in paths if p.is_file()):
        rooms.setdefault(path.parent, []).append(path)
    page = HEAD
    for room in sorted(rooms, key=lambda r: (FOLDERS.index(r.relative_to(ROOT).parts[0]), r)):
        inside = {p.name: about(p) for p in rooms[room] if p.name != "__init__.py"}
        door = room / "__init__.py"
        intro = about(door) if door in rooms[room] else ""
        page += section(f"{room.relative_to(ROOT)}/", intro, inside)
    others = {path: line for path, line in OTHERS.items() if (ROOT / path).exists()}
    return page + section("Beside them", "", others)


def rooms() -> str:
    """Return the table of rooms, the highest floor first."""
    lines = (ROOT / "tests" / "rooms.txt").read_text("utf-8").splitlines()
    floors = [line.split() for line in lines if not line.startswith("#")]
    rows = ["| floor | room | what for |", "|---|---|---|"]
    for number, names in reversed(list(enumerate(floors))):
        rows += [f"| {number} | {row(name)} |" for name in names]
    return "\n".join(rows) + "\n"


def row(room: str) -> str:
    """Return where a room lies, and its own sentence."""
    if room == "base":
        files = "`cropsmith/errors.py`, `cropsmith/plugins.py`, `cropsmith/settings.py`"
        return f"{files} | Errors, doors for other packages, and where settings are found."
    folder = room.replace(".", "/")
    folder = folder if (ROOT / folder).is_dir() else f"cropsmith/{folder}"
    return f"`{folder}` | {about(ROOT / folder / '__init__.py')}"


def pages() -> dict[Path, str]:
    """Return the pages as they ought to be."""
    text = ARCHITECTURE.read_text("utf-8")
    head, _, rest = text.partition(START)
    table = f"{head}{START}{rooms()}{END}{rest.partition(END)[2]}"
    return {LIST: listing(), ARCHITECTURE: table}


def main() -> None:
    """Check or write."""
    for page, fresh in pages().items():
        if "--write" in sys.argv:
            page.write_text(fresh, "utf-8")
        elif not page.exists() or page.read_text("utf-8") != fresh:
            sys.exit(f"{page.name} is out of date: run python tests/file_list.py --write")


if __name__ == "__main__":
    main()
