"""How crops are delivered outlasts a process as text, and what does not go together is refused."""

import re
from pathlib import Path

import pytest

from cropsmith.batch.delivery import Delivery
from cropsmith.errors import UsageError
from cropsmith.tools.images.names import NameTemplate
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import Keep
from cropsmith.tools.sidecars.sidecar import Sidecar

STATED = Delivery(
    out=Path("out"),
    name=NameTemplate.parse("{stem}{ext}"),
    within=Size(width=80, height=60),
    keep=Keep.CREDIT,
    gps=False,
    sidecars=(Sidecar.XMP, Sidecar.JSON),
    pixels=True,
)


@pytest.mark.parametrize("delivery", [Delivery(), STATED])
def test_a_delivery_comes_back_from_its_text(delivery: Delivery) -> None:
    back = Delivery.from_json(delivery.to_json())
    assert back == delivery
    assert type(back.keep) is type(delivery.keep)
    assert [type(kind) for kind in back.sidecars] == [Sidecar] * len(delivery.sidecars)


def test_sidecars_do_not_go_to_standard_output() -> None:
    with pytest.raises(UsageError, match="no sidecar"):
        Delivery(out=Path("-"), sidecars=(Sidecar.XMP,)).checked(many=False)


@pytest.mark.parametrize(
    ("delivery", "told"),
    [
        (Delivery(out=Path("x.jpg"), format="webp"), "x.jpg is the name of a JPEG"),
        (Delivery(out=Path("x.v2"), format="webp"), "'v2' is not a format"),
        (Delivery(name=NameTemplate.parse("{stem}.jpg"), format="png"), "asked for is PNG"),
    ],
)
def test_a_name_and_a_format_do_not_contradict_each_other(delivery: Delivery, told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        delivery.checked(many=False)


def test_a_name_and_its_own_format_go_together() -> None:
    delivery = Delivery(out=Path("x.jpg"), format="jpeg")
    assert delivery.checked(many=False) == delivery
    several = Delivery(out=Path("crops.d"), format="webp")
    with pytest.raises(UsageError, match="need a folder"):
        several.checked(many=True)


def test_a_folder_of_sidecars_is_not_named_like_a_file() -> None:
    sidecars = Delivery(out=Path("out/only.xmp"), sidecars=(Sidecar.XMP,))
    with pytest.raises(UsageError, match="names no picture") as refused:
        sidecars.checked(many=False)
    assert "FOLDER" in str(refused.value.hint)
    assert Delivery(out=Path("a.jpg"), sidecars=(Sidecar.XMP,)).checked(many=False)
