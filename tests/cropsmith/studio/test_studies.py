"""Studies that the studio knows."""

from pathlib import Path

from cropsmith.studio.studies import Studies, remember


def reported(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "report.html").write_text(text)
    return folder


def test_studies_of_the_same_name_stand_side_by_side(home: Path, tmp_path: Path) -> None:
    one, two = (reported(tmp_path / place / "vlm.study", place) for place in ("here", "there"))
    for folder in (one, two, one):
        remember(home, folder)
    listed = Studies(home).list()
    assert len(listed) == 2 and {study.title for study in listed} == {"here/vlm", "there/vlm"}
    assert {Studies(home).report(study.name) for study in listed} == {"here", "there"}


def test_a_name_of_its_own_is_shown_alone(home: Path, tmp_path: Path) -> None:
    remember(home, reported(tmp_path / "here" / "a b.study", "x"))
    (study,) = Studies(home).list()
    assert study.title == "a b" and Studies(home).report(study.name) == "x"


def test_studies_remembered_by_their_name_alone_are_found(home: Path, tmp_path: Path) -> None:
    folder = reported(tmp_path / "old.study", "old")
    (home / "studies").mkdir()
    (home / "studies" / "old.folder").write_text(str(folder))
    remember(home, folder)
    (study,) = Studies(home).list()
    assert study.title == "old"
