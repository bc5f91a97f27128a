"""A decoder with OWL-ViT: what words and pictures select; folders that hold no decoder."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="decoding needs torch; the package does not")

from cropsmith.errors import UsageError  # noqa: E402
from cropsmith.tools.clipcrop.checkpoint import decoder_folder, save_decoder  # noqa: E402
from cropsmith.tools.clipcrop.cropper import ClipCropper, load_cropper  # noqa: E402
from cropsmith.tools.clipcrop.decoder import CropDecoder, positions  # noqa: E402
from cropsmith.tools.clipcrop.shape import Shape  # noqa: E402
from cropsmith.tools.grounding.decoding import corners  # noqa: E402
from cropsmith.tools.grounding.owl import load_owl  # noqa: E402
from cropsmith.tools.grounding.queries import all_chunks  # noqa: E402
from cropsmith.tools.images.photo import open_photo  # noqa: E402
from cropsmith.tools.language.understanding import understand  # noqa: E402
from cropsmith.tools.photographer.opened_photo import View  # noqa: E402
from cropsmith.tools.schema.evidence import Grounding  # noqa: E402
from cropsmith.tools.schema.request import CropRequest  # noqa: E402

pytestmark = pytest.mark.integration


def shape(backbone: str, channels: int = 48) -> Shape:
    sizes = {"width": 32, "heads": 4, "layers": 1, "feedforward": 32, "outputs": 5}
    return Shape(backbone=backbone, channels=channels, **sizes)


def written(folder: Path, backbone: str, channels: int = 48) -> Path:
    torch.manual_seed(0)
    save_decoder(CropDecoder(shape(backbone, channels)), folder)
    return folder


def test_words_and_pictures_select_what_the_decoder_starts_from(
    tiny_models: Path, photos: Path, tmp_path: Path
) -> None:
    name = str(tiny_models / "owlvit")
    cropper = load_cropper(written(tmp_path / "decoder", name))
    owl = load_owl(name)
    view, other = (View(open_photo(photos / f"{n}.jpg")) for n in ("coffee", "chelsea"))
    intent = understand(CropRequest(text="the dog on the sofa"), view.size)
    found = cropper.outputs(view, intent, Grounding())
    queries = all_chunks(intent.subjects[0].text)
    images = owl._processor(images=[view.pixels(owl.side)], return_tensors="pt")
    words = owl._tokenizer(
        list(queries), padding="max_length", max_length=16, truncation=True, return_tensors="pt"
    )
    with torch.inference_mode():
        seen = owl.model(**images, **words)
    best = corners(seen.pred_boxes[0].numpy())[seen.logits[0].argmax(0).numpy()].clip(0, 1)
    union = [*best[:, :2].min(0), *best[:, 2:].max(0)]
    assert found.boxes == pytest.approx(np.tile(union, (len(found.boxes), 1)), abs=1e-5)

    shown = intent.model_copy(update={"subjects": (), "subject_image": other.sha256})
    by_picture = cropper.outputs(view, shown, Grounding(), {other.sha256: other}.get)
    query = owl._processor(images=[other.pixels(960)], return_tensors="pt")["pixel_values"]
    with torch.inference_mode():
        alike = owl.model.image_guided_detection(**images, query_pixel_values=query)
    box = corners(alike.target_pred_boxes[0].numpy())[alike.logits[0, :, 0].argmax()].clip(0, 1)
    assert by_picture.boxes[0] == pytest.approx(box, abs=1e-5)


def test_a_folder_that_holds_no_fitting_decoder_is_refused_in_a_sentence(
    tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="OWLv2"):
        load_cropper(written(tmp_path / "padded", str(tiny_models / "owlv2")))
    with pytest.raises(UsageError, match="reads tokens of 24 channels"):
        load_cropper(written(tmp_path / "narrow", str(tiny_models / "owlvit"), 24))
    torn = written(tmp_path / "torn", "eye")
    weights = (torn / "model.safetensors").read_bytes()
    (torn / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    with pytest.raises(UsageError, match="does not fit its config.json"):
        load_cropper(torn)
    (torn / "config.json").write_text('{"width": 3}', "utf-8")
    with pytest.raises(UsageError, match="is not a decoder's"):
        load_cropper(torn)
    monkeypatch.setenv("CROPSMITH_WEIGHTS", str(tmp_path))
    assert decoder_folder() is None
    usual = written(tmp_path / "clipcrop", "eye")
    assert decoder_folder() == usual and decoder_folder("off") is None
    assert decoder_folder("narrow") == tmp_path / "narrow"


@pytest.mark.parametrize("kind", ["corners", "cxcywh"])
def test_an_untrained_decoder_gives_the_union_box_exactly(kind: str) -> None:
    one = shape("eye", 6).model_copy(update={"parametrisation": kind})
    decoder = CropDecoder(one).eval()
    union = torch.tensor([[0.123, 0.456, 0.789, 0.987], [0.0, 0.0, 1.0, 1.0]])
    selected = [torch.tensor([1, 5]), torch.zeros(0, dtype=torch.long)]
    out = decoder(torch.randn(2, 36, 6), selected, union)
    assert torch.equal(out.boxes, union[None, :, None].expand_as(out.boxes))
    with pytest.raises(UsageError, match="6 channels"):
        decoder(torch.randn(2, 36, 7), selected, union)
    with pytest.raises(UsageError, match="no square grid"):
        positions(35, 32)


def test_what_is_selected_matters_and_its_order_does_not() -> None:
    torch.manual_seed(0)
    decoder = CropDecoder(shape("eye", 6)).eval()
    tokens, union = torch.randn(1, 36, 6), torch.tensor([[0.0, 0.0, 1.0, 1.0]])
    logits = [
        decoder(tokens, [torch.tensor(rows)], union).logits for rows in ([3, 8], [8, 3], [4, 9])
    ]
    assert torch.allclose(logits[0], logits[1], atol=1e-6)
    assert not torch.allclose(logits[0], logits[2], atol=1e-3)


def test_outputs_are_decoded_once_for_a_photo_and_its_words(photos: Path) -> None:
    decoder = CropDecoder(shape("eye", 24)).eval()
    cropper, view = ClipCropper(decoder), View(open_photo(photos / "coffee.jpg"))
    intent = understand(CropRequest(), view.size)
    assert cropper.outputs(view, intent, Grounding()) is cropper.outputs(view, intent, Grounding())
