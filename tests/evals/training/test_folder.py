"""A training's folder: one run at a time, one training alone, states whole or not there."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.errors import OutputError, UsageError  # noqa: E402
from cropsmith.evals.training.folder import Folder, held  # noqa: E402

pytestmark = pytest.mark.integration


def test_two_runs_at_once_do_not_share_a_folder(tmp_path: Path) -> None:
    with held(tmp_path / "new", "a"):
        with pytest.raises(UsageError, match="Another run is using"), held(tmp_path / "new", "a"):
            pass
    with held(tmp_path / "new", "a"):
        pass


def test_the_folder_of_another_training_is_refused_whatever_stages_it_had(tmp_path: Path) -> None:
    """One without the other's stages would teach for hours before it met a state of the other."""
    with held(tmp_path, "a") as folder:
        folder.of("crop").save({"step": 1})
    with pytest.raises(UsageError, match="other data or settings"), held(tmp_path, "b"):
        pass
    with held(tmp_path, "a") as folder:
        saved = folder.of("crop").saved()
        assert saved is not None and saved["step"] == 1
        assert folder.of("composition").saved() is None


def test_a_place_that_can_hold_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept", "utf-8")
    with pytest.raises(OutputError, match="cannot be made"), held(tmp_path / "file", "a"):
        pass
    assert (tmp_path / "file").read_text("utf-8") == "kept"


def test_a_torn_state_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state.pt").write_bytes(b"torn")
    with pytest.raises(UsageError, match="cannot be read"):
        Folder(tmp_path, "a").saved()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_told_and_what_was_saved_before_stays(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "a")
    folder.save({"step": 1})
    (tmp_path / ".state.pt").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="is the disk full"):
        folder.save({"step": 2})
    saved = folder.saved()
    assert saved is not None and saved["step"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["state.pt"]
