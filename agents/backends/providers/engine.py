"""A model of transformers in this process: generates for several requests together."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cropsmith.agents.backends.protocol.backend import Tokens
from cropsmith.agents.backends.protocol.wire import Finish, WireReply
from cropsmith.agents.backends.providers.batching import Batching, Job
from cropsmith.agents.backends.providers.constrained import Grammars, SchemaProcessor
from cropsmith.errors import MissingExtra, UsageError
from cropsmith.tools.models.weights import revision_of
from cropsmith.vectorstore.torchvision_guard import import_torchvision


@dataclass(eq=False, kw_only=True)
class PromptJob(Job):
    """One request: a conversation for the chat template, its pictures, how to sample."""

    conversation: list[dict[str, Any]]
    images: list[Any]
    schema: dict[str, Any] | None
    temperature: float
    seed: int | None
    max_tokens: int

    @property
    def group(self) -> object:
        """What must be alike within a batch: sampling is seeded per batch, greedy is not."""
        sampling = (self.temperature, self.seed) if self.temperature > 0 else 0.0
        return (sampling, bool(self.images))


class Engine(Batching[PromptJob]):
    """A model of transformers."""

    @cached_property
    def _device(self) -> Any:
        import torch

        if torch.cuda.is_available():
            return torch.device("cuda")
        if torch.backends.mps.is_available():
            return torch.device("mps")
        return torch.device("cpu")

    @cached_property
    def _processor(self) -> Any:
        from transformers import AutoProcessor

        source, revision = revision_of(self.model)
        processor = AutoProcessor.from_pretrained(source, revision=revision)
        # Rows of a batch end together, so that the next token follows the prompt in all of them.
        processor.tokenizer.padding_side = "left"
        return processor

    @cached_property
    def _model(self) -> Any:
        import torch
        from transformers import AutoModelForImageTextToText

        kinds = {"cuda": torch.bfloat16, "mps": torch.float16, "cpu": torch.float32}
        source, revision = revision_of(self.model)
        model = AutoModelForImageTextToText.from_pretrained(
            source, revision=revision, dtype=kinds[self._device.type]
        )
        return model.to(self._device).eval()

    @cached_property
    def _ends(self) -> list[int]:
        found = self._model.generation_config.eos_token_id
        if found is None:
            found = self._processor.tokenizer.eos_token_id
        return list(found) if isinstance(found, list) else [found]

    @cached_property
    def _grammars(self) -> Grammars:
        vocabulary = self._model.config.get_text_config().vocab_size
        return Grammars(self._processor.tokenizer, vocabulary, self._ends)

    def load(self) -> None:
        """Load processor and weights now. MissingExtra or UsageError."""
        import_torchvision(f"transformers/{self.model}", "transformers")
        try:
            import llguidance  # noqa: F401
            from transformers.utils import logging
        except ImportError as error:
            raise MissingExtra(f"transformers/{self.model}", "transformers") from error
        logging.disable_progress_bar()
        try:
            _ = self._processor, self._model
        except (OSError, ValueError) as error:
            raise UsageError(
                f"The model {self.model} cannot be loaded: {str(error).splitlines()[0]}",
                hint="Name a folder with a vision-language model, or one of the Hugging Face hub.",
            ) from error

    def answer(self, batch: Sequence[PromptJob]) -> list[WireReply | Exception]:
        """Generate for a batch."""
        import torch
        from transformers import LogitsProcessorList, StoppingCriteriaList

        first = batch[0]
        texts = [
            self._processor.apply_chat_template(
                job.conversation, add_generation_prompt=True, tokenize=False
            )
            for job in batch
        ]
        images = [job.images for job in batch] if first.images else None
        inputs = self._processor(text=texts, images=images, return_tensors="pt", padding=True).to(
            self._device
        )
        held = SchemaProcessor(
            [None if job.schema is None else self._grammars.matcher(job.schema) for job in batch],
            self._grammars.vocabulary,
        )
        start = inputs["input_ids"].shape[1]
        sampling: dict[str, Any] = {"do_sample": False, "temperature": None}
        if first.temperature > 0:
            sampling = {"do_sample": True, "temperature": first.temperature}
            if first.seed is not None:
                torch.manual_seed(first.seed)
        with torch.inference_mode():
            output = self._model.generate(
                **inputs,
                **sampling,
                top_p=None,
                top_k=None,
                max_new_tokens=max(job.max_tokens for job in batch),
                eos_token_id=self._ends,
                pad_token_id=self._processor.tokenizer.pad_token_id,
                logits_processor=LogitsProcessorList([held]),
                stopping_criteria=StoppingCriteriaList([_Stop(batch, start, held)]),
            )
        return [
            self._reply(
                job,
                output[row, start:].tolist()[: held.length(row)],
                int(inputs["attention_mask"][row].sum()),
            )
            for row, job in enumerate(batch)
        ]

    def _reply(self, job: PromptJob, written: list[int], prompt: int) -> WireReply:
        end = next((i for i, token in enumerate(written) if token in self._ends), None)
        tokens = written[: job.max_tokens] if end is None else written[:end]
        text = self._processor.tokenizer.decode(tokens, skip_special_tokens=False)
        pad = self._processor.tokenizer.pad_token
        ended = end is not None or len(tokens) < job.max_tokens
        return WireReply(
            text=text.replace(pad, "") if pad else text,
            finish=Finish.STOP if ended else Finish.LENGTH,
            tokens=Tokens(prompt=prompt, completion=len(tokens) + (end is not None)),
        )


class _Stop:
    """Ends rows that were given up, are complete, or are at their own limit."""

    def __init__(self, batch: Sequence[PromptJob], start: int, held: SchemaProcessor) -> None:
        self._batch = batch
        self._start = start
        self._held = held

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        import torch

        written = input_ids.shape[1] - self._start
        return torch.tensor(
            [
                job.cancelled or written >= job.max_tokens or self._held.stopped(row)
                for row, job in enumerate(self._batch)
            ],
            device=input_ids.device,
        )
