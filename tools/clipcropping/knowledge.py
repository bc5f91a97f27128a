"""A branch of knowledge: how a map speaks of five elements, and prompts that know the picture.

The prompts are CoCoOp's (Zhou et al., CVPR 2022): four learnt vectors, moved by what the branch
sees, before an element's words. CLIP's frozen words side reads them.
"""

# ruff: noqa: TID253
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cropsmith.tools.clipcropping.shape import Shape

BEGIN = "a photo of a"
"""The words whose vectors the learnt context starts from, as in CoCoOp."""
CONTEXT = len(BEGIN.split())


class Knowledge(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """One family's branch, over the map of CLIP's ResNet."""

    def __init__(self, clip: Any, shape: Shape, words: Sequence[str]) -> None:
        from open_clip.modified_resnet import AttentionPool2d
        from open_clip.tokenizer import SimpleTokenizer

        super().__init__()
        visual = clip.visual
        channels, width = visual.layer4[-1].conv3.out_channels, visual.output_dim
        wide = clip.token_embedding.embedding_dim
        self.look = nn.Sequential(
            nn.Conv2d(channels, width, 1), nn.ReLU(), nn.Conv2d(width, width, 1), nn.ReLU(),
            AttentionPool2d(visual.image_size // 32, width, shape.heads, width),
        )  # fmt: skip
        narrow = max(1, width // shape.squeeze)
        self.learner = nn.Sequential(nn.Linear(width, narrow), nn.ReLU(), nn.Linear(narrow, wide))
        tokens = SimpleTokenizer()([f"{BEGIN} {one}." for one in words], clip.context_length)
        # Words see only what stands before them: what follows the longest prompt says nothing.
        self.register_buffer("tokens", tokens[:, : int(tokens.argmax(1).max()) + 1])
        self.context = nn.Parameter(torch.zeros(CONTEXT, wide))

    def begin(self, clip: Any) -> None:
        """Start the context from the words that it stands for."""
        with torch.no_grad():
            self.context.copy_(clip.token_embedding(self.tokens[0, 1 : 1 + CONTEXT]))

    def seen(self, maps: Tensor) -> Tensor:
        """Return (B, E), v of the paper, not normalised, of maps (B, C, h, w)."""
        return self.look(maps)

    def told(self, clip: Any, seen: Tensor) -> Tensor:
        """Return (B, J, E): t_j of the paper, unit vectors of the prompts for each picture."""
        count, length = self.tokens.shape
        context = self.context + self.learner(seen)[:, None]
        words = clip.token_embedding(self.tokens)
        x = torch.cat(
            [
                words[None, :, :1].expand(len(seen), -1, -1, -1),
                context[:, None].expand(-1, count, -1, -1),
                words[None, :, 1 + CONTEXT :].expand(len(seen), -1, -1, -1),
            ],
            2,
        ).flatten(0, 1)
        x = x + clip.positional_embedding[:length]
        x = clip.ln_final(clip.transformer(x, attn_mask=clip.attn_mask[:length, :length]))
        ends = self.tokens.argmax(1).repeat(len(seen))
        x = x[torch.arange(len(x), device=x.device), ends] @ clip.text_projection
        return F.normalize(x, dim=-1).unflatten(0, (len(seen), count))

    def elements(self, clip: Any, maps: Tensor) -> Tensor:
        """Return (B, J) in [-1, 1]: the sum over v and t_j multiplied element-wise (Eq. 24)."""
        seen = self.seen(maps)
        return (F.normalize(seen, dim=-1)[:, None] * self.told(clip, seen)).sum(-1)
