"""Whatever a person can do ends in one sentence and an exit code, and never in a traceback."""

import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cropsmith.tools.photographer.taste import Judged, Notebook

Command = Callable[..., Any]

VALUES = [
    ("crop PHOTO -n 500", "-n must be 1 to 20, not 500."),
    ("crop PHOTO -n 0", "-n must be 1 to 20, not 0."),
    ("crop PHOTO -n many", "-n: input should be"),
    ("crop", "is missing. Give --help for what goes where."),
    ("train clipcrop PHOTO", "--out is missing"),
    ("crop PHOTO --margin -1", "--margin must be a number from 0 to 1, not -1.0."),
    ("crop PHOTO --margin nan", "--margin must be a number from 0 to 1, not nan."),
    ("crop PHOTO --ratio 0:5", "is not a ratio"),
    ("crop PHOTO --ratio ''", "is not a shape"),
    ("crop PHOTO --size 0x0", "--size must be WIDTHxHEIGHT in pixels"),
    ("crop PHOTO --min-size big", "--min-size must be"),
    ("crop PHOTO --subject ''", "--subject must be words"),
    ("crop PHOTO --keep-out 1,2,3", "--keep-out must be a box"),
    ("crop PHOTO --subject-box 0,0,5,5", "--subject-box must be a box"),
    ("crop PHOTO --subject-mask nothing.png", "nothing.png"),
    ("crop PHOTO --subject-photo nothing.png", "nothing.png"),
    ("crop PHOTO --never-cut hats", "--never-cut must be faces"),
    ("crop PHOTO --copy-space up", "--copy-space must be left"),
    ("crop PHOTO --tightness silly", "--tightness must be"),
    ("crop PHOTO --effort silly", "--effort"),
    ("crop PHOTO --timeout -1", "--timeout must be a number above 0, not -1.0."),
    ("crop PHOTO --timeout inf", "--timeout must be a number above 0, not inf."),
    ("crop PHOTO --temperature 9", "--temperature must be"),
    ("crop PHOTO --seed -1", "--seed must be"),
    ("crop PHOTO --max-calls -1", "--max-calls must be"),
    ("crop PHOTO --max-cost nan", "--max-cost must be"),
    ("crop PHOTO --detector /etc", "--detector must be owlvit"),
    ("crop PHOTO --detector silly", "--detector must be owlvit"),
    ("crop PHOTO --clip silly", "clip"),
    ("crop PHOTO --scorer-server silly", "--scorer-server must be an address"),
    ("crop PHOTO --server http://:x", "--server must be an address"),
    ("crop PHOTO --recipe silly", "no recipe 'silly'"),
    ("crop PHOTO --set Z=1", "no 'Z'"),
    ("crop PHOTO --model silly", "'silly' is not a model"),
    ("crop PHOTO --index silly", "no index"),
    ("crop PHOTO --index 'a b'", "not a name for an index"),
    ("crop PHOTO --jobs -3", "--jobs"),
    ("crop PHOTO --format silly", "'silly' is not a format"),
    ("crop PHOTO -o out.silly", "'silly' is not a format"),
    ("crop PHOTO --silly", "--silly"),
    ("crop nothing.jpg", "There is no file nothing.jpg."),
    ("crop nothing-*.jpg", "No file matches"),
    ("crop /", "is a folder"),
    ("silly", "silly"),
    ("trace show silly", "silly"),
    ("trace list --status silly", "'silly' is not a status"),
    ("trace list -n 0", "-n"),
    ("trace gc --older-than soon", "soon"),
    ("trace gc --max-size much", "much"),
    ("index search PHOTO --name silly", "no index"),
    ("index build nowhere", "nowhere"),
    ("index add PHOTO --box 1,2", "--box must be a box"),
    ("index build . --store silly", "no store 'silly'"),
    ("weights fetch silly", "no weights named 'silly'"),
    ("models probe silly", "'silly' is not a model"),
    ("models serve x --port 99999", "--port"),
    ("studio --port 99999", "--port"),
    ("studio --max-upload much", "much"),
    ("studio silly", "There is no file or folder silly."),
    ("studio PHOTO nothing.jpg", "There is no file nothing.jpg."),
    ("crop PHOTO --straighten auto --lossless", "A lossless crop cannot be straightened"),
    ("trace resume --reject --choose 1", "decided or rejected, not both"),
    ("eval run nothing.toml", "nothing.toml"),
]
"""What is typed, and a part of the answer."""


@pytest.mark.parametrize(("typed", "told"), VALUES, ids=lambda one: one[:40])
def test_a_value_that_cannot_be_is_refused_before_work_begins(
    command: Command, photo: Path, monkeypatch: pytest.MonkeyPatch, typed: str, told: str
) -> None:
    monkeypatch.chdir(photo.parent)
    monkeypatch.setenv("CROPSMITH_DEBUG", "0")
    done = command(*shlex.split(typed.replace("PHOTO", photo.name)))
    assert done.code in (2, 3), done.err
    assert told in done.err
    assert "Traceback" not in done.err and "fault of cropsmith" not in done.err
    assert "wrote" not in done.out and list(photo.parent.iterdir()) == [photo]


JUNK = b"\x00\xfb junk, no state of ours " * 40
STATE = [
    ("config.toml", "crop PHOTO --dry-run", 2, "config.toml cannot be read"),
    ("taste.json", "crop PHOTO --dry-run", 0, "set aside as"),
    ("taste.json", "taste show", 2, "cannot be read"),
    ("traces.sqlite", "crop PHOTO --dry-run", 0, "cannot be used"),
    ("traces.sqlite", "trace list", 2, "cannot be used"),
    ("checkpoints.sqlite", "crop PHOTO --approve --dry-run", 2, "cannot be used"),
    ("indexes/default/index.json", "crop PHOTO --dry-run --index default", 2, "damaged"),
    ("recipes/mine.toml", "crop PHOTO --recipe mine", 2, "cannot be read"),
    ("prices.toml", "crop PHOTO --dry-run", 0, ""),
    ("conventions.json", "crop PHOTO --model vllm/qwen3-vl-8b", 2, "cannot be read"),
]
"""A file of the home folder that holds junk, what is typed, its exit code, a part of the answer."""


@pytest.mark.parametrize(("file", "typed", "code", "told"), STATE)
def test_a_corrupt_file_of_state_is_told_of(
    command: Command, photo: Path, home: Path, file: str, typed: str, code: int, told: str
) -> None:
    (home / file).parent.mkdir(parents=True, exist_ok=True)
    (home / file).write_bytes(JUNK)
    done = command(*shlex.split(typed.replace("PHOTO", str(photo))))
    assert done.code == code, done.err
    assert told in done.out + done.err
    assert "Traceback" not in done.err and "fault of cropsmith" not in done.err


def test_notes_on_taste_that_were_set_aside_are_begun_afresh(
    command: Command, photo: Path, home: Path
) -> None:
    (home / "taste.json").write_bytes(JUNK)
    command("crop", photo, "square", "--dry-run")
    assert (home / "taste.json.unreadable").read_bytes() == JUNK
    Notebook().note([Judged(traits=(0.0,) * 7, score=0.5, accepted=True)])
    assert "set aside" not in command("crop", photo, "square", "--dry-run").out


@pytest.mark.parametrize("kind", ["a file", "a place where nothing can be made"])
@pytest.mark.parametrize(
    "typed",
    [
        "crop PHOTO --dry-run", "crop PHOTO --dry-run --approve", "trace list", "trace show",
        "taste show", "taste reset", "index info", "index add PHOTO --box 0,0,1,1", "doctor",
        "weights list", "crop PHOTO --dry-run --subject-photo PHOTO",
    ],
)  # fmt: skip
def test_a_home_that_cannot_be_used(
    command: Command,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    typed: str,
) -> None:
    place = tmp_path / "home"
    if kind == "a file":
        place.write_text("not a folder")
    else:
        place = Path("/proc/nowhere") if Path("/proc/self").exists() else Path("/dev/null/home")
    monkeypatch.setenv("CROPSMITH_HOME", str(place))
    done = command(*shlex.split(typed.replace("PHOTO", str(photo))))
    assert done.code in (0, 1, 2), done.err
    assert "Traceback" not in done.err and "fault of cropsmith" not in done.err
    if done.code:
        assert str(place) in done.err


def run(line: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line in a shell, where CROPSMITH is the command."""
    start = f"{shlex.quote(sys.executable)} -P -m cropsmith.commands.main"
    line = line.replace("CROPSMITH ", f"{start} ")
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, env={**os.environ, **more}
    )


needs_a_shell = pytest.mark.skipif(os.name == "nt", reason="these are of a POSIX shell")


@needs_a_shell
@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("CROPSMITH --help > /dev/full", 1, "the disk is full"),
        ("CROPSMITH trace list > /dev/full", 1, "the disk is full"),
        ("CROPSMITH trace export --schema | true; exit ${PIPESTATUS[0]}", None, ""),
        ("CROPSMITH trace list >&-", 0, ""),
        ("CROPSMITH trace show silly 2>&-", 2, ""),
        ("CROPSMITH crop - square <&-", 2, "standard input"),
        ("CROPSMITH trace show silly 2> /dev/full", 2, ""),
    ],
)
def test_output_that_is_closed_or_full(line: str, code: int | None, told: str) -> None:
    done = run(line)
    assert done.returncode == code or (code is None and done.returncode in (0, 141))
    assert told in done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


@needs_a_shell
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_console_that_lacks_signs_shows_their_escapes(
    photo: Path, tmp_path: Path, encoding: str
) -> None:
    name = tmp_path / "фото → 1.jpg"
    name.write_bytes(photo.read_bytes())
    done = run(
        f"CROPSMITH crop {shlex.quote(str(name))} square --dry-run", PYTHONIOENCODING=encoding
    )
    assert done.returncode == 0, done.stderr
    assert r"\u0444\u043e\u0442\u043e \u2192 1.jpg" in done.stdout


@needs_a_shell
def test_an_interrupt_ends_with_130_and_one_word(photo: Path, home: Path) -> None:
    start = [sys.executable, "-P", "-m", "cropsmith.commands.main"]
    copies = [photo.with_name(f"{n}.jpg") for n in range(60)]
    for copy in copies:
        copy.write_bytes(photo.read_bytes())
    process = subprocess.Popen(
        [*start, "crop", *map(str, copies), "--jobs", "1", "--dry-run", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        # What starts the tests in the background has interrupts ignored, and so would this.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()  # the first photo is done
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told == "cropsmith: stopped.\n"


def test_debug_shows_where(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROPSMITH_DEBUG", "1")
    done = command("crop", "nothing.jpg")
    assert done.code == 2 and "Traceback" in done.err
    assert done.err.splitlines()[-1].startswith("cropsmith: There is no file nothing.jpg.")


def test_a_fault_of_our_own_is_named_as_such(
    command: Command, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise sqlite3.InterfaceError("what nobody thought of")

    monkeypatch.setattr("cropsmith.commands.cropping.crop_all", broken)
    done = command("crop", photo)
    assert done.code == 70
    assert done.err.startswith("cropsmith: a fault of cropsmith itself, InterfaceError: what")
    assert "CROPSMITH_DEBUG=1" in done.err and "Traceback" not in done.err


def test_the_version_is_said(command: Command) -> None:
    done = command("--version")
    assert done.code == 0 and re.fullmatch(r"cropsmith \d+\.\d+\.\d+\S*\n", done.out)


@needs_a_shell
@pytest.mark.parametrize(
    ("words", "number", "told"),
    [("cropsmith cr", 1, "crop"), ("cropsmith crop --effort q", 3, "quick")],
)
def test_the_shell_completes(words: str, number: int, told: str) -> None:
    done = run(
        "CROPSMITH --silly", _CROPSMITH_COMPLETE="complete_bash", COMP_WORDS=words,
        COMP_CWORD=str(number),
    )  # fmt: skip
    assert done.stdout.split() == [told], done.stderr
