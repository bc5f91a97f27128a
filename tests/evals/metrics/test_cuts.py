from cropsmith.evals.metrics.cuts import cuts, share_inside
from cropsmith.tools.schema.geometry import Box

LEFT = Box.of((0, 0, 0.5, 1))


def test_whole_cut_and_gone() -> None:
    inside, across, outside = (
        Box.of((0.1, 0.1, 0.3, 0.3)),
        Box.of((0.4, 0.1, 0.6, 0.3)),
        Box.of((0.7, 0.1, 0.9, 0.3)),
    )
    found = cuts(LEFT, [inside, across, outside])
    assert (found.whole, found.cut, found.gone, found.count) == (1, 1, 1, 3)
    assert abs(share_inside(LEFT, across) - 0.5) < 1e-12


def test_a_detector_edge_is_not_a_cut() -> None:
    assert cuts(LEFT, [Box.of((0.0, 0.0, 0.505, 1.0))]).whole == 1


def test_a_sliver_of_a_face_is_gone_not_cut() -> None:
    sliver, strip = Box.of((0.48, 0.2, 0.98, 0.6)), Box.of((0.44, 0.2, 0.94, 0.6))
    assert cuts(LEFT, [sliver]).gone == 1  # 4 % of it is left
    assert cuts(LEFT, [strip]).cut == 1  # 12 %
