"""A file keeps to a number of bytes, at nearly the best quality, in few tries."""

from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.images.encode import Encoded
from cropsmith.tools.images.weight import LEAST, MOST, NEAR, TRIES, within


@given(
    st.lists(st.integers(0, 4000), min_size=MOST - LEAST + 1, max_size=MOST - LEAST + 1),
    st.integers(1, 300_000),
    st.integers(50, 5000),
)
def test_what_fits_is_found_in_few_tries(steps: list[int], limit: int, least: int) -> None:
    sizes = {LEAST: least}
    for quality in range(LEAST + 1, MOST + 1):
        sizes[quality] = sizes[quality - 1] + steps[quality - LEAST]
    tried: list[int] = []

    def encode(quality: int) -> Encoded:
        tried.append(quality)
        return Encoded(bytes(sizes[quality]))

    found, quality = within(limit, encode, max(limit, sizes[MOST]) + 1)
    assert len(found.data) == sizes[quality] and len(tried) < TRIES
    if sizes[LEAST] > limit:
        assert quality == LEAST
    else:
        assert sizes[quality] <= limit
        # The next one does not fit, or this one is near, or the tries were used up.
        best = quality == MOST or sizes[quality + 1] > limit
        assert best or sizes[quality] >= NEAR * limit or len(tried) == TRIES - 1


@given(st.floats(0.02, 0.06), st.floats(0.06, 0.95))
def test_a_photo_whose_weight_grows_evenly_takes_three_tries(rate: float, share: float) -> None:
    sizes = {quality: int(2e6 * 2.718 ** (rate * (quality - MOST))) for quality in range(0, 101)}
    tried: list[int] = []

    def encode(quality: int) -> Encoded:
        tried.append(quality)
        return Encoded(bytes(sizes[quality]))

    limit = int(sizes[MOST] * share)
    found, _ = within(limit, encode, sizes[MOST])
    if sizes[LEAST] <= limit:
        assert 0.9 * limit <= len(found.data) <= limit and len(tried) <= 4
