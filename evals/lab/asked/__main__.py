"""Run `python -m cropsmith.evals.lab.asked --data FOLDER [--part PART ...]`.

Measures what is asked of the built-in photographer beside a centre crop, libvips' attention and
smartcrop.py, in one process and on one core, and prints Markdown tables.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from cropsmith.errors import CropsmithError, UsageError
from cropsmith.evals.lab.asked import faces, named, space, without
from cropsmith.evals.lab.asked.answers import ask_several, table_of_answers
from cropsmith.evals.lab.asked.blind import COUNT, draw_pictures, shuffle, write_blind
from cropsmith.evals.lab.asked.cpu import measure_cpu, table_of_cpu
from cropsmith.evals.lab.asked.croppers import OURS
from cropsmith.evals.lab.asked.folder import DataFolder
from cropsmith.evals.lab.asked.measuring import Outcome, measure
from cropsmith.evals.lab.asked.question import Picture
from cropsmith.evals.lab.asked.sheets import asked_in, sample_of, write_sheets
from cropsmith.evals.lab.asked.table import errors, tables

LABELLED = {"named": named.questions, "without": without.questions, "space": space.questions}
PARTS = (*LABELLED, "faces", "answers", "cpu")
FACES = 60
ANSWERS = 40
CPU = 16
SHEETS = 96
"""Requests on contact sheets."""


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--part", action="append", choices=PARTS, help="all, if not given")
    parser.add_argument("--photos", type=int, help="at most so many photos a part")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="for answers.jsonl and sheets")
    parser.add_argument("--sheets", action="store_true", help="contact sheets of what was asked")
    parser.add_argument("--requests", type=Path, help="a sheet of the requests of this file alone")
    parser.add_argument("--blind", action="store_true", help="a blind comparison alone")
    parser.add_argument(
        "--beside", type=Path, metavar="PYTHON", help="for cpu: another cropsmith's"
    )
    given = parser.parse_args(words)
    if (given.sheets or given.blind or given.requests) and not given.out:
        parser.error("--sheets, --requests and --blind need --out")
    return given


def alone() -> TemporaryDirectory[str]:
    """Take a person's settings, weights and taste out of the way, and all cores but one."""
    import cv2
    from threadpoolctl import threadpool_limits

    for name in [name for name in os.environ if name.startswith("CROPSMITH_")]:
        del os.environ[name]
    folder = TemporaryDirectory()
    os.environ |= {"CROPSMITH_HOME": folder.name, "OMP_NUM_THREADS": "1"}
    cv2.setNumThreads(1)
    threadpool_limits(1)
    return folder


def measure_parts(given: argparse.Namespace, data: DataFolder) -> list[Outcome]:
    """Measure the chosen parts, printing each table when it is there."""
    outcomes = []
    for part in given.part or PARTS:
        if part == "cpu":
            pictures = data.labelled(given.photos or CPU)
            print(f"\n{table_of_cpu(measure_cpu(pictures, given.beside, given.seed), given.seed)}")
            continue
        if part == "answers":
            print(f"\n{table_of_answers(ask_several(several(data, given.photos)), given.seed)}")
            continue
        if part == "faces":
            pictures = list(data.with_faces(given.photos or FACES))
            questions = faces.questions(pictures, given.seed)
        else:
            questions = LABELLED[part](data.labelled(given.photos), given.seed)
        found = measure(questions, title=part)
        outcomes += found
        for table in tables(found, given.seed):
            print(f"\n{table}", flush=True)
        for error in errors(found):
            print(f"\n- {error}", flush=True)
    return outcomes


def several(data: DataFolder, most: int | None) -> list[Picture]:
    """Return photos for the question of answers that differ, half labelled and half loose."""
    half = (most or ANSWERS) // 2
    return [*data.loose("grounding/photos", half), *data.loose("photos", half)]


def write_answers(outcomes: Iterable[Outcome], out: Path) -> None:
    """Write a line an answer, to look at what went wrong."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "answers.jsonl").open("w", encoding="utf-8") as file:
        for one in outcomes:
            row = {
                "group": one.question.group,
                "photo": one.question.picture.name,
                "ratio": str(one.question.ratio),
                "text": one.question.text,
                "cropper": one.cropper,
                "box": one.answer.box and one.answer.box.corners,
                "notes": list(one.answer.notes),
                "error": one.answer.error,
                "values": one.values,
            }
            file.write(json.dumps(row) + "\n")


def work(given: argparse.Namespace) -> None:
    """Do what the command line asks."""
    data = DataFolder(given.data, given.seed)
    if given.blind:
        drawn = draw_pictures(data, given.photos or COUNT, given.seed)
        for path in write_blind(shuffle(drawn, given.seed), given.out):
            print(path)
        return
    if given.requests:
        for path in write_sheets(asked_in(given.requests, given.data), given.out, "requests"):
            print(path)
        return
    outcomes = measure_parts(given, data)
    if not given.out:
        return
    write_answers(outcomes, given.out)
    if given.sheets:
        ours = [one for one in outcomes if one.cropper == OURS]
        if not ours:
            raise UsageError("--sheets shows named, without, space and faces: none was asked for.")
        for path in write_sheets(sample_of(ours, SHEETS, given.seed), given.out):
            print(path)


def main() -> int:
    """Run, and say errors in a sentence."""
    given = arguments()
    try:
        with alone():
            work(given)
    except CropsmithError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
