"""Signed addresses: whatever is changed in one makes it worthless."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.errors import UsageError
from cropsmith.service.order import Sourced
from cropsmith.service.signing import Expired, Forged, Grant, read, read_secret, sign

KEY = b"0123456789abcdef"
LATER = int(time.time()) + 10_000
GRANT = Grant(owner="shop", wish=Sourced(url="https://example.com/a.jpg", text="Ihr Gesicht, öäü"))


def parts(address: str) -> list[str]:
    return address.removeprefix("/crop/").split("/")


def test_an_address_gives_what_was_signed() -> None:
    assert read(KEY, *parts(sign(KEY, GRANT, LATER))) == GRANT


@given(place=st.integers(0, 10_000), sign_=st.characters(codec="utf-8"))
def test_any_other_character_is_seen(place: int, sign_: str) -> None:
    address = sign(KEY, GRANT, LATER).removeprefix("/crop/")
    place %= len(address)
    if "/" in (sign_, address[place]) or sign_ == address[place]:
        return
    with pytest.raises(Forged):
        read(KEY, *(address[:place] + sign_ + address[place + 1 :]).split("/"))


def test_time_runs_out() -> None:
    with pytest.raises(Expired):
        read(KEY, *parts(sign(KEY, GRANT, int(time.time()) - 1)))


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = read_secret(tmp_path / "service")
    assert len(made) == 32 and read_secret(tmp_path / "service") == made
    assert (tmp_path / "service" / "secret").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("CROPSMITH_SERVICE_SECRET", "short")
    with pytest.raises(UsageError):
        read_secret(tmp_path)
