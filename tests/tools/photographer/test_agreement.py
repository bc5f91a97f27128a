import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.tools.photographer.agreement import agreement
from cropsmith.tools.schema.geometry import Box


def test_the_odd_one_out_agrees_least() -> None:
    near = [Box(x1=0.1 + d, y1=0.1, x2=0.8, y2=0.9) for d in (0, 0.02, 0.04)]
    far = Box(x1=0.7, y1=0, x2=1, y2=0.3)
    values = agreement([*near, far])
    assert values.argmax() == 1 and values.argmin() == 3
    assert agreement([far]) == [1.0] and len(agreement([])) == 0


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.floats(0.02, 0.15))
def test_the_medoid_is_nearer_than_a_typical_answer(seed: int, noise: float) -> None:
    truth = np.array([0.2, 0.2, 0.8, 0.8])
    chance = np.random.default_rng(seed)
    gains = []
    for _ in range(20):
        corners = np.clip(truth + chance.normal(0, noise, (18, 4)), 0, 1)
        boxes = [Box.of(c) for c in corners if c[2] > c[0] and c[3] > c[1]]
        errors = [box.iou(Box.of(truth)) for box in boxes]
        gains.append(errors[int(agreement(boxes).argmax())] - np.mean(errors))
    assert np.mean(gains) > 0
