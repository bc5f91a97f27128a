"""Build tiny OWL-ViT, OWLv2 and CLIP: real architectures, processors, tokenisers, random weights.

As a program: `python tests/tiny_models.py FOLDER` writes owlvit/, owlv2/ and clip/ there.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from cropsmith.tools.models.weights import ready_for_transformers
from cropsmith.vectorstore.torchvision_guard import import_torchvision

CORPUS = (
    """a photo of a dog and the two dogs on the left, a woman with a red umbrella, the man in a
blue shirt, cars and boats in the harbour, a lighthouse behind the trees, cats on a sofa, a bowl of
oranges, the rightmost boat, a child with a kite, good lighting, vibrant colours, rule of thirds,
centred subject, a horizontal line, a curved road, well composed, badly composed, people walking"""
    * 4
)
MARKS = ("<|startoftext|>", "<|endoftext|>")


def tokenizer(pad: str) -> Any:
    """Train a byte-level BPE of CLIP's kind on the corpus; the end mark has the highest id."""
    ready_for_transformers("The tiny tokeniser")
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import CLIPTokenizer

    bpe = Tokenizer(models.BPE(unk_token=MARKS[1], end_of_word_suffix="</w>"))
    bpe.normalizer = normalizers.Lowercase()
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        end_of_word_suffix="</w>",
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(CORPUS.split(), trainer)
    learnt = json.loads(bpe.to_str())["model"]
    words = sorted(learnt["vocab"], key=learnt["vocab"].get)
    vocab = {word: i for i, word in enumerate([*words, *MARKS])}
    merges = [tuple(pair) for pair in learnt["merges"]]
    return CLIPTokenizer(vocab=vocab, merges=merges, pad_token=pad)


def _towers(image: int, patch: int, vocab: int, context: int) -> dict[str, Any]:
    shape = {"num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    return {
        "vision_config": {**shape, "hidden_size": 48, "image_size": image, "patch_size": patch},
        "text_config": {
            **shape,
            "hidden_size": 32,
            "vocab_size": vocab,
            "max_position_embeddings": context,
            "bos_token_id": vocab - 2,
            "eos_token_id": vocab - 1,
        },
        "projection_dim": 32,
    }


def make_owl(folder: Path, kind: str, seed: int = 0) -> Path:
    """Write an `owlvit` or `owlv2` model; its heads are stirred, so that boxes differ widely."""
    words = tokenizer(pad="!")
    import torch
    import transformers

    prefix, image = {"owlvit": ("OwlViT", 96), "owlv2": ("Owlv2", 128)}[kind]
    torch.manual_seed(seed)
    config = getattr(transformers, f"{prefix}Config")(**_towers(image, 16, len(words), 16))
    model = getattr(transformers, f"{prefix}ForObjectDetection")(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "head.dense" in name and weight.ndim == 2:
                weight.normal_(0.0, 0.2)
    size = {"height": image, "width": image}
    processor = getattr(transformers, f"{prefix}ImageProcessorPil")(size=size)
    for part in (model, processor, words):
        part.save_pretrained(folder)
    return folder


def make_clip(folder: Path, seed: int = 0, *, resnet: bool = False) -> Path:
    """Write a CLIP in open_clip's own layout; its words are the real ones.

    It sees 32 pixels a side by a transformer, or 96 by a ResNet, all of whose blocks say something.
    """
    import_torchvision("The tiny CLIP", "clip")
    import open_clip
    import torch

    transformer = {"image_size": 32, "patch_size": 8, "head_width": 32, "layers": 2, "width": 64}
    residual = {"image_size": 96, "layers": [1, 1, 1, 1], "width": 8}
    model = {
        "embed_dim": 32,
        "vision_cfg": residual if resnet else transformer,
        "text_cfg": {"vocab_size": 49408, "width": 32, "heads": 4, "layers": 2},
    }
    torch.manual_seed(seed)
    clip = open_clip.CLIP(**model)
    if resnet:
        _stir(clip.visual)
    weights = clip.state_dict()
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(weights, folder / "open_clip_pytorch_model.bin")
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": model}), "utf-8")
    return folder


def _stir(visual: Any) -> None:
    """Let every block of a ResNet say something, in numbers near to one, as in a trained one."""
    import torch

    norms = {n: m for n, m in visual.named_modules() if isinstance(m, torch.nn.BatchNorm2d)}
    for name, norm in norms.items():
        norm.momentum = 1.0
        if name.endswith("bn3"):
            torch.nn.init.ones_(norm.weight)  # zero at birth
    noise = torch.nn.functional.interpolate(torch.randn(32, 3, 6, 6), visual.image_size)
    with torch.no_grad():
        visual.train()(noise)


def main() -> None:
    """Write all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    make_owl(folder / "owlvit", "owlvit")
    make_owl(folder / "owlv2", "owlv2")
    make_clip(folder / "clip")


if __name__ == "__main__":
    main()
