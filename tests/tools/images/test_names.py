"""Templates make names of files inside the folder of the output, and nothing else."""

import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.errors import CropsmithError, UsageError
from cropsmith.tools.images.names import NameTemplate

GIVEN = {"stem": "IMG 1", "shape": "4x5", "n": 2, "ext": ".jpg", "width": 800, "height": 1000}


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{stem}-{shape}-{n}{ext}", "IMG 1-4x5-2.jpg"),
        ("{shape}/{stem}{ext}", "4x5/IMG 1.jpg"),
        ("{stem}@{width}x{height}_{n:03}.webp", "IMG 1@800x1000_002.webp"),
        ("{{{stem}}}{ext}", "{IMG 1}.jpg"),
    ],
)
def test_names(template: str, name: str) -> None:
    assert NameTemplate.parse(template).filled(**GIVEN) == name  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{stem}", "must end in {ext}"),
        ("{stem}.exe", "must end in {ext}"),
        ("{trace}{ext}", "no field {trace}"),
        ("{stem.__class__}{ext}", "no field"),
        ("{stem!r}{ext}", "formatted so"),
        ("{stem:>30}{ext}", "formatted so"),
        ("{n:99999999}{ext}", "formatted so"),
        ("{stem{ext}", "no template"),
        ("../{stem}{ext}", "within the folder"),
        ("/tmp/{stem}{ext}", "within the folder"),
        ("a//{stem}{ext}", "within the folder"),
        ("{stem}\\{n}{ext}", "backslash"),
        ("{ext}", "before its suffix"),
        ("{shape}/{ext}", "before its suffix"),
        (".{stem}{ext}", "before its suffix"),
        (".jpg", "before its suffix"),
        ("", "within the folder"),
    ],
)
def test_what_is_no_template_is_refused(template: str, why: str) -> None:
    with pytest.raises(UsageError, match=re.escape(why)):
        NameTemplate.parse(template)


@given(
    st.text(alphabet="{}stemnx:0.!/\\-~ ", max_size=24),
    st.text(alphabet=". a-", min_size=1, max_size=4),
)
def test_no_name_leaves_the_folder(text: str, stem: str) -> None:
    try:
        template = NameTemplate.parse(text + "{ext}")
        name = template.filled(stem=stem, shape="x", n=1, ext=".jpg", width=1, height=1)
    except CropsmithError:
        return
    path = PurePosixPath(name)
    assert not path.is_absolute() and ".." not in path.parts and path.name not in ("", ".", "..")
