import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image

from cropsmith.tools.schema.result import CropReport

Command = Callable[..., Any]
SCHEMA = Path(__file__).parents[3] / "docs" / "crop-result.schema.json"


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def test_a_photo_and_words_become_a_crop_and_reasons(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    done = command("crop", photo, "4:5, please", "-o", tmp_path / "out.jpg")
    assert done.code == 0
    width, height = size_of(tmp_path / "out.jpg")
    assert width * 5 == height * 4
    assert "because" in done.out
    assert "trace" in done.out


def test_exact_pixels_are_exact(command: Command, photo: Path, tmp_path: Path) -> None:
    done = command("crop", photo, "--size", "320x400", "-o", tmp_path / "out.png")
    assert done.code == 0
    assert size_of(tmp_path / "out.png") == (320, 400)


def test_it_does_not_enlarge_unless_told(command: Command, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jpg"
    refused = command("crop", photo, "--size", "1080x1350", "-o", out)
    assert refused.code == 2
    assert "upscal" in refused.err and not refused.out
    assert not out.exists()
    told = command("crop", photo, "--size", "1080x1350", "--json", "-o", out)
    assert told.code == 2 and json.loads(told.out)["crops"][0]["verdict"] == "reject"
    assert not out.exists()
    assert command("crop", photo, "--size", "1080x1350", "--upscale", "-o", out).code == 0
    assert size_of(out) == (1080, 1350)


def test_json_is_one_document_of_the_published_schema(command: Command, photo: Path) -> None:
    done = command("crop", photo, "square and 16:9", "--dry-run", "--json")
    document = json.loads(done.out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")))
    assert [c["target"]["ratio"] for c in document["crops"]] == [
        {"width": 1, "height": 1},
        {"width": 16, "height": 9},
    ]
    assert CropReport.model_validate(document).source == "astronaut.jpg"


def test_the_published_schema_is_that_of_the_code() -> None:
    schema = CropReport.model_json_schema(mode="serialization")
    assert json.loads(SCHEMA.read_text("utf-8")) == schema


def test_several_shapes_and_answers_go_to_files_of_their_own(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "crops"
    out.mkdir()
    options = ["--ratio", "1:1", "--ratio", "16:9", "-n", 2, "--compare", "-o", out]
    done = command("crop", photo, *options)
    assert done.code == 0, done.err
    assert len([p for p in out.iterdir() if "compare" not in p.name]) == 4
    assert len([p for p in out.iterdir() if "compare" in p.name]) == 4


def test_the_input_is_never_overwritten_and_an_output_only_by_force(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    before = hashlib.sha256(photo.read_bytes()).hexdigest()
    assert command("crop", photo, "square", "-o", photo, "--force").code == 2
    out = tmp_path / "out.jpg"
    out.write_bytes(b"mine")
    assert command("crop", photo, "square", "-o", out).code == 2
    assert out.read_bytes() == b"mine"
    assert command("crop", photo, "square", "-o", out, "--force").code == 0
    assert hashlib.sha256(photo.read_bytes()).hexdigest() == before


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["missing.jpg"], "missing.jpg"),
        (["nothing-*.jpg"], "nothing-"),
        (["PHOTO", "--ratio", "0:5"], "ratio"),
        (["PHOTO", "--ratio", "9999:1"], "extreme"),
        (["PHOTO", "--size", "big"], "size"),
        (["PHOTO", "--never-cut", "hats"], "faces"),
        (["PHOTO", "--keep-out", "1,2,3"], "box"),
        (["PHOTO", "portrait but 16:9"], ""),
        (["PHOTO", "--model", "bultin"], "builtin"),
    ],
)
def test_bad_input_gets_one_sentence_and_nothing_is_written(
    command: Command, photo: Path, tmp_path: Path, arguments: list[str], word: str
) -> None:
    given = [str(photo) if one == "PHOTO" else one for one in arguments]
    done = command("crop", *given, "-o", tmp_path / "out.jpg")
    assert done.code == 2
    assert word in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "out.jpg").exists()


def test_a_model_that_cannot_be_asked_is_told_of_once_and_no_photo_is_blamed(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    done = command("crop", photo, photo.parent / "coffee.jpg", "square", "-m", "openai/gpt-4o")
    assert done.code == 2 and done.err.count("OPENAI_API_KEY") == 2  # what is missing, what to do
    assert done.err.startswith("cropsmith: There is no key") and photo.name not in done.err


def test_what_cannot_be_found_is_said(command: Command, photo: Path) -> None:
    done = command("crop", photo, "the woman with the red umbrella", "--dry-run")
    assert done.code == 0
    assert "woman with the red umbrella" in done.out
    assert "note" in done.out


def test_many_photos_go_to_a_folder_and_one_bad_file_does_not_stop_the_rest(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in "abcdefg":
        (folder / f"{name}.jpg").write_bytes(photo.read_bytes())
    (folder / "broken.jpg").write_bytes(b"not a photo")
    out = tmp_path / "out"
    out.mkdir()
    done = command("crop", folder / "*.jpg", "square", "-o", out, "--jobs", 2)
    assert done.code == 2
    assert "broken.jpg" in done.err
    assert len(list(out.glob("*.jpg"))) == 7
    assert done.out.count("wrote") == 7


def test_photos_of_one_name_do_not_meet(command: Command, photo: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.jpg").write_bytes(photo.read_bytes())
    with Image.open(photo) as image:
        image.save(tmp_path / "b" / "same.png")
    out = tmp_path / "out"
    photos = [tmp_path / "a" / "same.jpg", *(tmp_path / "b" / f"same.{s}" for s in ("jpg", "png"))]
    done = command("crop", *photos, "square", "-o", out, "--format", "webp")
    assert done.code == 0, done.err
    written = sorted(str(path.relative_to(out)) for path in out.rglob("*.webp"))
    assert written == ["a/same-crop.webp", "b/same-jpg-crop.webp", "b/same-png-crop.webp"]
    assert all(f"{one}  512 x 512" in done.out for one in photos)  # which of them is which


def test_a_folder_is_mirrored(command: Command, photo: Path, tmp_path: Path) -> None:
    for place in ("1.jpg", "rome/1.jpg", "rome/forum/2.jpg", ".hidden/3.jpg", "out/4.jpg"):
        (tmp_path / "in" / place).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / "in" / place).write_bytes(photo.read_bytes())
    (tmp_path / "in" / "notes.txt").write_text("no photo")
    out = tmp_path / "in" / "out"
    refused = command("crop", tmp_path / "in", "square")
    assert refused.code == 2 and "--out" in refused.err
    done = command("crop", tmp_path / "in", "square", "-o", out)
    assert done.code == 0, done.err
    written = sorted(str(path.relative_to(out)) for path in out.rglob("*-crop.jpg"))
    assert written == ["1-crop.jpg", "rome/1-crop.jpg", "rome/forum/2-crop.jpg"]


def test_a_shape_that_cannot_be_is_refused_once_and_the_others_are_written(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    done = command("crop", photo, "4:5 and 3000x3000", "-o", tmp_path)
    assert done.code == 2 and len(list(tmp_path.glob("*-4x5.jpg"))) == 1
    assert (done.out + done.err).count("3000x3000 pixels without upscaling") == 1
    assert "--upscale" in done.err and "no crop" in done.out


def test_a_value_that_an_option_cannot_take_is_one_sentence(command: Command, photo: Path) -> None:
    done = command("crop", photo, "square", "--seed", "abc")
    assert done.code == 2 and not done.out
    assert done.err.strip() == "cropsmith: --seed: input should be a valid integer."


def test_a_photo_is_turned_before_it_is_cropped(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jpg"
    done = command("crop", photo, "--straighten", "-3.5", "--ratio", "1:1", "-o", out)
    assert done.code == 0 and "  turned    3.5° counter-clockwise" in done.out
    width, height = size_of(out)
    assert width == height
    told = json.loads(command("crop", photo, "--straighten", "-3.5", "--dry-run", "--json").out)
    assert told["angle"] == -3.5 and told["intent"]["straighten"] == -3.5
    plain = json.loads(command("crop", photo, "--dry-run", "--json").out)
    assert "angle" not in plain and told["image"]["width"] < plain["image"]["width"]


def test_a_turn_that_cannot_be_is_one_sentence(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    refused = command("crop", photo, "--straighten", "90", "-o", tmp_path / "out.jpg")
    assert refused.code == 2 and not list(tmp_path.glob("out*"))
    assert "--straighten must be auto, or degrees from -15 to 15, not '90'" in refused.err
    lossless = command("crop", photo, "level it, square", "--straighten", "2", "--lossless")
    assert lossless.code == 2 and "A lossless crop cannot be straightened" in lossless.err


def test_a_sidecar_has_the_angle_or_says_that_it_has_not(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    done = command(
        "crop", photo, "--straighten", "4", "--sidecar", "xmp", "--sidecar", "iiif", "-o", tmp_path
    )
    assert done.code == 0
    assert 'crs:CropAngle="-4"' in (tmp_path / "astronaut.xmp").read_text("utf-8")
    assert "A sidecar of the kind iiif knows no angle" in done.out
