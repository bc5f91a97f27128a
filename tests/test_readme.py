import importlib.util
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_readme_lists_every_file_as_it_describes_itself() -> None:
    spec = importlib.util.spec_from_file_location("file_list", ROOT / "tests" / "file_list.py")
    assert spec is not None and spec.loader is not None
    file_list = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(file_list)
    text = (ROOT / "README.md").read_text("utf-8")
    assert file_list.listing() in text, "run python tests/file_list.py --write"
