"""Real OWL architectures, processors and post-processing of transformers, with random weights."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cropsmith.errors import UsageError
from cropsmith.tools.grounding.decoding import in_pixels
from cropsmith.tools.grounding.detection import suppress
from cropsmith.tools.grounding.owl import OwlDetector, detector_at_hand, load_owl
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.models.weights import WeightsMissing
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Size

QUERIES = ["a dog", "woman with a red umbrella", "boats in the harbour"]


@pytest.fixture(params=["owlvit", "owlv2"])
def owl(request: pytest.FixtureRequest, tiny_models: Path) -> OwlDetector:
    return load_owl(str(tiny_models / request.param))


@pytest.fixture
def views(photos: Path) -> list[View]:
    """A landscape, a portrait and a square photo."""
    files = ("rocket.jpg", "astronaut.jpg", "gravel.jpg")
    return [View(open_photo(photos / file)) for file in files]


def forward(owl: OwlDetector, pixels: Any, queries: list[str]) -> Any:
    """Run the model as its documentation does."""
    import torch

    images = owl._processor(images=pixels, return_tensors="pt")
    words = owl._tokenizer(
        queries, padding="max_length", max_length=16, truncation=True, return_tensors="pt"
    )
    with torch.inference_mode():
        return owl.model(pixel_values=images["pixel_values"], **words)


def test_boxes_and_scores_are_those_of_transformers(owl: OwlDetector, views: list[View]) -> None:
    found = owl.by_text(views, [QUERIES] * 3)
    for view, detections in zip(views, found, strict=True):
        pixels = view.pixels(owl._side)
        height, width = pixels.shape[:2]
        outputs = forward(owl, pixels, QUERIES)
        for column in range(len(QUERIES)):
            single = type(outputs)(
                logits=outputs.logits[..., column : column + 1], pred_boxes=outputs.pred_boxes
            )
            theirs = owl._processor.post_process_object_detection(
                # Below 0: a score of exactly 0 counts too.
                single,
                threshold=-1.0,
                target_sizes=[(height, width)],
            )[0]
            raw = outputs.pred_boxes[0].numpy()
            ours = in_pixels(raw, Size(width=width, height=height), owl.padded)
            np.testing.assert_array_equal(ours, theirs["boxes"].numpy())
            scale = np.array([width, height, width, height])
            clipped = np.clip(theirs["boxes"].numpy() / scale, 0, 1)
            real = (clipped[:, 2] > clipped[:, 0]) & (clipped[:, 3] > clipped[:, 1])
            np.testing.assert_allclose(detections.boxes, clipped[real], atol=1e-5)
            np.testing.assert_allclose(
                detections.scores[:, column], theirs["scores"].numpy()[real], atol=1e-5
            )


def test_a_padded_square_is_not_mistaken_for_the_photo(tiny_models: Path) -> None:
    raw = np.array([[0.5, 0.25, 1.0, 0.5]], np.float32)
    size = Size(width=200, height=100)
    np.testing.assert_allclose(in_pixels(raw, size, padded=True), [[0, 0, 200, 100]])
    np.testing.assert_allclose(in_pixels(raw, size, padded=False), [[0, 0, 200, 50]])


def test_image_query_agrees_with_image_guided_detection(
    owl: OwlDetector, views: list[View]
) -> None:
    import torch

    photo, reference = views[0], views[2].pixels(200)[:150]
    pixels = photo.pixels(owl._side)
    height, width = pixels.shape[:2]
    detections = owl.by_picture(photo, reference)
    inputs = owl._processor(images=pixels, return_tensors="pt")["pixel_values"]
    query = owl._processor(images=reference, return_tensors="pt")["pixel_values"]
    with torch.inference_mode():
        outputs = owl.model.image_guided_detection(pixel_values=inputs, query_pixel_values=query)
    raw = outputs.target_pred_boxes[0].numpy()
    pixel_boxes = in_pixels(raw, Size(width=width, height=height), owl.padded)
    scores = torch.sigmoid(outputs.logits[0, :, 0]).numpy().astype(np.float64)
    theirs = owl._processor.post_process_image_guided_detection(
        outputs, threshold=0.0, nms_threshold=0.3, target_sizes=torch.tensor([(height, width)])
    )[0]["boxes"].numpy()
    kept = suppress(pixel_boxes.astype(np.float64), scores, 0.3)
    # Theirs drops what scores under a tenth of the best; ours leaves that to the threshold.
    kept = kept[scores[kept] > 0.1 * (scores.max() + 1e-6)]
    np.testing.assert_array_equal(pixel_boxes[np.sort(kept)], theirs)
    clipped = np.clip(pixel_boxes / np.array([width, height, width, height]), 0, 1)
    real = (clipped[:, 2] > clipped[:, 0]) & (clipped[:, 3] > clipped[:, 1])
    np.testing.assert_allclose(detections.boxes, clipped[real], atol=1e-5)
    np.testing.assert_allclose(detections.scores[:, 0], scores[real], atol=1e-5)


def test_a_batch_gives_what_single_photos_give(tiny_models: Path, views: list[View]) -> None:
    queries = [QUERIES[:1], QUERIES, QUERIES[1:]]
    name = str(tiny_models / "owlv2")
    together = load_owl(name).by_text(views, queries)
    load_owl.cache_clear()
    alone = load_owl(name)
    for view, query, batched in zip(views, queries, together, strict=True):
        single = alone.by_text([view], [query])[0]
        np.testing.assert_allclose(single.boxes, batched.boxes, atol=1e-5)
        np.testing.assert_allclose(single.scores, batched.scores, atol=1e-5)


def test_a_photo_is_looked_at_once(owl: OwlDetector, views: list[View]) -> None:
    calls: list[int] = []
    real = owl.model.image_embedder

    def counted(*args: Any, **kwargs: Any) -> Any:
        calls.append(len(kwargs["pixel_values"]))
        return real(*args, **kwargs)

    owl._tokens.clear()
    owl.model.image_embedder = counted
    try:
        owl.by_text(views, [QUERIES] * 3)
        owl.by_text(views[:1], [["a kite"]])
        assert calls == [3]
    finally:
        del owl.model.image_embedder


def test_a_text_longer_than_the_context_is_cut_not_refused(
    owl: OwlDetector, views: list[View]
) -> None:
    found = owl.by_text(views[:1], [["a woman with a red umbrella " * 20]])[0]
    assert found.scores.shape == (len(found.boxes), 1)
    assert np.isfinite(found.scores).all()


def test_loads_by_name_from_the_weights_folder(
    tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROPSMITH_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "none"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert detector_at_hand() is None
    with pytest.raises(WeightsMissing, match="not on this machine"):
        load_owl("google/owlvit-base-patch32")
    (tmp_path / "google--owlvit-base-patch32").symlink_to(tiny_models / "owlvit")
    assert detector_at_hand() == "google/owlvit-base-patch32"
    assert load_owl("google/owlvit-base-patch32").padded is False


def test_a_model_of_another_kind_is_refused(tiny_models: Path, tmp_path: Path) -> None:
    for file in (tiny_models / "owlvit").iterdir():
        shutil.copy(file, tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "clip"}')
    with pytest.raises(UsageError, match="clip model, not OWL-ViT"):
        load_owl(str(tmp_path))
