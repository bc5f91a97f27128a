"""A family of models: boxes as [y1, x1, y2, x2] in 0..500."""

from cropsmith.agents.backends.boxes.convention import Convention, Order
from cropsmith.agents.backends.boxes.family import Family

FAMILY = Family(
    Convention(
        family="example-eye",
        order=Order.YXYX,
        extent=500,
        source="its model card",
        standing="documented",
        date="2026-11",
    ),
    pattern=r"example-eye",
    model_types=("example_eye",),
)
