"""The README's list of files, made from the first line of each file's docstring or heading.

python tests/file_list.py           check that README.md is up to date
python tests/file_list.py --write   bring it up to date
"""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START, END = "<!-- files -->", "<!-- /files -->"
FOLDERS = ["cropsmith", "agents", "prompts", "tools", "vectorstore", "evals", "docs"]
OTHERS = {
    "Makefile": "the commands: demo, test, check, integration, bench",
    "pyproject.toml": "dependencies, extras, packaging, lint and type settings",
    "constraints-cpu.txt": "torch and torchvision versions that go together on a CPU",
    "langgraph.json": "the graph for LangGraph Studio and the LangGraph server",
    ".ci/run": "what a change must pass",
    ".ci/servers": "installs the vLLM server and the browser that integration tests drive",
    "tests/file_list.py": "this list",
    "tests/": "mirrors the modules; tests/integration/ drives real servers, models and a browser",
}


def about(path: Path) -> str:
    """Return one line about a file."""
    if path.suffix == ".py":
        doc = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        line = doc.split("\n\n")[0].replace("\n", " ")
    elif path.suffix == ".md":
        lines = [one.strip() for one in path.read_text("utf-8").splitlines() if one.strip()]
        line = lines[0].lstrip("# ") if lines else ""
    else:
        line = {
            ".toml": "data", ".json": "data", ".jsonl": "data", ".npz": "weights",
            ".onnx": "weights", ".html": "page", ".css": "style", ".js": "script",
            ".typed": "marks the package as typed",
        }.get(path.suffix, "data")  # fmt: skip
    return line if len(line) <= 120 else line[:117].rsplit(" ", 1)[0] + " ..."


def listing() -> str:
    """Return the list, one aligned line a file."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *FOLDERS]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [p for p in sorted(set(found.stdout.split("\n"))) if p and (ROOT / p).is_file()]
    rows = {p: about(ROOT / p) for p in paths if (ROOT / p).stat().st_size}
    rows |= {p: line for p, line in OTHERS.items() if (ROOT / p).exists()}
    blocks: dict[str, list[str]] = {}
    for path, line in rows.items():
        folder = path.split("/")[0] if path.split("/")[0] in FOLDERS else "top"
        blocks.setdefault(folder, []).append(f"{path:<44}{line}")
    body = "\n\n".join("\n".join(blocks[name]) for name in [*FOLDERS, "top"] if name in blocks)
    return f"{START}\n```\n{body}\n```\n{END}"


def main() -> None:
    """Check or write."""
    readme = ROOT / "README.md"
    text = readme.read_text("utf-8")
    head, _, rest = text.partition(START)
    fresh = head + listing() + rest.partition(END)[2]
    if "--write" in sys.argv:
        readme.write_text(fresh, "utf-8")
    elif fresh != text:
        sys.exit(
            "README.md does not list the files as they are: run python tests/file_list.py --write"
        )


if __name__ == "__main__":
    main()
