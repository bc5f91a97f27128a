"""Builds a tiny Qwen-VL with random weights: a real architecture, processor, tokeniser, template.

    PYTHON tests/integration/tiny_vlm.py FOLDER {qwen2_5_vl,qwen3_vl}

Stands alone, so that a server's own environment can run it. 0.2 million parameters; its answers are
noise. Greedy decoding repeats one token: tests of structured output sample, with a seed.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WIDTH, LAYERS, HEAD = 64, 2, 32  # the smallest head that vLLM's attention kernels take
CONTEXT = 32768
PICTURE_TOKENS = 256
CORPUS = [
    "You are a helpful assistant that proposes image crops as JSON.",
    'Return {"crop": {"x1": 0, "y1": 0, "x2": 100, "y2": 100}, "score": 0.5, "reason": "calm"}.',
    '{"crops": [{"x1": 12, "y1": 34, "x2": 560, "y2": 780, "score": 0.91}]}',
    "The image shows a person on the left and a dog on the right; crop to the person.",
    "aspect ratio 16:9 4:3 1:1 3:4 9:16 bbox_2d label point_2d width height",
    "0 1 2 3 4 5 6 7 8 9 10 100 1000 0.1 0.25 0.5 0.75 1.0",
]
END, PAD = "<|im_end|>", "<|endoftext|>"
MARKS = [
    PAD, "<|im_start|>", END, "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
    "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>",
    "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>",
]  # fmt: skip
TEMPLATE = (
    "{% for message in messages %}"
    "{% if loop.first and message['role'] not in ['system', 'developer'] %}"
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
    "<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for content in message['content'] %}"
    "{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}"
    "<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True)
class Family:
    """What differs between architectures."""

    prefix: str
    """Of its classes in transformers."""
    videos: str
    """Prefix of its processor of videos."""
    patch: int
    vision: dict[str, object]
    rope: dict[str, object]
    """`mrope_section` adds up to half of a head."""


FAMILIES = {
    "qwen2_5_vl": Family(
        prefix="Qwen2_5_VL",
        videos="Qwen2VL",
        patch=14,
        vision={"window_size": 112, "fullatt_block_indexes": [1]},
        rope={"mrope_section": [4, 6, 6]},
    ),
    "qwen3_vl": Family(
        prefix="Qwen3VL",
        videos="Qwen3VL",
        patch=16,
        vision={"num_position_embeddings": 256, "deepstack_visual_indexes": [0]},
        rope={"mrope_section": [6, 5, 5], "mrope_interleaved": True},
    ),
}


def make_tokenizer() -> Any:
    """Train a byte-level BPE on CORPUS, so that any text comes back as it was."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    bpe.train_from_iterator(CORPUS * 4, trainer)
    bpe.add_special_tokens(MARKS)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
        chat_template=TEMPLATE,
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=[mark for mark in MARKS if mark not in (END, PAD)],
    )


def text_config(words: Any, rope: dict[str, object]) -> dict[str, object]:
    """Return the settings of the language model."""
    return {
        "vocab_size": (len(words) + 63) // 64 * 64,
        "hidden_size": WIDTH,
        "intermediate_size": WIDTH * 2,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": WIDTH // HEAD,
        "num_key_value_heads": 1,
        "head_dim": HEAD,
        "max_position_embeddings": CONTEXT,
        "bos_token_id": words.convert_tokens_to_ids(PAD),
        "eos_token_id": words.eos_token_id,
        "pad_token_id": words.pad_token_id,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, **rope},
    }


def picture_config(family: Family) -> dict[str, object]:
    """Return the settings of the picture processor, whose budget is PICTURE_TOKENS."""
    token = (family.patch * 2) ** 2  # pixels of a token after the 2 x 2 merge
    return {
        "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True,
        "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "rescale_factor": 1 / 255, "resample": 3,
        "processor_class": f"{family.prefix}Processor",
        "patch_size": family.patch, "temporal_patch_size": 2, "merge_size": 2,
        "size": {"shortest_edge": 4 * token, "longest_edge": PICTURE_TOKENS * token},
        "min_pixels": 4 * token, "max_pixels": PICTURE_TOKENS * token,
    }  # fmt: skip


def make_vlm(folder: Path, architecture: str) -> None:
    """Write the model to a folder."""
    import torch
    import transformers

    family = FAMILIES[architecture]
    words = make_tokenizer()
    common = {
        "depth": 2, "num_heads": 2, "in_channels": 3, "spatial_merge_size": 2,
        "temporal_patch_size": 2, "hidden_size": 32, "intermediate_size": 64,
        "out_hidden_size": WIDTH, "patch_size": family.patch,
    }  # fmt: skip
    config = getattr(transformers, f"{family.prefix}Config")(
        text_config=text_config(words, family.rope),
        vision_config={**common, **family.vision},
        image_token_id=words.convert_tokens_to_ids("<|image_pad|>"),
        video_token_id=words.convert_tokens_to_ids("<|video_pad|>"),
        vision_start_token_id=words.convert_tokens_to_ids("<|vision_start|>"),
        vision_end_token_id=words.convert_tokens_to_ids("<|vision_end|>"),
        tie_word_embeddings=True,
    )
    torch.manual_seed(0)
    model = getattr(transformers, f"{family.prefix}ForConditionalGeneration")(config).float()
    model.generation_config.update(eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id)
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    pictures = picture_config(family)
    for name, content in {
        "preprocessor_config": {**pictures, "image_processor_type": "Qwen2VLImageProcessor"},
        "video_preprocessor_config": {
            **pictures,
            "video_processor_type": f"{family.videos}VideoProcessor",
        },
    }.items():
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1), "utf-8")
    (folder / "chat_template.jinja").write_text(TEMPLATE, "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("architecture", choices=FAMILIES)
    told = parser.parse_args()
    make_vlm(told.folder, told.architecture)
