"""Keys and their limits."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.errors import UsageError
from cropsmith.service.keys import Bucket, Key, new_key, read_keys


def test_a_new_key_opens_and_the_file_does_not_hold_it(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    shop, other = new_key(path, "shop"), new_key(path, "other")
    ring = read_keys(path)
    assert [ring.owner_of(sent) for sent in (shop, other, "", "x")] == ["shop", "other", None, None]
    assert shop not in path.read_text() and path.stat().st_mode & 0o077 == 0
    assert ring.owner_of(next(iter(path.read_text().split('"')[1:2]))) is None  # the hash


@pytest.mark.parametrize("name", ["", "a b", "../a", "a]\n[keys.b", "shop"])
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "keys.toml"
    new_key(path, "shop")
    with pytest.raises(UsageError):
        new_key(path, name)


@pytest.mark.parametrize(
    "text", ["", "[keys.a]\n", "keys = 3", '[keys.a]\nsha256 = "x"\n', "[keys", "\xff"]
)
def test_a_file_without_usable_keys_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(text, "latin-1")
    with pytest.raises(UsageError):
        read_keys(path)


@given(
    gaps=st.lists(st.floats(min_value=0, max_value=5), max_size=60),
    per_minute=st.floats(min_value=1, max_value=600),
    burst=st.integers(min_value=1, max_value=20),
)
def test_no_more_is_let_through_than_the_limits_say(
    gaps: list[float], per_minute: float, burst: int
) -> None:
    now = 100.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cropsmith.service.keys.time.monotonic", lambda: now)
        bucket = Bucket(Key(sha256="0" * 64, per_minute=per_minute, burst=burst))
        passed = 0
        for gap in gaps:
            now += gap
            if seconds := bucket.take():
                # Whoever waits as long as told gets through.
                now += seconds + 1e-6
                assert bucket.take() == 0
            passed += 1
            assert passed <= burst + (now - 100) * per_minute / 60 + 1e-6
