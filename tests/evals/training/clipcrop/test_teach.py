"""The decoder learns: tiny random models of the real architectures, real photos."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.evals.training.clipcrop.looks import Batch, EyeLooks, OwlLooks  # noqa: E402
from cropsmith.evals.training.clipcrop.teach import Course, overlaps, taught  # noqa: E402
from cropsmith.evals.training.loop import Plan, Step  # noqa: E402
from cropsmith.tools.clipcrop.decoder import CropDecoder  # noqa: E402
from cropsmith.tools.grounding.owl import OwlDetector, load_owl  # noqa: E402
from cropsmith.tools.schema.evidence import ExpertCrop  # noqa: E402
from cropsmith.tools.schema.geometry import Box  # noqa: E402
from cropsmith.tools.schema.labelled_photo import LabelledPhoto  # noqa: E402
from tests.tiny_models import make_owl  # noqa: E402

pytestmark = pytest.mark.integration

SMALL = Course(width=64, heads=4, layers=2, feedforward=128, outputs=30, dropout=0.0)


def hears_words(folder: Path) -> OwlDetector:
    """Return a tiny OWL-ViT whose words decide what they select, and not a token's own bias."""
    owl = load_owl(str(make_owl(folder, "owlvit")))
    with torch.no_grad():
        for name, weight in owl.model.class_head.named_parameters():
            if name.startswith("logit_"):
                weight.zero_()
    return owl


def test_it_overfits_and_words_decide(tmp_path: Path, captioned: list[LabelledPhoto]) -> None:
    torch.manual_seed(0)
    owl = hears_words(tmp_path)
    looks = OwlLooks(owl, captioned, mosaics=False)
    decoder = CropDecoder(SMALL.shape(looks.channels)).eval()
    batches = [looks.plain(row) for row in range(32)]
    for batch in batches:
        tokens, selected, union = batch.read("cpu")
        start = decoder(tokens, selected, union).boxes
        assert torch.equal(start, union[None, :, None].expand_as(start))
    plan = Plan(epochs=200, batch=16, rate=2e-3, clip=1.0, drop=0.7)
    taught(decoder, looks, SMALL.model_copy(update={"plan": plan}), 32)
    top, _, best = np.mean([overlaps(decoder, batch) for batch in batches], 0)
    assert best >= 0.95
    assert top >= 0.80
    # Each photo with its neighbour's caption.
    pairs = zip(captioned, captioned[1:] + captioned[:1], strict=True)
    strangers = [photo.model_copy(update={"text": other.text}) for photo, other in pairs]
    shuffled = OwlLooks(owl, strangers, mosaics=False)
    misled = [overlaps(decoder, shuffled.plain(row))[0] for row in range(32)]
    assert top - np.mean(misled) >= 0.2


def test_what_is_selected_decides_the_crop(captioned: list[LabelledPhoto]) -> None:
    """One photo twice, with another subject and another crop each time."""
    torch.manual_seed(0)
    subjects = (Box(x1=0.1, y1=0.1, x2=0.3, y2=0.4), Box(x1=0.6, y1=0.5, x2=0.9, y2=0.9))
    crops = (Box(x1=0.0, y1=0.3, x2=0.5, y2=1.0), Box(x1=0.4, y1=0.0, x2=1.0, y2=0.5))
    pair = [
        captioned[0].model_copy(update={"subject": subject, "crops": (ExpertCrop(box=crop),)})
        for subject, crop in zip(subjects, crops, strict=True)
    ]
    looks = EyeLooks(pair)
    small = SMALL.model_copy(
        update={"outputs": 6, "plan": Plan(epochs=150, batch=2, rate=2e-3, clip=1.0)}
    )
    decoder = CropDecoder(small.shape(looks.channels))
    taught(decoder, looks, small, 2)
    plain = [looks.plain(row) for row in range(2)]
    exchanged = [Batch(plain[1 - row].looks, plain[row].truths) for row in range(2)]
    right, wrong = (
        np.mean([overlaps(decoder, batch)[0] for batch in each]) for each in (plain, exchanged)
    )
    assert right >= 0.8
    assert right - wrong >= 0.2


def test_mosaics_ask_for_the_target_alone(
    tiny_models: Path, captioned: list[LabelledPhoto]
) -> None:
    looks = OwlLooks(load_owl(str(tiny_models / "owlvit")), captioned)
    batch = looks.drawn(Step(0, np.arange(12), np.random.default_rng(3)))
    again = looks.drawn(Step(0, np.arange(12), np.random.default_rng(3)))
    sides = []
    for row, (look, truth) in enumerate(zip(batch.looks, batch.truths, strict=True)):
        whole = captioned[row].crops[0].box
        x1, y1, x2, y2 = truth.good[0].double().numpy()
        side = whole.width / (x2 - x1)
        sides.append(round(side))
        assert side == pytest.approx(round(side), abs=1e-4)
        assert (y2 - y1) * side == pytest.approx(whole.height, abs=1e-4)
        assert len(look.selected) >= 1 and (look.union[2:] > look.union[:2]).all()
    assert set(sides) == {1, 2, 3}
    assert 0 < batch.ambiguous < 12
    for one, other in zip(batch.looks, again.looks, strict=True):
        assert np.array_equal(one.tokens, other.tokens)


def test_mirrored_photos_mirror_their_crops_and_subjects(
    photos: Path, captioned: list[LabelledPhoto]
) -> None:
    subject = captioned[0].crops[0].box
    one = captioned[0].model_copy(update={"subject": subject})
    looks = EyeLooks([one])
    plain = looks.plain(0)
    for seed in range(20):
        drawn = looks.drawn(Step(0, np.array([0]), np.random.default_rng(seed)))
        if np.array_equal(drawn.looks[0].tokens, plain.looks[0].tokens):
            continue
        back = drawn.looks[0].tokens.reshape(12, 12, -1)[:, ::-1].reshape(144, -1)
        assert np.array_equal(back, plain.looks[0].tokens)
        x1, y1, x2, y2 = drawn.truths[0].good[0].tolist()
        assert (1 - x2, y1, 1 - x1, y2) == pytest.approx(subject.corners, abs=1e-6)
        assert drawn.looks[0].union == pytest.approx([x1, y1, x2, y2], abs=1e-6)
        return
    pytest.fail("no photo was mirrored")
