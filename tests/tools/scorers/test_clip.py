"""The real CLIP architecture with random weights: content, elements, aesthetics."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cropsmith.tools.models.weights import WeightsMissing
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.scorers.aesthetic import HEADS, AestheticScorer
from cropsmith.tools.scorers.crops import LONG_SIDE, CropEmbeddings, cut
from cropsmith.tools.scorers.elements import presence, prompts
from cropsmith.tools.scorers.encoder import DEFAULT_CLIP, ClipEncoder, load_clip
from cropsmith.tools.scorers.table import ScorerTable

Make = Callable[..., Candidate]


@pytest.fixture
def clip(tiny_models: Path) -> ClipEncoder:
    return load_clip(str(tiny_models / "clip"))


@pytest.fixture
def batch(candidate: Make) -> list[Candidate]:
    return [candidate(str(i), 0.05 * i, 0, 0.5 + 0.05 * i, 0.8) for i in range(8)]


def test_embeddings_are_those_of_the_model_and_its_processor(clip: ClipEncoder, view: View) -> None:
    import torch
    from transformers import CLIPImageProcessorPil

    whole = np.array([[0.0, 0.0, 1.0, 1.0]])
    picture = cut(view.pixels(LONG_SIDE), whole, clip.side)
    processor = CLIPImageProcessorPil(do_resize=False, do_center_crop=False)
    pixels = processor(images=list(picture), return_tensors="pt")["pixel_values"]
    with torch.inference_mode():
        out = clip.model.get_image_features(pixel_values=pixels)
    theirs = out.pooler_output.numpy()
    theirs = theirs / np.linalg.norm(theirs)
    np.testing.assert_allclose(clip.pictures(picture), theirs, atol=1e-5)


def test_cosines_are_those_of_the_models_own_forward(clip: ClipEncoder, view: View) -> None:
    import torch

    texts = ["a photo of a dog", "the rightmost boat"]
    picture = cut(view.pixels(LONG_SIDE), np.array([[0.0, 0.0, 1.0, 1.0]]), clip.side)
    tokens = clip._tokenizer(
        texts, padding="max_length", max_length=77, truncation=True, return_tensors="pt"
    )
    with torch.inference_mode():
        out = clip.model(pixel_values=clip.tensor(picture), **tokens)
    scale = clip.model.logit_scale.exp().item()
    ours = clip.pictures(picture) @ clip.texts(texts).T
    np.testing.assert_allclose(ours * scale, out.logits_per_image.numpy(), rtol=1e-4)


def test_a_crop_is_cut_where_it_says(view: View) -> None:
    pixels = view.pixels(LONG_SIDE)
    height, width = pixels.shape[:2]
    box = np.array([[64 / width, 32 / height, 96 / width, 64 / height]])
    np.testing.assert_array_equal(cut(pixels, box, 32)[0], pixels[32:64, 64:96])
    sliver = np.array([[0.9999999, 0.9999999, 1.0, 1.0]])
    near = pixels[-3:, -3:].reshape(-1, 3).astype(int)
    centre = cut(pixels, sliver, 32)[0][16, 16].astype(int)
    assert (centre >= near.min(axis=0) - 8).all() and (centre <= near.max(axis=0) + 8).all()


def test_every_clip_scorer_has_its_say(
    tiny_models: Path, view: View, intent: Intent, batch: list[Candidate]
) -> None:
    table = ScorerTable.for_run(clip=str(tiny_models / "clip"))
    scored = table.score(view, intent, Target(), batch)
    names = {"content", "composition elements", "aesthetic elements"}
    for found in scored.candidates:
        assert names <= set(found.scores)
        assert all(0 <= found.scores[name] <= 1 for name in names)
    assert len({c.scores["composition elements"] for c in scored.candidates}) > 1
    assert any("aesthetic" in note for note in table.notes), "no head for this model: said"


def test_presence_is_the_softmax_of_the_two_prompts(clip: ClipEncoder, view: View) -> None:
    crops = CropEmbeddings(clip, view, np.array([[0.1, 0.1, 0.9, 0.9]]))
    rows = presence(crops.crops(), crops, "composition")
    assert rows.shape == (1, 5)
    first = next(iter(prompts("composition").values()))
    means = [clip.texts(t).mean(axis=0) for t in (first.present, first.absent)]
    logits = [100 * float(crops.crops()[0] @ (m / np.linalg.norm(m))) for m in means]
    expected = np.exp(logits[0]) / np.exp(logits).sum()
    assert rows[0, 0] == pytest.approx(expected, rel=1e-3)


def test_laion_head_is_one_linear_layer_over_the_embedding(
    clip: ClipEncoder,
    tiny_models: Path,
    view: View,
    intent: Intent,
    batch: list[Candidate],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    import torch

    monkeypatch.setenv("CROPSMITH_WEIGHTS", str(tmp_path))
    (tmp_path / "openai--clip-vit-base-patch32").symlink_to(tiny_models / "clip")
    layer = torch.nn.Linear(32, 1)
    torch.save(layer.state_dict(), tmp_path / HEADS[DEFAULT_CLIP])
    table = ScorerTable.for_run()
    assert table.encoder is not None and table.encoder.name == DEFAULT_CLIP
    scored = table.score(view, intent, Target(), batch)
    crops = CropEmbeddings(table.encoder, view, np.array([c.box.corners for c in batch]))
    with torch.inference_mode():
        expected = layer(torch.from_numpy(crops.crops())).numpy()[:, 0]
    ours = [c.scores["aesthetic"] for c in scored.candidates]
    np.testing.assert_allclose(ours, expected, rtol=1e-4)


def test_a_head_of_another_model_is_left_out_and_said(
    clip: ClipEncoder, view: View, intent: Intent, batch: list[Candidate]
) -> None:
    head = AestheticScorer(np.ones(512), 0.0)
    scored = ScorerTable(scorers=[head], encoder=clip).score(view, intent, Target(), batch)
    assert "aesthetic" not in scored.candidates[0].scores
    assert "512" in str(scored.left_out[0])


def test_a_broken_head_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    path = tmp_path / "head.pth"
    path.write_bytes(b"no zip, no pickle")
    with pytest.raises(WeightsMissing, match="not a linear aesthetic head"):
        AestheticScorer.read(path)
    with pytest.raises(WeightsMissing, match="is not in"):
        AestheticScorer.read(tmp_path / "none.pth")


def test_a_missing_clip_model_is_a_note_not_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    table = ScorerTable.for_run(clip="openai/clip-vit-large-patch14")
    assert table.encoder is None
    assert any("not on this machine" in note for note in table.notes)


def test_long_texts_are_cut_at_the_context(clip: ClipEncoder) -> None:
    rows: Any = clip.texts(["a very long text " * 100])
    assert np.isfinite(rows).all()
