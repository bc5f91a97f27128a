"""`--sidecar` hands the crop to other programs, and leaves the photo alone."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cropsmith import crop
from cropsmith.batch.plan import check_alone
from cropsmith.errors import ArgumentError, UsageError

Command = Callable[..., Any]


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_sidecar_alone_writes_no_pixels(command: Command, photo: Path) -> None:
    before, there = photo.read_bytes(), files(photo.parent)
    done = command("crop", photo, "square", "--sidecar", "xmp", "--sidecar", "json")
    assert done.code == 0, done.err
    assert files(photo.parent) - there == {f"{photo.stem}.xmp", f"{photo.stem}-crop.json"}
    assert photo.read_bytes() == before
    document = json.loads(photo.with_name(f"{photo.stem}-crop.json").read_text("utf-8"))
    box = document["crop"]
    assert box["right"] - box["left"] == box["bottom"] - box["top"]


def test_pixels_come_beside_a_sidecar_where_they_are_asked_for(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    done = command("crop", photo, "square", "--sidecar", "focal", "--pixels", "-o", folder)
    assert done.code == 0, done.err
    assert files(folder) == {f"{photo.stem}-crop.jpg", f"{photo.stem}-crop.focal.txt"}
    done = command("crop", photo, "square", "--sidecar", "iiif", "-o", folder / "a.jpg")
    assert done.code == 0 and (folder / "a.jpg").exists(), done.err
    assert (folder / f"{photo.stem}-crop.iiif.txt").exists()


def test_a_sidecar_that_is_there_is_changed_only_by_force(command: Command, photo: Path) -> None:
    sidecar = photo.with_suffix(".xmp")
    assert command("crop", photo, "square", "--always-crop", "--sidecar", "xmp").code == 0
    told = sidecar.read_text("utf-8").replace("<rdf:Description ", "<rdf:Description my='1' ", 1)
    edited = told.replace(" my='1' ", ' crs:Exposure2012="+0.5" ')
    sidecar.write_text(edited, "utf-8")
    done = command("crop", photo, "16:9", "--always-crop", "--sidecar", "xmp")
    assert done.code == 2 and "exists" in done.err and sidecar.read_text("utf-8") == edited
    done = command("crop", photo, "16:9", "--always-crop", "--sidecar", "xmp", "--force")
    assert done.code == 0, done.err
    after = sidecar.read_text("utf-8")
    assert 'crs:Exposure2012="+0.5"' in after and after.count("crs:CropTop") == 1
    assert re.search(r'crs:CropTop="[^"]+"', after) != re.search(r'crs:CropTop="[^"]+"', edited)


def test_a_kind_that_holds_one_crop_refuses_several(command: Command, photo: Path) -> None:
    there = files(photo.parent)
    shapes = ("--ratio", "1:1", "--ratio", "16:9")
    done = command("crop", photo, *shapes, "--sidecar", "xmp")
    assert done.code == 2 and "holds one crop" in done.err and files(photo.parent) == there
    done = command("crop", photo, *shapes, "--sidecar", "json")
    assert done.code == 0, done.err
    names = {f"{photo.stem}-crop-1x1.json", f"{photo.stem}-crop-16x9.json"}
    assert files(photo.parent) - there == names


def test_a_result_gives_the_text_of_a_sidecar(photo: Path) -> None:
    result = crop(photo, "square", trace=False)
    left, top, right, bottom = result.pixels
    region = f"/{left},{top},{right - left},{bottom - top}/"
    assert region in result.sidecar("iiif")
    assert "crs:HasCrop" in result.sidecar("xmp")
    with pytest.raises(ArgumentError, match="xmp, darktable, iiif, json or focal"):
        result.sidecar("pdf")


def small(photo: Path, *places: Path) -> None:
    with Image.open(photo) as image:
        for place in places:
            place.parent.mkdir(parents=True, exist_ok=True)
            image.resize((240, 240)).save(place)


def tree(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in found if "sqlite" not in path.name}


def test_the_sidecars_of_a_folder_mirror_it(command: Command, photo: Path, tmp_path: Path) -> None:
    shoot, out = tmp_path / "shoot", tmp_path / "out"
    small(photo, shoot / "a.jpg", shoot / "day" / "a.jpg", shoot / "day" / "b.png")
    kinds = ("--sidecar", "xmp", "--sidecar", "json")
    done = command("crop", shoot, "square", *kinds, "-o", out)
    assert done.code == 0, done.err
    names = {"a.xmp", "a-crop.json", "day/a.xmp", "day/a-crop.json", "day/b.xmp", "day/b-crop.json"}
    assert tree(out) == names
    done = command("crop", shoot, "square", *kinds, "-o", out, "--resume")
    assert done.code == 0 and tree(out) == names, done.err


def test_a_lost_sidecar_alone_is_written_again(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    shoot, out = tmp_path / "shoot", tmp_path / "out"
    small(photo, shoot / "a.jpg", shoot / "b.jpg")
    asked = ("crop", shoot, "16:9", "--sidecar", "json", "--pixels", "-o", out)
    assert command(*asked).code == 0
    there = {name: (out / name).stat().st_mtime_ns for name in tree(out)}
    assert set(there) == {"a-crop.jpg", "a-crop.json", "b-crop.jpg", "b-crop.json"}
    (out / "b-crop.json").unlink()
    refused = command(*asked)
    assert refused.code == 2 and "--skip-existing" in refused.err and "b-crop.json" not in tree(out)
    done = command(*asked, "--skip-existing")
    assert done.code == 0, done.err
    after = {name: (out / name).stat().st_mtime_ns for name in tree(out)}
    assert {name for name in there if after[name] != there[name]} == {"b-crop.json"}


def test_a_template_names_sidecars_but_for_those_that_programs_look_for(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    shoot, out = tmp_path / "shoot", tmp_path / "out"
    small(photo, shoot / "a.jpg")
    kinds = ("--sidecar", "xmp", "--sidecar", "iiif", "--pixels")
    done = command("crop", shoot, "16:9", *kinds, "--name", "{shape}/{stem}_web{ext}", "-o", out)
    assert done.code == 0, done.err
    assert tree(out) == {"16x9/a_web.jpg", "16x9/a.xmp", "16x9/a_web.iiif.txt"}


def test_two_photos_do_not_share_a_sidecar(command: Command, photo: Path, tmp_path: Path) -> None:
    shoot, out = tmp_path / "shoot", tmp_path / "out"
    small(photo, shoot / "a.jpg", shoot / "a.png")
    done = command("crop", shoot, "square", "--sidecar", "json", "-o", out)
    assert done.code == 0 and tree(out) == {"a-jpg-crop.json", "a-png-crop.json"}, done.err
    done = command("crop", shoot, "square", "--sidecar", "xmp", "--force", "-o", tmp_path / "other")
    assert done.code == 2 and done.err.count("would speak of") == 2
    assert tree(tmp_path / "other") == set()


def test_a_sidecar_tells_the_size_that_the_crop_is_made_to_fit(
    command: Command, photo: Path
) -> None:
    done = command("crop", photo, "square", "--sidecar", "json", "--resize", 100)
    assert done.code == 0, done.err
    document = json.loads(photo.with_name(f"{photo.stem}-crop.json").read_text("utf-8"))
    assert document["output"] == {"width": 100, "height": 100}


def test_what_is_said_of_pixels_is_idle_beside_sidecars_alone(
    command: Command, photo: Path
) -> None:
    done = command("crop", photo, "square", "--sidecar", "xmp", "--keep", "none", "--compare")
    assert done.code == 0 and "is idle: keep, compare" in done.out, done.err
    done = command("crop", photo, "square", "--sidecar", "json")
    assert done.code == 0 and "idle" not in done.out


def test_a_raw_file_without_a_sidecar_is_refused_before_it_is_looked_at(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    shoot = tmp_path / "shoot"
    small(photo, shoot / "a.jpg")
    (shoot / "b.nef").write_bytes(b"no picture")
    done = command("crop", shoot, "square", "-o", tmp_path / "out")
    assert done.code == 2 and "b.nef is a camera raw file" in done.err and "--sidecar" in done.err
    assert len(tree(tmp_path / "out")) == 1


def test_a_sidecar_of_two_photos_is_refused_for_each_unless_one_is_raw(
    command: Command, photo: Path, tmp_path: Path
) -> None:
    with Image.open(photo) as image:
        image.save(photo.with_suffix(".PNG"), "PNG")
    there = files(photo.parent)
    both = (photo, photo.with_suffix(".PNG"))
    done = command("crop", *both, "square", "--sidecar", "xmp", "-o", tmp_path / "out")
    assert done.code == 2 and files(photo.parent) == there | {"out"}
    assert "would speak of astronaut.PNG" in done.err and "would speak of astronaut.jpg" in done.err
    assert not list((tmp_path / "out").glob("*.xmp"))
    done = command("crop", *both, "square", "--sidecar", "darktable", "-o", tmp_path / "out")
    assert done.code == 0, done.err
    names = {path.name for path in (tmp_path / "out").glob("*.xmp")}
    assert names == {"astronaut.jpg.xmp", "astronaut.PNG.xmp"}
    raw = photo.with_suffix(".NEF")
    raw.touch()
    with pytest.raises(UsageError, match=r"speak of astronaut\.NEF"):
        check_alone(photo)
    check_alone(raw)  # Lightroom made the name for it
    photo.with_suffix(".dng").touch()
    with pytest.raises(UsageError, match=r"speak of astronaut\.dng"):
        check_alone(raw)
