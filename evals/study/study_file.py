"""The study file: TOML or YAML -> Study, every complaint with its line."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cropsmith.errors import MissingExtra, UsageError, why
from cropsmith.evals.study.spec import Study
from cropsmith.tools.schema.values import Value

Path_ = tuple[str | int, ...]
Lines = dict[Path_, int]
"""Where each key stands: ("systems", 1, "model") -> line."""

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*(["']?)([A-Za-z0-9_ .\-]+?)\1\s*=""")


class StudyError(UsageError):
    """The study file is not one; names the line."""


def read_study(path: Path) -> Study:
    """Read a study. StudyError with file and line when it is malformed or has unknown keys."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"The study file {path} cannot be read: {why(error)}.") from error
    return parse_study(text, path)


def parse_study(text: str, path: Path) -> Study:
    """Parse the text of a study file; `path` tells the syntax and what paths are relative to."""
    yaml = path.suffix.lower() in (".yaml", ".yml")
    data, lines = _yaml(text, path) if yaml else _toml(text, path)
    try:
        study = Study.model_validate(data)
    except ValidationError as error:
        first, *rest = _causes(error)
        line = _line_of(tuple(first["loc"]), lines)
        others = f" ({len(rest)} more)" if rest else ""
        raise StudyError(f"{path}:{line}: {_sentence(first)}{others}", hint=_hint(first)) from error
    return study.model_copy(update={"text": text, "folder": str(path.resolve().parent)})


def _causes(error: ValidationError) -> Sequence[Mapping[str, Any]]:
    """Return the mistakes without those that follow from one inside, as of a list left empty."""
    found = error.errors()
    return [
        one
        for one in found
        if not any(
            other["loc"][: len(one["loc"])] == one["loc"]
            for other in found
            if len(other["loc"]) > len(one["loc"])
        )
    ]


def _sentence(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"]) or "the study"
    if error["type"] == "extra_forbidden":
        return f"unknown key '{error['loc'][-1]}' in {where.rpartition('.')[0] or 'the study'}."
    if error["type"] == "missing":
        return f"'{where}' is missing."
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {message[0].lower()}{message[1:]}."


def _hint(error: Mapping[str, Any]) -> str:
    if error["type"] != "extra_forbidden":
        return ""
    from difflib import get_close_matches

    known = known_keys(error["loc"][:-1])
    near = get_close_matches(str(error["loc"][-1]), known, n=1)
    return f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(sorted(known))}."


def known_keys(table: Sequence[str | int]) -> list[str]:
    """Return the keys that a table of the study file may have."""
    from cropsmith.agents.backends.calls.prices import Rate
    from cropsmith.evals.datasets.importer import Source
    from cropsmith.evals.study.spec import DatasetSpec, ServeSpec, SystemSpec

    kinds: dict[str, type[Value]] = {
        "systems": SystemSpec,
        "datasets": DatasetSpec,
        "serve": ServeSpec,
        "source": Source,
        "price": Rate,
    }
    named = [part for part in table if isinstance(part, str) and part in kinds]
    hidden = {"text", "folder"}
    table_kind = kinds[named[-1]] if named else Study
    return [name for name in table_kind.model_fields if name not in hidden]


def _line_of(location: Path_, lines: Lines) -> int:
    """Return the line of a key, or of the nearest table around it."""
    for end in range(len(location), -1, -1):
        if location[:end] in lines:
            return lines[location[:end]]
    return 1


def _toml(text: str, path: Path) -> tuple[dict[str, Any], Lines]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found.group(1)) if found else len(text.splitlines())
        message = re.sub(r" \(at .*\)$", "", str(error))
        raise StudyError(f"{path}:{line}: is not TOML ({message}).") from error
    lines: Lines = {}
    counts: dict[str, int] = {}
    table: Path_ = ()
    for number, row in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(row):
            name = header.group(2)
            if header.group(1) == "[[":
                counts[name] = counts.get(name, -1) + 1
            table = tuple(_numbered(name, counts))
            lines.setdefault(table, number)
        elif key := _KEY.match(row):
            lines.setdefault((*table, *key.group(2).split(".")), number)
    return data, lines


def _numbered(name: str, counts: Mapping[str, int]) -> list[str | int]:
    """Return the path of a table's name, with the numbers of the arrays around it."""
    path: list[str | int] = []
    parts = [part.strip().strip("\"'") for part in name.split(".")]
    for index, part in enumerate(parts):
        path.append(part)
        if (known := counts.get(".".join(parts[: index + 1]))) is not None:
            path.append(known)
    return path


def _yaml(text: str, path: Path) -> tuple[dict[str, Any], Lines]:
    try:
        import yaml
    except ImportError as error:
        raise MissingExtra("Reading a YAML study", "eval") from error
    try:
        root = yaml.compose(text, yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or "malformed"
        raise StudyError(f"{path}:{line}: is not YAML ({problem}).") from error
    if not isinstance(data, dict):
        raise StudyError(f"{path}:1: a study needs keys and values.")
    lines: Lines = {}
    _walk(root, (), lines)
    return data, lines


def _walk(node: Any, at: Path_, lines: Lines) -> None:
    lines.setdefault(at, node.start_mark.line + 1)
    if node.id == "mapping":
        for key, value in node.value:
            lines[*at, key.value] = key.start_mark.line + 1
            _walk(value, (*at, key.value), lines)
    elif node.id == "sequence":
        for index, value in enumerate(node.value):
            _walk(value, (*at, index), lines)
