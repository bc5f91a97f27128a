"""Holding a generation to a JSON schema, token by token, with llguidance."""

import json
from collections.abc import Sequence
from typing import Any


class SchemaProcessor:
    """A logits processor over a batch: row i is held to matcher i, or free where it is None.

    llguidance keeps integer ranges and string lengths, which other engines drop. One per
    generation: matchers follow the tokens that were written.
    """

    def __init__(self, matchers: Sequence[Any], vocabulary: int) -> None:
        import torch

        self._matchers = matchers
        self._mask = torch.full((len(matchers), (vocabulary + 31) // 32), -1, dtype=torch.int32)
        self._bits = torch.arange(32, dtype=torch.int32)
        self._start: int | None = None
        self._ends: dict[int, int] = {}

    def length(self, row: int) -> int | None:
        """Return how many tokens the complete answer of a row has; None while it goes on.

        The generation sees the end one token late, which is not part of the answer.
        """
        return self._ends.get(row)

    def stopped(self, row: int) -> bool:
        """Tell whether the answer of a row is complete."""
        matcher = self._matchers[row]
        return matcher is not None and bool(matcher.is_stopped())

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Return the scores with every token that the grammars forbid at minus infinity."""
        for row, matcher in enumerate(self._matchers):
            if matcher is None or matcher.is_stopped():
                continue
            if self._start is not None:
                matcher.consume_token(int(input_ids[row, -1]))
                if matcher.is_stopped():
                    self._ends[row] = input_ids.shape[1] - self._start
            if not matcher.is_stopped():
                # llguidance.torch wraps this call, but compiles a kernel at its import.
                mask = self._mask[row]
                matcher.unsafe_compute_mask_ptr(mask.data_ptr(), mask.numel() * mask.element_size())
        self._start = input_ids.shape[1] if self._start is None else self._start
        allowed = ((self._mask.unsqueeze(-1) >> self._bits) & 1).bool().flatten(1)
        allowed = allowed[:, : scores.shape[1]].to(scores.device)
        # A row that has ended may write anything: what follows its end is cut off.
        for row in range(len(self._matchers)):
            if self.stopped(row):
                allowed[row] = True
        return scores.masked_fill(~allowed, float("-inf"))


class Grammars:
    """Makes matchers for one tokenizer."""

    def __init__(self, tokenizer: Any, vocabulary: int, ends: Sequence[int]) -> None:
        import llguidance.hf

        self.vocabulary = vocabulary
        self._tokenizer = llguidance.hf.from_tokenizer(
            # The config's padded size, not the tokenizer's: logits have that width.
            tokenizer,
            n_vocab=vocabulary,
            eos_token=list(ends),
        )

    def matcher(self, schema: dict[str, Any]) -> Any:
        """Return a fresh matcher for a schema."""
        from llguidance import LLMatcher

        # Flexible whitespace lets a weak model write newlines up to its limit.
        grammar = LLMatcher.grammar_from_json_schema(
            json.dumps(schema), overrides={"whitespace_flexible": False}
        )
        matcher = LLMatcher(self._tokenizer, grammar)
        if matcher.is_error():
            raise ValueError(matcher.get_error())
        return matcher
