"""Doors for other packages: the example package adds one of each, and broken ones stop nothing."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from cropsmith import acrop, crop, plugins
from cropsmith.agents.backends.providers.scripted import Scripted
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.settings.recipe import load_recipe
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.errors import UsageError
from cropsmith.evals.datasets.registry import recognise
from cropsmith.evals.report.results import tables
from cropsmith.evals.report.writing import opened
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.scorers.table import ScorerTable
from tests.cropsmith.conftest import Command
from tests.stubs.openai_stub import OpenaiStub

EXAMPLE = Path(__file__).parents[1] / "example_package"
POINTS = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
KINDS = {"provider", "family", "scorer", "source", "mind", "dataset", "metric", "system",
         "importer"}  # fmt: skip
CROP = {"x1": 0.1, "y1": 0.02, "x2": 0.7, "y2": 0.9}

Install = Callable[[str, Mapping[str, Mapping[str, str]]], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Make a package's entry points known to this process, as pip's metadata would."""
    site = tmp_path / "site"

    def make(package: str, points: Mapping[str, Mapping[str, str]]) -> None:
        folder = site / f"{package.replace('-', '_')}-1.0.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        lines = [
            line
            for group, rows in points.items()
            for line in (f"[{group}]", *(f"{name} = {value}" for name, value in rows.items()))
        ]
        (folder / "entry_points.txt").write_text("\n".join(lines))

    monkeypatch.syspath_prepend(site)
    monkeypatch.syspath_prepend(EXAMPLE)
    forget()
    yield make
    forget()


def forget() -> None:
    """Have the next question read the metadata anew, as a new process does."""
    plugins._points.cache_clear()
    plugins._group.cache_clear()


@pytest.fixture
def example(install: Install) -> None:
    install("cropsmith-example", POINTS)


@pytest.mark.usefixtures("example")
def test_doctor_lists_what_other_packages_add(command: Command) -> None:
    lines = [line for line in command("doctor").out.splitlines() if " plug-in " in line]
    assert {line.split()[2] for line in lines} == KINDS
    assert all(line.startswith("ok") and "cropsmith-example" in line for line in lines)


@pytest.mark.usefixtures("example")
def test_a_provider_and_a_family(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ideas = [{"element": "center", "reason": "calm", "box": [10, 50, 450, 350]}]
    answer = {"thoughts": "", "crops": ideas, "keep": False}
    server = OpenaiStub(dialect="vllm", model="example-eye-1", answer=answer).start()
    monkeypatch.setenv("EXAMPLE_URL", f"{server.url}/v1")
    result = crop(photo, model="example/example-eye-1", effort="quick", solo=True)
    server.shutdown()
    server.server_close()
    assert not result.failures
    assert result.box.iou(Box(x1=0.1, y1=0.02, x2=0.7, y2=0.9)) > 0.99  # y first, in 0..500
    assert result.crops[0].source == "example/example-eye-1"
    assert len(server.requests) == 1


@pytest.mark.usefixtures("example")
def test_a_source_and_a_scorer_have_their_say(photo: Path, home: Path) -> None:
    result = crop(photo, n=8)
    assert "evenness" in result.crops[0].scores
    assert all("evenness" in one.scores for one in result.alternatives)
    assert len(proposed_by("golden", result, home)) == 2


def proposed_by(source: str, result: CropResult, home: Path) -> list[Candidate]:
    trace = TraceLibrary(home).read(str(result.report.trace_id))
    (step,) = [step for step in trace.steps if step.node == "proposal"]
    every = [Candidate.model_validate(one) for one in step.outputs["candidates"]]
    return [one for one in every if one.proposed_by(source)]


@pytest.mark.usefixtures("example")
def test_a_scorer_that_names_a_weight_moves_the_total(photo: Path) -> None:
    wide = Candidate(
        id="a", target=0, box=Box(x1=0, y1=0, x2=1, y2=0.5), provenance=Provenance(source="t")
    )
    view, intent = View(open_photo(photo)), Intent(task="free", targets=(Target(),))
    made = ScorerTable.for_run(clip="off")
    (scored,) = made.score(view, intent, Target(), [wide]).candidates
    assert scored.scores["evenness"] == pytest.approx(0.5)
    # The preference weighs 1, the plug-in's scorer 0.5; half the photo may be worth less than none.
    preferred = max(0.0, scored.scores["preference"])
    assert scored.total == pytest.approx((preferred + 0.5 * 0.5) / 1.5)


@pytest.mark.usefixtures("example")
def test_a_mind_that_a_recipe_names_and_a_backend_that_is_handed_in(
    photo: Path, home: Path
) -> None:
    (home / "recipes").mkdir()
    (home / "recipes" / "first.toml").write_text('style = "example-way"\nalone = true\nL = 0\n')
    other = {"x1": 0.0, "y1": 0.0, "x2": 0.9, "y2": 0.9}
    crops = [{"box": CROP, "score": 0.1}, {"box": other, "score": 0.9}]
    backend = Scripted(lambda ask: {"crops": crops}, name="own/model")
    result = crop(photo, backend=backend, recipe="first")
    assert asyncio.run(acrop(photo, backend=backend, recipe="first")).box == result.box
    assert result.box.iou(Box(**CROP)) > 0.99
    assert result.reasons == ("The model named it first.",)
    assert result.report.model == "own/model"


@pytest.mark.usefixtures("example")
def test_a_dataset_and_a_metric_in_a_study(command: Command, photo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(photo.read_bytes())
    (folder / "ours.csv").write_text("a.jpg,0,0,0.5,1\n")
    assert recognise(folder).name == "example-set"
    study = tmp_path / "study.toml"
    study.write_text(
        'name = "s"\ntraces = false\n[[datasets]]\npath = "photos"\n'
        '[[systems]]\nname = "photographer"\n'
    )
    ran = command("eval", "run", study, "-q")
    assert ran.code == 0, ran.err
    told = command(
        "eval", "compare", study, "photographer", "full frame", "--measure", "off_centre"
    )
    assert told.code == 0, told.err
    report = (tmp_path / "study.study" / "report.md").read_text("utf-8")
    assert "off centre" in report
    assert "example-set  Our crops: best crop" in command("eval", "datasets", folder).out


def write_module(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "site").mkdir(exist_ok=True)
    (tmp_path / "site" / f"{name}.py").write_text(text, "utf-8")


def test_what_does_not_load_is_one_sentence_and_stops_nothing(
    install: Install, command: Command, photo: Path, tmp_path: Path, home: Path
) -> None:
    write_module(tmp_path, "exits", "raise SystemExit('bye')")
    install("cropsmith-example", POINTS)
    sources = {"torn": "no_such_module:SOURCE", "gone": "exits:SOURCE"}
    install("acme-torn", {"cropsmith.sources": sources, "cropsmith.providers": {"acme": "exits:P"}})
    ran = command("crop", photo, "--dry-run")
    assert ran.code == 0 and "Traceback" not in ran.err
    said = ran.out + ran.err
    assert "of the package acme-torn cannot be used: ModuleNotFoundError: No module" in said
    assert proposed_by("golden", crop(photo), home)
    told = [line for line in command("doctor").out.splitlines() if "acme-torn" in line]
    assert len(told) == 3 and all(line.startswith("missing") for line in told)
    with pytest.raises(UsageError, match="acme-torn cannot be used: SystemExit: bye"):
        crop(photo, model="acme/model")


def test_names_that_clash_and_rows_of_another_kind_are_told(
    install: Install, command: Command, tmp_path: Path
) -> None:
    write_module(
        tmp_path,
        "clashing",
        "from cropsmith.agents.backends.directory.provider import Provider\n"
        "OPENAI = Provider(name='openai', help='', wire='chat')\n"
        "TWICE = Provider(name='twice', help='', wire='chat')\n",
    )
    source = {"a-class": "cropsmith_example.source:Golden"}
    first = {"openai": "clashing:OPENAI", "a-twice": "clashing:TWICE"}
    install("acme-one", {"cropsmith.providers": first, "cropsmith.sources": source})
    install("acme-two", {"cropsmith.providers": {"twice": "clashing:TWICE"}})
    out = command("doctor").out
    assert "package acme-one cannot be used: cropsmith has its own 'openai'." in out
    assert "package acme-two cannot be used: the package acme-one has a 'twice', too." in out
    assert "package acme-one cannot be used: cropsmith_example.source:Golden is no Source." in out
    assert "provider twice, of the package acme-one" in out


def test_a_style_that_nobody_brings_is_refused(home: Path) -> None:
    (home / "recipes").mkdir()
    (home / "recipes" / "first.toml").write_text('style = "example-way"')
    with pytest.raises(UsageError, match="known are argued, in-context"):
        load_recipe("first")


@pytest.mark.integration
def test_the_example_package_is_installed_and_used(photo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    source = shutil.copytree(EXAMPLE, tmp_path / "source")  # setuptools builds beside the code
    subprocess.run([*pip, "--no-index", "--target", folder, source], check=True)
    command = [
        f"{Path(sys.executable).parent}/cropsmith",
        "crop",
        str(photo),
        "--dry-run",
        "--json",
        "-n",
        "8",
    ]
    seen = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=seen)
    (found,) = json.loads(done.stdout)["crops"]
    assert "evenness" in found["scores"]


@pytest.mark.usefixtures("example")
def test_a_system_and_an_importer_of_a_study(tmp_path: Path, photo: Path, command: Command) -> None:
    (tmp_path / "shots").mkdir()
    shutil.copy(photo, tmp_path / "shots" / "a.jpg")
    study = tmp_path / "study.toml"
    study.write_text(
        'name = "s"\nbaselines = false\n'
        f'[[datasets]]\npath = "example://{tmp_path / "shots"}"\n'
        '[[systems]]\nname = "ours"\ncropper = "upper thirds"\n',
        "utf-8",
    )
    assert command("eval", "run", str(study), "--no-report").out.startswith("1 samples run (1 ok)")
    with opened(study, tmp_path / "study.study", write=False) as plan:
        (row,) = tables(plan)[0].rows
    # The left half and the upper two thirds.
    assert row.cells["iou"].interval.value == pytest.approx(0.4, abs=0.01)


def test_the_page_on_extending_shows_the_example_and_each_is_short() -> None:
    page = (EXAMPLE.parents[1] / "docs" / "extending.md").read_text("utf-8")
    assert len(POINTS) == len(KINDS)
    for group in POINTS:
        assert f"`{group}`" in page and f'[project.entry-points."{group}"]' in page
    for path in (EXAMPLE / "cropsmith_example").glob("[a-z]*.py"):
        text = path.read_text("utf-8").rstrip()
        assert f"```python\n{text}\n```" in page, path
        assert len([line for line in text.splitlines() if line.strip()]) < 30, path
