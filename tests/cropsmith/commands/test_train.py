"""`cropsmith train`, as a person uses it: train, crop with it, go on, and what is refused."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith import crop
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.sources.clipcrop import Decoded
from cropsmith.commands.main import app
from cropsmith.errors import CropsmithError, UsageError
from cropsmith.tools.clipcropping.rater import load_rater
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.scorers.elements import prompts
from tests.evals.published import write_fcdb, write_gaicd
from tests.tiny_models import make_owl

pytestmark = pytest.mark.integration

SHORT = [
    "--epochs", "2", "--batch", "2", "--width", "32", "--layers", "1", "--outputs", "4", "-q",
]  # fmt: skip


def brief(photo: Path) -> Brief:
    return Brief(
        view=View(open_photo(photo)),
        intent=Intent(task="free", targets=(Target(),), keep=False),
        target=Target(),
        target_index=0,
        analysis=None,
        grounding=Grounding(),
        evidence=(),
    )


def said(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, list(map(str, arguments)))
    assert done.exception is None, done.exception
    return done.stdout


def train(*arguments: str | Path) -> tuple[str, BaseException | None]:
    done = CliRunner().invoke(app, ["train", "clipcrop", *SHORT, *map(str, arguments)])
    return done.stdout, done.exception


def test_a_trained_decoder_proposes_and_scores(photos: Path, tmp_path: Path) -> None:
    files = [photos / f"{name}.jpg" for name in ("astronaut", "coffee", "rocket", "chelsea")]
    data = write_fcdb(tmp_path / "fcdb_train", files, "train")
    tests = write_fcdb(tmp_path / "fcdb_test", files[3:], "test")
    out = tmp_path / "decoder"
    said, error = train(data, "-o", out, "--test-data", tests)
    assert error is None and "3 photos of fcdb (train) taught." in said
    assert "1 did not: named by a test part." in said
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["data"]["photos"] == 3 and len(manifest["data"]["labels_sha256"]) == 64
    assert 0 < manifest["metrics"]["taught_top"] <= manifest["metrics"]["taught_best"] <= 1
    assert str(tmp_path) not in (out / "manifest.json").read_text("utf-8")

    result = crop(files[0], "4:5", decoder=str(out), overrides=("scorers=clipcrop",))
    assert 0 < result.report.crops[0].scores["clipcrop"] <= 1
    drafts = asyncio.run(
        Decoded(build_parts(RunSettings(decoder=str(out)))).propose(brief(files[0]))
    )
    assert 1 <= len(drafts) <= 5
    for one in drafts:
        assert one.provenance.source == "clipcrop" and one.provenance.detail.startswith("logit ")
        assert all(one is other or one.box.iou(other.box) < 0.9 for other in drafts)
    with pytest.raises(UsageError, match="decoder must be off"):
        crop(files[0], decoder=str(tmp_path / "nothing"))

    said, error = train(data, "-o", out, "--seed", "1")
    assert isinstance(error, UsageError) and "other data or settings" in error.message


def test_data_that_cannot_teach_is_told_in_a_sentence(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    labels = write_gaicd(tmp_path / "gaicd", 3)
    _, error = train(labels, "-o", out)
    assert isinstance(error, UsageError) and "None of the 3 photos" in error.message
    assert "that could teach is there" in error.message and "should lie at" in (error.hint or "")
    _, error = train(photos, "-o", out)
    assert isinstance(error, UsageError) and "they come without crops" in error.message
    _, error = train(labels, "-o", out, "--split", "val")
    assert isinstance(error, UsageError) and "has no part 'val'" in error.message
    test = write_fcdb(tmp_path / "fcdb", [photos / "coffee.jpg"], "test")
    _, error = train(test, "-o", out, "--split", "test")
    assert isinstance(error, UsageError) and "No photo of this data may teach" in error.message
    whole = write_fcdb(tmp_path / "whole", [photos / "coffee.jpg"], "train")
    _, error = train(whole, "-o", out, "--backbone", "owlvit")
    assert isinstance(error, UsageError) and "has no captions" in error.message
    _, error = train(whole, "-o", out, "--width", "33")
    assert isinstance(error, UsageError) and "not divisible" in error.message
    _, error = train(whole, "-o", out, "--device", "foo")
    assert isinstance(error, UsageError) and "no device 'foo'" in error.message
    _, error = train(whole, "-o", out, "--rate", "inf")
    assert isinstance(error, UsageError) and "finite" in error.message
    _, error = train(whole, "-o", out, "--rate", "1e30")
    assert isinstance(error, CropsmithError) and "The loss of step 2 is nan." in error.message
    shutil.rmtree(whole)
    _, error = train(whole, "-o", out)
    assert isinstance(error, UsageError) and "There is no folder" in error.message


def test_a_backbone_beside_us_is_found_from_elsewhere_too(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_owl(tmp_path / "tiny-owl", "owlvit")
    data = write_fcdb(tmp_path / "fcdb", [photos / "coffee.jpg"], "train")
    out = tmp_path / "decoder"
    for name in ("tiny-owl", "./tiny-owl"):  # the second goes on where the first ended
        _, error = train(data, "-o", out, "--backbone", name, "--base")
        assert error is None, error
    manifest = (out / "manifest.json").read_text("utf-8")
    assert json.loads(manifest)["plan"]["backbone"] == "tiny-owl"
    assert str(tmp_path) not in manifest
    monkeypatch.chdir(photos)
    result = crop(photos / "coffee.jpg", "4:5", decoder=str(out), strict=True)
    assert 0 < result.report.crops[0].scores["clipcrop"] <= 1


def write_cadb(root: Path, files: list[Path]) -> Path:
    """Write photos with the two elements that each has, in CADB's form."""
    (root / "images").mkdir(parents=True)
    for file in files:
        shutil.copy(file, root / "images")
    drawn = {"center": [[10, 10, 90, 80]], "vertical": [[50, 0, 50, 100]]}
    tables = {
        "composition_scores": {file.name: {"mean": 3} for file in files},
        "composition_elements": {file.name: drawn for file in files},
        "split": {"train": [file.name for file in files[1:]], "test": [files[0].name]},
    }
    for name, table in tables.items():
        (root / f"{name}.json").write_text(json.dumps(table), "utf-8")
    return root


STUDY = """
name = "trained"
baselines = ["centre 0.9"]
[[datasets]]
path = "fcdb_test"
[[systems]]
name = "photographer"
[[systems]]
name = "decoded"
decoder = "{decoder}"
overrides = ["scorers=clipcrop"]
[[systems]]
name = "rated"
rater = "{rater}"
overrides = ["scorers=clipcropping"]
"""


def test_trained_systems_are_rows_of_a_study_and_tell_what_a_crop_changed(
    photos: Path, tiny_resnet: Path, tmp_path: Path
) -> None:
    files = [photos / f"{name}.jpg" for name in ("astronaut", "coffee", "rocket", "chelsea")]
    data = write_fcdb(tmp_path / "fcdb_train", files[:2], "train")
    write_fcdb(tmp_path / "fcdb_test", files[2:], "test")
    decoder, rater = tmp_path / "decoder", tmp_path / "rater"
    assert train(data, "-o", decoder)[1] is None
    cadb = write_cadb(tmp_path / "cadb", files[:3])
    short = ("--clip", tiny_resnet, "--epochs", "1", "--knowledge-epochs", "1", "-q")
    said("train", "clipcropping", data, "-o", rater, "--composition", cadb, *short)

    study = tmp_path / "study.toml"
    study.write_text(STUDY.format(decoder=decoder, rater=rater), "utf-8")
    said("eval", "run", study)
    told = said("eval", "report", study)
    page = next(study.with_suffix(".study").rglob("*.html")).read_text("utf-8")
    for name in ("photographer", "decoded", "rated", "centre 0.9"):
        assert name in page, told

    answer = json.loads(
        said("crop", files[3], "4:5", "--rater", rater, "--json", "-o", tmp_path / "cut")
    )
    changes = {one["element"]: one for one in answer["crops"][0]["changes"]}
    found = load_rater(rater).changes(
        View(open_photo(files[3])), Box.model_validate(answer["crops"][0]["box"])
    )
    assert changes.keys() == {one.element for one in found} == {*prompts("composition")}
    for one in found:
        shown = changes[one.element]
        assert (shown["before"], shown["after"]) == pytest.approx((one.before, one.after), abs=1e-4)
        assert shown["before"] != shown["after"]


def test_a_trained_rater_scores_and_tells_changes(
    photos: Path, tiny_resnet: Path, tmp_path: Path
) -> None:
    files = [photos / f"{name}.jpg" for name in ("astronaut", "coffee", "rocket", "chelsea")]
    data = write_fcdb(tmp_path / "fcdb_train", files[:3], "train")
    cadb = write_cadb(tmp_path / "cadb", files)
    out = tmp_path / "rater"
    given = [
        "--clip",
        tiny_resnet,
        "--epochs",
        "1",
        "--knowledge-epochs",
        "1",
        "--batch",
        "2",
        "-q",
    ]
    command = ["train", "clipcropping", data, "-o", out, "--composition", cadb, *given]
    done = CliRunner().invoke(app, [str(part) for part in command])
    assert done.exception is None, done.exception
    assert "3 photos of cadb (train) taught." in done.stdout
    assert "3 photos of fcdb (train) taught." in done.stdout
    assert "taught_composition_at_end" in done.stdout and f"--rater {out}" in done.stdout
    manifest = (out / "manifest.json").read_text("utf-8")
    assert str(tmp_path) not in manifest and str(tiny_resnet) not in manifest

    report = crop(files[3], "4:5", rater=str(out), overrides=("scorers=clipcropping",)).report
    assert 0 < report.crops[0].scores["clipcropping"] < 1
    told = {change.element for change in report.crops[0].changes}
    assert told == {"center", "rule of thirds", "horizontal", "vertical", "curved"}
    with pytest.raises(UsageError, match="rater must be off"):
        crop(files[3], rater=str(tmp_path / "nothing"))
    torn = shutil.copytree(out, tmp_path / "torn")
    (torn / "model.safetensors").write_bytes(b"torn")
    report = crop(files[3], "4:5", rater=str(torn)).report
    assert any("told without the rater" in note for note in report.notes)
    with pytest.raises(UsageError, match=r"does not fit its config\.json"):
        crop(files[3], "4:5", rater=str(torn), strict=True)

    refused = CliRunner().invoke(app, [*map(str, command), "--aesthetic", str(data)])
    assert isinstance(refused.exception, UsageError)
    assert "without aesthetic elements" in refused.exception.message
