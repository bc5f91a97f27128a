"""The real CLIP architecture with random weights: content, elements, aesthetics."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cropsmith.errors import CropsmithError
from cropsmith.tools.models.weights import WeightsMissing
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.scorers.aesthetic import HEADS, AestheticScorer
from cropsmith.tools.scorers.crops import LONG_SIDE, CropEmbeddings, cut
from cropsmith.tools.scorers.elements import presence, prompts
from cropsmith.tools.scorers.table import ScorerTable
from cropsmith.vectorstore import clip_weights
from cropsmith.vectorstore.clip import Clip, load_clip

Make = Callable[..., Candidate]


@pytest.fixture
def clip(tiny_clip: Path) -> Clip:
    return load_clip(str(tiny_clip))


@pytest.fixture
def batch(candidate: Make) -> list[Candidate]:
    return [candidate(str(i), 0.05 * i, 0, 0.5 + 0.05 * i, 0.8) for i in range(8)]


def test_a_picture_is_normalised_as_open_clip_does_and_not_cut(clip: Clip, view: View) -> None:
    import torch
    from PIL import Image

    squares = cut(view.pixels(LONG_SIDE), np.array([[0.0, 0.0, 1.0, 1.0]]), clip.side)
    theirs = clip.prepared(squares[0])  # a square of the right size: nothing to resize or cut
    np.testing.assert_allclose(clip.tensor(squares)[0].cpu().numpy(), theirs, atol=1e-6)
    with torch.inference_mode():
        row = clip.model.encode_image(torch.from_numpy(theirs)[None].to(clip.device))
    row = row.cpu().numpy()[0] / np.linalg.norm(row.cpu().numpy())
    np.testing.assert_allclose(clip.pictures(squares)[0], row, atol=1e-5)
    assert Image.fromarray(squares[0]).size == (clip.side, clip.side)


def test_cosines_are_those_of_the_models_own_forward(clip: Clip, view: View) -> None:
    import open_clip
    import torch

    texts = ["a photo of a dog", "the rightmost boat"]
    squares = cut(view.pixels(LONG_SIDE), np.array([[0.0, 0.0, 1.0, 1.0]]), clip.side)
    words = open_clip.tokenize(texts).to(clip.device)
    with torch.inference_mode():
        logits, _ = clip.model.get_logits(clip.tensor(squares), words)
    ours = clip.pictures(squares) @ clip.texts(texts).T
    scale = clip.model.logit_scale.exp().item()
    np.testing.assert_allclose(ours * scale, logits.cpu().numpy(), rtol=1e-4)


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
    tiny_clip: Path, view: View, intent: Intent, batch: list[Candidate]
) -> None:
    table = ScorerTable.for_run(clip=str(tiny_clip))
    scored = table.score(view, intent, Target(), batch)
    names = {"content", "composition elements", "aesthetic elements"}
    for found in scored.candidates:
        assert names <= set(found.scores)
        assert all(0 <= found.scores[name] <= 1 for name in names)
    assert len({c.scores["composition elements"] for c in scored.candidates}) > 1
    assert any("aesthetic" in note for note in table.notes), "no head for this model: said"


def test_presence_is_the_softmax_of_the_two_prompts(clip: Clip, view: View) -> None:
    crops = CropEmbeddings(clip, view, np.array([[0.1, 0.1, 0.9, 0.9]]))
    rows = presence(crops.crops(), crops, "composition")
    assert rows.shape == (1, 5)
    first = next(iter(prompts("composition").values()))
    means = [clip.texts(t).mean(axis=0) for t in (first.present, first.absent)]
    logits = [100 * float(crops.crops()[0] @ (m / np.linalg.norm(m))) for m in means]
    expected = np.exp(logits[0]) / np.exp(logits).sum()
    assert rows[0, 0] == pytest.approx(expected, rel=1e-3)


def test_laion_head_is_one_linear_layer_over_the_embedding(
    clip: Clip,
    tiny_clip: Path,
    view: View,
    intent: Intent,
    batch: list[Candidate],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    import torch

    monkeypatch.setenv("CROPSMITH_WEIGHTS", str(tmp_path))
    monkeypatch.setitem(HEADS, clip.name, "head.pth")
    layer = torch.nn.Linear(32, 1)
    torch.save(layer.state_dict(), tmp_path / "head.pth")
    table = ScorerTable.for_run(clip=str(tiny_clip))
    assert table.encoder is clip  # one model in memory, whoever asks for it
    scored = table.score(view, intent, Target(), batch)
    crops = CropEmbeddings(clip, view, np.array([c.box.corners for c in batch]))
    with torch.inference_mode():
        expected = layer(torch.from_numpy(crops.crops())).numpy()[:, 0]
    ours = [c.scores["aesthetic"] for c in scored.candidates]
    np.testing.assert_allclose(ours, expected, rtol=1e-4)


def test_a_head_of_another_model_is_left_out_and_said(
    clip: Clip, view: View, intent: Intent, batch: list[Candidate]
) -> None:
    head = AestheticScorer(np.ones(512), 0.0)
    scored = ScorerTable(scorers=[head], encoder=clip).score(view, intent, Target(), batch)
    assert "aesthetic" not in scored.candidates[0].scores
    assert "512" in str(scored.left_out[0])


@pytest.mark.integration  # needs torch
def test_a_broken_head_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    path = tmp_path / "head.pth"
    path.write_bytes(b"no zip, no pickle")
    with pytest.raises(WeightsMissing, match="not a linear aesthetic head"):
        AestheticScorer.read(path)
    with pytest.raises(WeightsMissing, match="is not in"):
        AestheticScorer.read(tmp_path / "none.pth")


def test_without_weights_the_scorers_are_left_out_with_a_note(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    table = ScorerTable.for_run()
    assert table.encoder is None
    assert any(f"on this machine ({clip_weights.DEFAULT})" in note for note in table.notes)


def test_a_name_that_open_clip_lacks_is_a_note_not_an_error(clip: Clip) -> None:
    table = ScorerTable.for_run(clip="openai/clip-vit-base-patch32")
    assert table.encoder is None
    assert any("no model 'openai/clip-vit-base-patch32'" in note for note in table.notes)


def test_a_folder_of_another_layout_is_one_sentence(clip: Clip, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(CropsmithError, match=r"wants open_clip_config.json"):
        load_clip(str(tmp_path))


def test_long_texts_are_cut_at_the_context(clip: Clip) -> None:
    rows: Any = clip.texts(["a very long text " * 100])
    assert np.isfinite(rows).all()
