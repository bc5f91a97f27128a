"""A manifest knows each photo once, lays crops out apart, and goes on where it was."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from cropsmith.batch.inputs import Found, found
from cropsmith.batch.manifest import Manifest
from cropsmith.batch.work import Job, Outcome, State
from cropsmith.errors import UsageError


@pytest.fixture
def shoot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path


def laid_out(photos: list[Found], out: Path | None) -> dict[str, str]:
    manifest = Manifest.begin(None, "", resume=False, force=False)
    manifest.add(photos, out)
    return {
        job.photo: f"{job.place.folder or '.'}/{job.place.stem}"
        for job in manifest.jobs(State.WAITING)
    }


@pytest.mark.parametrize(
    ("photos", "places"),
    [
        ({"a/1.jpg": None, "b/2.jpg": None}, ["out/1", "out/2"]),
        ({"a/1.jpg": None, "b/1.jpg": None}, ["out/a/1", "out/b/1"]),
        ({"a/1.jpg": None, "a/1.png": None}, ["out/1-jpg", "out/1-png"]),
        ({"a/1.jpg": None, "b/1.jpg": None, "b/1.PNG": None},
         ["out/a/1", "out/b/1-png", "out/b/1-jpg"]),
        ({"a/1.jpg": None, "a/1": None}, ["out/1", "out/1-jpg"]),
        ({"in/1.jpg": "", "in/x/1.jpg": "x"}, ["out/1", "out/x/1"]),
        ({"in/x/1.jpg": "x", "other/x/1.jpg": "x"}, ["out/in/x/1", "out/other/x/1"]),
        ({"./a/1.jpg": None, "a/1.jpg": None}, ["out/1"]),
    ],
)  # fmt: skip
def test_no_two_photos_share_a_name(
    shoot: Path, photos: dict[str, str | None], places: list[str]
) -> None:
    named = [Found(number, photo, below) for number, (photo, below) in enumerate(photos.items())]
    assert sorted(laid_out(named, Path("out")).values()) == sorted(places)


def test_beside_the_photo_only_the_suffix_can_clash(shoot: Path) -> None:
    photos = [Found(n, p) for n, p in enumerate(("a/1.jpg", "b/1.jpg", "b/1.png"))]
    assert sorted(laid_out(photos, None).values()) == ["./1", "./1-jpg", "./1-png"]


def test_bytes_that_are_no_text_are_kept(shoot: Path) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    assert list(laid_out([Found(0, name)], Path("out"))) == [name]


def test_the_order_is_that_of_the_arguments_then_of_the_names(shoot: Path) -> None:
    for name in ("z.jpg", "m/b.jpg", "m/a.jpg", "k.jpg"):
        (shoot / name).parent.mkdir(exist_ok=True)
        (shoot / name).touch()
    given = list(found(["z.jpg", "m", "k.jpg"], None))
    assert list(laid_out(given, Path("out"))) == ["z.jpg", "m/a.jpg", "m/b.jpg", "k.jpg"]


def test_what_is_no_photo_is_left_out_and_an_empty_folder_is_told(shoot: Path) -> None:
    (shoot / "in").mkdir()
    (shoot / "in" / "notes.txt").touch()
    (shoot / "in" / "._a.jpg").touch()
    with pytest.raises(UsageError, match="There is no photo in in"):
        list(found(["in"], None))


def test_a_photo_without_a_suffix_is_known_by_its_first_bytes(shoot: Path, photo: Path) -> None:
    (shoot / "in").mkdir()
    (shoot / "in" / "IMG_1").write_bytes(photo.read_bytes())
    with Image.open(photo) as image:
        for name, format in (("scan", "TIFF"), ("drawing", "PNG"), ("web", "WEBP")):
            image.save(shoot / "in" / name, format)
    (shoot / "in" / "README").write_text("A shoot.")
    (shoot / "in" / "empty").touch()
    (shoot / "in" / "notes.txt").write_bytes(photo.read_bytes())
    if hasattr(os, "mkfifo"):
        os.mkfifo(shoot / "in" / "pipe")
    names = {Path(one.photo).name for one in found(["in"], None)}
    assert names == {"IMG_1", "scan", "drawing", "web"}


def outcome(job: Job, state: State, *files: Path) -> Outcome:
    return Outcome(job.photo, state, files)


def test_a_batch_goes_on_with_what_is_not_done(shoot: Path) -> None:
    file, out = shoot / "out" / "m.sqlite", shoot / "out"
    photos = [Found(n, f"{n}.jpg") for n in range(4)]
    first = Manifest.begin(file, "square", resume=False, force=False)
    first.add(photos, out)
    jobs = list(first.jobs(State.WAITING))
    first.claim(jobs[0].number, [out / "0.jpg"])
    first.record(jobs[0].number, outcome(jobs[0], State.CROPPED, out / "0.jpg"))
    first.record(jobs[1].number, outcome(jobs[1], State.FAILED))
    first.claim(jobs[2].number, [out / "2.jpg"])  # killed while it wrote
    (out / "2.jpg").touch()
    first.close()

    with pytest.raises(UsageError, match="cut short, with 2 photos to go"):
        Manifest.begin(file, "square", resume=False, force=False)
    with pytest.raises(UsageError, match="another request"):
        Manifest.begin(file, "4:5", resume=True, force=False)
    again = Manifest.begin(file, "square", resume=True, force=False)
    again.add([*photos, Found(9, "new.jpg")], out)
    left = {job.photo: job.place.mine for job in again.jobs(State.WAITING)}
    assert left == {"1.jpg": (), "2.jpg": (out / "2.jpg",), "3.jpg": (), "new.jpg": ()}
    assert again.counts()[State.CROPPED] == 1
    with pytest.raises(UsageError, match="Another batch is under way"):
        Manifest.begin(file, "square", resume=True, force=False)
    again.close()
    anew = Manifest.begin(file, "4:5", resume=False, force=True)
    assert not anew.counts()


def test_a_file_that_another_photo_has_is_not_claimed_nor_a_photo(shoot: Path) -> None:
    manifest = Manifest.begin(None, "", resume=False, force=False)
    manifest.add([Found(0, "a.jpg"), Found(1, "b.jpg")], shoot / "out")
    a, b = manifest.jobs(State.WAITING)
    assert manifest.claim(a.number, [shoot / "out" / "x.jpg"]) == ""
    assert "has the crop of a.jpg" in manifest.claim(b.number, [shoot / "out" / "x.jpg"])
    assert "never overwritten" in manifest.claim(b.number, [shoot / "a.jpg"])
    manifest.record(a.number, outcome(a, State.FAILED))  # it was not written after all
    assert manifest.claim(b.number, [shoot / "out" / "x.jpg"]) == ""


def test_a_damaged_manifest_is_set_aside_and_told(shoot: Path) -> None:
    file = shoot / "m.sqlite"
    file.write_bytes(b"junk, no database" * 400)
    manifest = Manifest.begin(file, "", resume=True, force=False)
    assert "damaged" in manifest.note and not manifest.counts()
    manifest.close()
    assert (shoot / "m.sqlite.damaged").read_bytes().startswith(b"junk")
    assert sqlite3.connect(file).execute("SELECT count(*) FROM photos").fetchone() == (0,)


def finished(file: Path, asked: str) -> None:
    """Leave the manifest of a batch of one photo that is done."""
    manifest = Manifest.begin(file, asked, resume=False, force=False)
    manifest.add([Found(0, "0.jpg")], file.parent)
    (job,) = manifest.jobs(State.WAITING)
    manifest.claim(job.number, [file.parent / "0.jpg"])
    manifest.record(job.number, outcome(job, State.CROPPED, file.parent / "0.jpg"))
    manifest.close()


def test_a_batch_that_is_done_is_not_decided_again_unless_told(shoot: Path) -> None:
    file = shoot / "out" / "m.sqlite"
    finished(file, "square")
    with pytest.raises(UsageError, match="crops of 1 photos are there"):
        Manifest.begin(file, "square", resume=False, force=False)
    again = Manifest.begin(file, "square", resume=True, force=False)
    assert again.counts() == {State.CROPPED: 1}
    again.close()
    for how in ({"force": True}, {"force": False, "skip": True}):
        anew = Manifest.begin(file, "square", resume=False, **how)
        assert not anew.counts()
        anew.close()
        finished_again = Manifest.begin(file, "square", resume=True, force=False)
        finished_again.close()


def test_another_request_sets_a_finished_batch_aside_and_it_comes_back(shoot: Path) -> None:
    file = shoot / "out" / "m.sqlite"
    finished(file, "4:5")
    other = Manifest.begin(file, "16:9", resume=False, force=False)
    other.close()
    back = Manifest.begin(file, "4:5", resume=True, force=False)
    assert back.counts() == {State.CROPPED: 1}
    back.close()
    with pytest.raises(UsageError, match="another request"):
        Manifest.begin(file, "1:1", resume=True, force=False)
