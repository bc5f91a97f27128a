"""Photos and crops in object stores, in fsspec's own store in memory."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import fsspec
import pytest

from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.batch.delivery import Delivery
from cropsmith.batch.inputs import found
from cropsmith.batch.manifest import Manifest
from cropsmith.batch.supervisor import supervised
from cropsmith.batch.threads import Threads
from cropsmith.batch.work import Order, Outcome, State
from cropsmith.errors import MissingExtra, OutputError, UnreadableImage, UsageError
from cropsmith.tools.images import remote
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.remote import address_of, is_remote, listed
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Target

SQUARE = CropRequest(targets=(Target(ratio=Ratio.parse("1:1")),))


@pytest.fixture
def store(photos: Path) -> Iterator[object]:
    """Return a store with two photos of one name in different folders, and a text beside them."""
    held = fsspec.filesystem("memory")
    held.pipe_file("/photos/a/cat.jpg", (photos / "chelsea.jpg").read_bytes())
    held.pipe_file("/photos/b/cat.jpg", (photos / "coffee.jpg").read_bytes())
    held.pipe_file("/photos/b/notes.txt", b"no photo")
    yield held
    held.store.clear()


def worked_off(source: str, out: str, *, force: bool = False, skip: bool = False) -> list[Outcome]:
    delivery = Delivery(out=Path(out), force=force, skip_existing=skip)
    manifest = Manifest.begin(None, "", resume=False, force=force)
    with closing(manifest):
        manifest.add(found([source], Path(out)), Path(out))
        engine = Threads(Order(SQUARE, RunSettings(trace=False), delivery))
        with closing(supervised(manifest, engine, 2)) as outcomes:
            return list(outcomes)


def test_addresses_and_the_paths_made_of_them_are_told_from_others() -> None:
    for address in ("s3://bucket/a.jpg", "gs://b/c", "abfss://c@account/x.jpg", "S3://b/a"):
        assert is_remote(address) and is_remote(Path(address))
        assert address_of(Path(address)) == address_of(address)
    for other in (
        "a.jpg",
        "/s3:/a.jpg",
        "https://a.example/b.jpg",
        "s3:",
        "C:/photos",
        b"s3://b/a",
    ):
        assert not is_remote(other)  # type: ignore[arg-type]


def test_a_photo_of_a_store_is_opened(store: object) -> None:
    photo = open_photo("memory://photos/a/cat.jpg")
    assert (photo.name, photo.path) == ("cat.jpg", None)
    with pytest.raises(UnreadableImage, match="no file memory://photos/none.jpg"):
        open_photo("memory://photos/none.jpg")


def test_a_folder_of_a_store_is_cropped_into_another(store: object) -> None:
    outcomes = worked_off("memory://photos/", "memory://crops")
    assert {outcome.state for outcome in outcomes} <= {State.CROPPED, State.KEPT}
    assert list(listed("memory://crops/")) == [
        "memory://crops/a/cat-crop.jpg",
        "memory://crops/b/cat-crop.jpg",
    ]
    crop = open_photo("memory://crops/b/cat-crop.jpg")
    assert crop.size.width == crop.size.height


def test_what_is_there_is_kept_skipped_or_overwritten_as_asked(store: object) -> None:
    first = worked_off("memory://photos/a/*.jpg", "memory://crops")
    assert [outcome.state for outcome in first] in ([State.CROPPED], [State.KEPT])
    (refused,) = worked_off("memory://photos/a/*.jpg", "memory://crops")
    assert refused.state is State.FAILED and "exists" in refused.problem
    (skipped,) = worked_off("memory://photos/a/*.jpg", "memory://crops", skip=True)
    assert skipped.state is State.SKIPPED
    (forced,) = worked_off("memory://photos/a/*.jpg", "memory://crops", force=True)
    assert forced.state is first[0].state


def test_a_photo_is_never_overwritten(store: object, photos: Path) -> None:
    fsspec.filesystem("memory").pipe_file(
        "/photos/a/cat-crop.jpg", (photos / "coffee.jpg").read_bytes()
    )
    told = {o.photo: o for o in worked_off("memory://photos/a/", "memory://photos/a", force=True)}
    assert "one of the photos" in told["memory://photos/a/cat.jpg"].problem


def test_nothing_to_crop_is_told(store: object) -> None:
    for source in ("memory://photos/*.png", "memory://empty/"):
        with pytest.raises((UsageError, UnreadableImage), match="no (photo|file)"):
            list(found([source], None))


def test_a_store_that_fails_is_one_sentence(store: object, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("https://b.example/?X-Amz-Signature=0123456789abcdef is\nforbidden.")

    monkeypatch.setattr(remote, "_store", lambda _: Failing())
    with pytest.raises(OutputError, match="cannot be written: .* is forbidden.") as told:
        remote.write_remote(Path("s3://b/x.jpg"), b"")
    assert "0123456789abcdef" not in str(told.value)
    with pytest.raises(UnreadableImage, match="cannot be read"):
        open_photo("s3://b/x.jpg")


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(scheme: str) -> object:
        raise ImportError(f"Install the library of {scheme}")

    monkeypatch.setattr(fsspec, "filesystem", missing)
    with pytest.raises(MissingExtra, match="cropsmith\\[gcs\\]"):
        open_photo("gs://b/x.jpg")
