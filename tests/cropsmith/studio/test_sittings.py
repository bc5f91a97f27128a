"""A sitting: photos are cropped, corrected, judged, undone, taken away, and nothing is lost."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.verdicts import verdicts
from cropsmith.agents.trace.writer import this_process
from cropsmith.errors import UsageError
from cropsmith.studio.desk import Desk
from cropsmith.studio.export import CROPS, NOTES
from cropsmith.studio.settings import StudioSettings
from cropsmith.studio.sittings.values import State, Wanted
from cropsmith.tools.examples.indexes import open_personal
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.taste import Notebook
from tests.cropsmith.studio.conftest import At


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "astronaut.jpg"


async def test_photos_that_come_after_the_order_are_cropped_too(at: At, photos: Path) -> None:
    first = await at.cropped(photos / "astronaut.jpg", ratios=["4:5", "1:1"])
    await at.send((photos / "coffee.jpg").read_bytes(), "b.jpg")
    sheets = await at.done()
    assert [sheet["entry"]["name"] for sheet in sheets] == ["a.jpg", "b.jpg"]
    assert [len(sheet["takes"][0]["report"]["crops"]) for sheet in sheets] == [2, 2]
    assert first["takes"][0]["trace"] and first["undo"] is None and first["doubt"]["share"] < 0.5


async def test_one_photo_can_be_asked_again_and_the_first_answer_stays(
    at: At, photos: Path
) -> None:
    for name in ("astronaut", "coffee"):
        await at.send((photos / f"{name}.jpg").read_bytes(), name)
    await at.order(text="4:5")
    await at.done()
    await at.order(entries=[2], text="square")
    one, two = await at.done()
    assert len(one["takes"]) == 1 and len(two["takes"]) == 2
    assert [take["report"]["crops"][0]["target"]["name"] for take in two["takes"]] == [
        "4:5",
        "square",
    ]


async def test_every_step_is_undone_and_done_again(at: At, photo: Path, home: Path) -> None:
    told = await at.cropped(photo, ratios=["1:1"])
    own = told["takes"][0]["standing"][0]
    moved = {"x1": 0.1, "y1": 0.2, "x2": 0.6, "y2": 0.7}
    await at.edit(told, box=moved, did="moved")
    await at.edit(told, box=moved, ratio="4:5", did="4:5")
    answer = await at.edit(told, box=moved, ratio="4:5", word="accepted", did="accepted")
    assert answer.json()["undo"] == "accepted" and len(verdicts(home)) == 1
    stands = []
    for _ in range(4):  # once more than there are steps
        answer = await at.step(1, "undo")
        stands.append(answer.json()["takes"][0]["standing"][0])
    assert [one["ratio"] for one in stands] == ["4:5", "", "", ""]
    assert stands[1]["box"] == moved and stands[2] == stands[3] == own
    assert verdicts(home) == () and Notebook().judged() == []
    for _ in range(3):
        answer = await at.step(1, "redo")
    assert answer.json()["takes"][0]["standing"][0]["word"] == "accepted"
    assert answer.json()["redo"] is None and len(verdicts(home)) == 1
    # A new step ends what could be done again.
    await at.step(1, "undo")
    await at.edit(told, box=own["box"], did="the answer")
    assert (await at.sheets())[0]["redo"] is None


async def test_an_accepted_crop_is_remembered_as_corrected(at: At, photo: Path, home: Path) -> None:
    told = await at.cropped(photo, ratios=["1:1"])
    await at.edit(told, word="accepted")
    (kept,) = verdicts(home)
    assert kept.accepted and not kept.corrected
    await at.edit(told, box={"x1": 0.1, "y1": 0.1, "x2": 0.5, "y2": 0.5}, word="accepted")
    (kept,) = verdicts(home)
    assert kept.corrected and kept.trace == told["takes"][0]["trace"]
    # Accepted as corrected, which also rejects what had been proposed; the first word is replaced.
    assert [judged.accepted for judged in Notebook().judged()] == [True, False]
    index = open_personal()
    assert len(index.store) == 1
    index.close()
    await at.edit(told, box={"x1": 0.2, "y1": 0.1, "x2": 0.6, "y2": 0.5})
    assert verdicts(home) == ()  # what was said was said of another crop


TINY = {"x1": 0.5, "y1": 0.5, "x2": 0.5 + 1e-6, "y2": 0.9}
"""Less than a pixel wide."""


async def test_impossible_steps_change_nothing(at: At, photo: Path) -> None:
    told = await at.cropped(photo, ratios=["1:1"])
    for change in ({"take": 9}, {"ratio": "potato"}, {"ratio": "900:1"}, {"box": TINY}):
        answer = await at.edit(told, **change)
        assert answer.status_code == 400 and answer.json()["message"], change
    assert (await at.edit(told, box={"x1": 0.5, "y1": 0, "x2": 0.2, "y2": 1})).status_code == 422
    assert (await at.step(7, "undo")).status_code == 400
    (now,) = await at.sheets()
    assert now["entry"] == told["entry"]  # what is told of a run's steps goes when it ends
    assert [t["standing"] for t in now["takes"]] == [t["standing"] for t in told["takes"]]


async def test_the_rest_is_accepted_but_not_what_answers_nothing(
    at: At, photos: Path, home: Path
) -> None:
    names = ("astronaut", "coffee", "chelsea")
    for name in names:
        await at.send((photos / f"{name}.jpg").read_bytes(), f"{name}.jpg")
    await at.order(text="passport photo, UK")
    await at.done()
    await at.order(entries=[3], text="4:5")
    sheets = await at.done()
    refused = [sheet["entry"]["number"] for sheet in sheets if sheet["doubt"]["share"] >= 0.85]
    assert 2 in refused and 3 not in refused
    answer = await at.client.post(at.path("/rest"))
    done = answer.json()["entries"]
    assert 3 in done and not set(done) & set(refused)
    assert len(verdicts(home)) == len(done)
    assert (await at.client.post(at.path("/rest"))).json() == {"entries": [], "notes": []}


async def test_doubt_tells_what_to_look_at_first(at: At, photos: Path) -> None:
    await at.send((photos / "coffee.jpg").read_bytes())
    shares = []
    for text in ("4:5", "the unicorn, 4:5", "passport photo, UK"):
        await at.order(text=text)
        doubt = (await at.done())[0]["doubt"]
        shares.append(doubt["share"])
    assert shares == sorted(shares) and len(set(shares)) == 3
    assert doubt["why"] == "no crop answers"


async def test_accepted_crops_are_taken_away_with_sidecars(at: At, photos: Path) -> None:
    nothing = await at.client.post(at.path("/export"), json={})
    assert nothing.status_code == 400 and "accepted" in nothing.json()["message"]
    for name in ("astronaut", "coffee"):
        await at.send((photos / f"{name}.jpg").read_bytes(), "same.jpg")
    await at.order(ratios=["4:5", "1:1"])
    for told in await at.done():
        await at.edit(told, word="accepted")
    answer = await at.client.post(at.path("/export"), json={"sidecars": ["iiif", "xmp"]})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = sorted(archive.namelist())
        assert archive.testzip() is None
    assert names == [
        "same-2-crop-4x5.iiif.txt", "same-2-crop-4x5.jpg", "same-2.xmp",
        "same-crop-4x5.iiif.txt", "same-crop-4x5.jpg", "same.xmp",
    ]  # fmt: skip


async def test_a_photo_that_has_gone_is_told_of_in_the_zip(
    at: At, desk: Desk, photos: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    for name in ("astronaut", "coffee"):
        (folder / f"{name}.jpg").write_bytes((photos / f"{name}.jpg").read_bytes())
    at = At(at.client, desk.open([str(folder)], Wanted(text="4:5")).id)
    await at.answered(2)
    await at.client.post(at.path("/rest"))
    (folder / "coffee.jpg").unlink()
    answer = await at.client.post(at.path("/export"), json={})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert sorted(archive.namelist()) == ["astronaut-crop.jpg", NOTES]
        assert "coffee.jpg" in archive.read(NOTES).decode()


async def test_a_folder_comes_in_whole_and_gets_its_crops(
    at: At, desk: Desk, photos: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "shoot"
    (folder / "below").mkdir(parents=True)
    (folder / "a.jpg").write_bytes((photos / "astronaut.jpg").read_bytes())
    (folder / "below" / "b.jpg").write_bytes((photos / "coffee.jpg").read_bytes())
    (folder / "no.jpg").write_bytes(b"nothing")
    at = At(at.client, desk.open([str(folder)], Wanted(text="square")).id)
    sheets = await at.answered(3)
    assert [sheet["entry"]["name"] for sheet in sheets] == ["a.jpg", "b.jpg", "no.jpg"]
    assert "no.jpg" in sheets[2]["entry"]["problem"] and sheets[2]["takes"] == []
    for told in sheets[:2]:
        await at.edit(told, word="accepted")
    for _ in range(2):  # the second time the same bytes are there
        answer = await at.client.post(at.path("/export"), json={"to": "folder"})
        assert answer.json() == {"files": 2, "notes": []}
    assert sorted(p.name for p in (folder / CROPS).iterdir()) == ["a-crop.jpg", "b-crop.jpg"]
    # Opened again with the same words it goes on; its own crops are no photos of it.
    (folder / "c.jpg").write_bytes((photos / "chelsea.jpg").read_bytes())
    again = desk.open([str(folder)], Wanted(text="square"))
    assert again.id == at.id
    sheets = await at.answered(4)
    assert [s["entry"]["name"] for s in sheets] == ["a.jpg", "b.jpg", "no.jpg", "c.jpg"]
    await at.order(text="16:9")  # a later order of all photos does not make it another's sitting
    await at.done()
    assert desk.open([str(folder)], Wanted(text="square")).id == at.id
    assert desk.open([str(folder)], Wanted(text="4:5")).id != at.id


async def test_sidecars_that_programs_look_for_lie_beside_the_photo(
    at: At, desk: Desk, photos: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    (folder / "a.jpg").write_bytes((photos / "astronaut.jpg").read_bytes())
    at = At(at.client, desk.open([str(folder)], Wanted(text="square")).id)
    await at.edit((await at.answered(1))[0], word="accepted")
    for _ in range(2):
        wanted = {"to": "folder", "sidecars": ["xmp", "darktable", "json"], "pixels": False}
        answer = await at.client.post(at.path("/export"), json=wanted)
        assert answer.json() == {"files": 3, "notes": []}
    assert sorted(p.name for p in folder.iterdir()) == ["a.jpg", "a.jpg.xmp", "a.xmp", CROPS]
    assert [p.name for p in (folder / CROPS).iterdir()] == ["a-crop.json"]


async def test_the_rest_goes_on_after_a_photo_that_has_changed(
    at: At, desk: Desk, photos: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    for name in ("astronaut", "chelsea", "coffee"):
        (folder / f"{name}.jpg").write_bytes((photos / f"{name}.jpg").read_bytes())
    at = At(at.client, desk.open([str(folder)], Wanted(text="4:5")).id)
    await at.answered(3)
    (folder / "chelsea.jpg").write_bytes((photos / "rocket.jpg").read_bytes())
    told = (await at.client.post(at.path("/rest"))).json()
    assert told["entries"] == [1, 3] and "chelsea.jpg" in "".join(told["notes"])
    sheets = await at.sheets()
    assert [sheet["redo"] for sheet in sheets] == [None] * 3 and sheets[1]["undo"] is None


async def test_a_folder_opened_twice_at_once_is_taken_in_once(
    at: At, desk: Desk, photos: Path, tmp_path: Path
) -> None:
    for name in ("astronaut", "chelsea", "coffee"):
        (tmp_path / f"{name}.jpg").write_bytes((photos / f"{name}.jpg").read_bytes())
    id, *others = [desk.open([str(tmp_path)], Wanted(text="square")).id for _ in range(3)]
    assert set(others) == {id}
    sheets = await At(at.client, id).answered(3)
    assert [len(sheet["takes"]) for sheet in sheets] == [1, 1, 1]


def test_a_folder_without_photos_is_refused(desk: Desk, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError):
            desk.open([str(folder)], Wanted())


async def test_files_make_a_sitting_that_goes_on(
    at: At, desk: Desk, photos: Path, tmp_path: Path
) -> None:
    first, other, third = (str(photos / f"{name}.jpg") for name in ("coffee", "chelsea", "rocket"))
    at = At(at.client, desk.open([first], Wanted(text="square")).id)
    (sheet,) = await at.answered(1)
    assert paths(desk, at.id) == [first] and len(sheet["takes"]) == 1
    refused = await at.client.post(at.path("/export"), json={"to": "folder"})
    assert refused.status_code == 400
    assert desk.open([first], Wanted(text="square")).id == at.id
    another = At(at.client, desk.open([first], Wanted(text="4:5")).id)
    assert another.id != at.id and await another.answered(1)
    assert desk.open([third], Wanted(text="square")).id != at.id
    # Opened again beside another it goes on, though the latest of that file had another order,
    # and what is answered is not asked again.
    assert desk.open([first, other], Wanted(text="square")).id == at.id
    sheets = await at.answered(2)
    assert [one["entry"]["name"] for one in sheets] == ["coffee.jpg", "chelsea.jpg"]
    assert [len(one["takes"]) for one in sheets] == [1, 1]
    copied = tmp_path / "one.jpg"
    copied.write_bytes(Path(third).read_bytes())
    matched = desk.open([str(tmp_path / "*.jpg")], Wanted(text="square"))
    at = At(at.client, matched.id)
    await at.answered(1)
    assert paths(desk, at.id) == [str(copied)]


def paths(desk: Desk, id: str) -> list[str]:
    return [sheet.entry.path for sheet in desk.store.sheets(id)]


@pytest.mark.parametrize("place", ["-", "https://example.org/a.jpg", "square", "nothing-*.jpg"])
def test_what_is_no_place_of_photos_is_refused(desk: Desk, place: str) -> None:
    with pytest.raises(UsageError) as refused:
        desk.open([place], Wanted())
    assert place in refused.value.message and not desk.store.sittings()


async def test_a_sitting_outlives_its_studio(
    at: At, photo: Path, studio: StudioSettings, desk: Desk
) -> None:
    told = await at.cropped(photo, ratios=["1:1"])
    await at.edit(told, ratio="free", word="accepted")
    before = await at.sheets()
    later = Desk(studio)
    assert json.loads(json.dumps(later.shown(at.id))) == before
    # What a studio left unfinished goes on in the next; what another works on does not.
    (take,) = desk.store.sheet(at.id, 1).takes
    gone = this_process().rpartition("/")[0] + "/1"
    left = {"state": State.RUNNING, "process": gone, "report": None}
    desk.store.keep(at.id, take.model_copy(update=left))
    assert later.shown(at.id)[0]["takes"][0]["state"] in ("waiting", "running")
    assert (await at.done())[0]["takes"][0]["state"] == "done"


async def test_a_run_can_be_stopped_and_asked_again(at: At, photo: Path, desk: Desk) -> None:
    await at.send(photo.read_bytes())
    for _ in range(8):
        await at.order(text="4:5")
    assert (await at.client.delete(at.path("/runs"))).status_code == 204
    takes = (await at.done())[0]["takes"]
    assert any(take["problem"] == "Stopped." for take in takes)
    await at.order(text="4:5")
    assert (await at.done())[0]["takes"][-1]["state"] == "done"


async def test_what_happens_is_told_to_every_listener(at: At, photo: Path, desk: Desk) -> None:
    one, two = desk.feed.listen(at.id), desk.feed.listen(at.id)
    assert await anext(one) is None and await anext(two) is None
    await at.cropped(photo, ratios=["1:1"])
    for source in (one, two):
        kinds: list[Any] = []
        while not kinds or kinds[-1] != ("sheet", "done"):
            event = await anext(source)
            assert event is not None
            takes = event["sheet"]["takes"] if event["kind"] == "sheet" else ()
            kinds.append((event["kind"], takes[-1]["state"] if takes else ""))
        assert ("sheet", "running") in kinds and ("step_ended", "") in kinds
        await source.aclose()
    assert len(TraceLibrary().list()) == 1


async def test_a_photo_is_turned_below_the_box(at: At, photos: Path, home: Path) -> None:
    told = await at.cropped(photos / "coffee.jpg", ratios=["1:1"])
    stands = told["takes"][0]["standing"][0]
    assert stands["angle"] == 0
    turned = (await at.edit(told, angle=-6.5, did="straightened")).json()
    assert turned["takes"][0]["standing"][0]["angle"] == -6.5
    accepted = (await at.edit(turned, word="accepted", did="accepted")).json()
    (verdict,) = verdicts(home)
    assert (verdict.angle, verdict.proposed_angle, verdict.corrected) == (-6.5, 0, True)
    where = at.path("/entries/1/crop")
    crop = await at.client.get(where, params={"take": 1, "target": 0})
    made = Image.open(io.BytesIO(crop.content))
    level = open_photo(photos / "coffee.jpg").straightened(-6.5)
    seen = level.pixels(max(level.size.width, level.size.height)).astype(int)
    left, top = round(verdict.box.x1 * level.size.width), round(verdict.box.y1 * level.size.height)
    part = seen[top : top + made.height, left : left + made.width]
    assert np.abs(np.asarray(made).astype(int) - part).mean() < 5
    answer = await at.client.post(
        at.path("/export"), json={"to": "zip", "sidecars": ["xmp", "iiif"], "pixels": False}
    )
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        xmp = next(name for name in archive.namelist() if name.endswith(".xmp"))
        assert 'crs:CropAngle="6.5"' in archive.read(xmp).decode()
        assert "knows no angle" in archive.read(NOTES).decode()
    for _ in range(2):
        back = (await at.client.post(at.path("/entries/1/steps/undo"))).json()
    assert back["takes"][0]["standing"][0] == stands and accepted["undo"] == "accepted"


async def test_words_turn_a_photo_and_its_picture_is_shown_turned(at: At, photos: Path) -> None:
    told = await at.cropped(photos / "coffee.jpg", text="rotate 5 degrees clockwise, square")
    take = told["takes"][0]
    assert take["report"]["angle"] == 5 == take["standing"][0]["angle"]
    sha256 = told["entry"]["sha256"]
    seen = await at.client.get(f"/photos/{sha256}", params={"size": "small", "angle": 5})
    shown = np.asarray(Image.open(io.BytesIO(seen.content))).astype(int)
    level = open_photo(photos / "coffee.jpg").straightened(5).pixels(max(shown.shape))
    assert np.abs(shown - level).mean() < 6
    refused = await at.client.get(f"/photos/{sha256}", params={"angle": 90})
    assert refused.status_code in (400, 422)
