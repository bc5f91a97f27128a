"""What `crop()` refuses in one sentence, and what it holds a backend of one's own to."""

from typing import Any

import pytest

from cropsmith import crop
from cropsmith.agents.backends.providers.scripted import Scripted
from cropsmith.errors import UsageError
from tests.agents.conftest import player


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"n": 0}, "n cannot be '0'"),
        ({"n": 1000}, "n cannot be '1000'"),
        ({"margin": -1}, "margin cannot be '-1'"),
        ({"settings": {"effort": "quick"}}, "takes a RunSettings"),
        ({"backend": "scripted/x"}, "takes an object"),
        ({"backend": Scripted([]), "server": "http://127.0.0.1:1/v1"}, "its own server"),
    ],
)
def test_a_value_that_cannot_be_is_one_sentence(wish: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        crop("photo.jpg", **wish)


def test_a_backend_of_ones_own_keeps_to_the_most_calls(photos: Any) -> None:
    backend = Scripted(player(1, failures=0.0))
    result = crop(photos / "astronaut.jpg", "square", backend=backend, max_calls=2, trace=False)
    assert len(backend.asked) == 2 and result.report.failures
