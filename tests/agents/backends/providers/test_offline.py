"""The offline engine around a vLLM that is not there: batches, their faults, what is missing."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from cropsmith.agents.backends.protocol.wire import (
    AnswerSchema,
    Finish,
    Incapable,
    Trouble,
    WireFault,
    WireMessage,
    WireRequest,
    WireTool,
)
from cropsmith.agents.backends.providers import offline
from cropsmith.agents.backends.providers.offline import Offline
from cropsmith.errors import Misconfigured, MissingExtra, UsageError

SCHEMA = AnswerSchema(name="a", own={}, native={"type": "object"})


def request(text: str = "hello", **more: Any) -> WireRequest:
    messages = [WireMessage("system", ["Look."]), WireMessage("user", [text])]
    return WireRequest(messages=messages, schema=SCHEMA, timeout=20, **more)


class Llm:
    """What `vllm.LLM` does with conversations: all are answered, or the first bad one raises."""

    def __init__(self, model: str, **arguments: Any) -> None:
        self.arguments = arguments
        self.batches: list[int] = []
        if model == "broken":
            raise ValueError("no such architecture\nand more")

    def chat(self, conversations: Sequence[Any], params: Sequence[Any], **_: Any) -> list[Any]:
        self.batches.append(len(conversations))
        texts = [turns[-1]["content"][0]["text"] for turns in conversations]
        for text in texts:
            if text.startswith("bad"):
                raise ValueError(text)
        return [
            SimpleNamespace(
                outputs=[SimpleNamespace(text=f"{t}!", finish_reason=p.finish, token_ids=[1, 2])],
                prompt_token_ids=[1] * 9,
                num_cached_tokens=4,
            )
            for t, p in zip(texts, params, strict=True)
        ]


class Params(SimpleNamespace):
    @property
    def finish(self) -> str:
        return "length" if self.max_tokens < 10 else "stop"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """vLLM's names, and an engine of a model."""
    module: Any = ModuleType("vllm")
    module.LLM, module.SamplingParams = Llm, Params
    module.__spec__ = SimpleNamespace(name="vllm")
    sampling: Any = ModuleType("vllm.sampling_params")
    sampling.StructuredOutputsParams = Params
    monkeypatch.setitem(sys.modules, "vllm", module)
    monkeypatch.setitem(sys.modules, "vllm.sampling_params", sampling)
    monkeypatch.setattr(offline, "_engines", {})
    monkeypatch.setattr(offline, "QUIET", {})
    return offline.engine_of


async def test_what_waits_is_answered_in_one_call(engine: Callable[[str], Any]) -> None:
    wire = Offline("m")
    replies = await asyncio.gather(*(wire.send(request(f"ask {n}")) for n in range(40)))
    assert [reply.text for reply in replies] == [f"ask {n}!" for n in range(40)]
    assert engine("m")._llm.batches == [40]
    assert (replies[0].tokens.prompt, replies[0].tokens.completion) == (9, 2)
    assert replies[0].tokens.cached == 4 and replies[0].finish is Finish.STOP
    (short,) = await asyncio.gather(wire.send(request(max_tokens=5)))
    assert short.finish is Finish.LENGTH


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("bad: the prompt is too long for the context length", Incapable),
        ("bad: cannot identify image file", WireFault),
        ("bad: something else", Misconfigured),
    ],
)
async def test_one_bad_request_fails_alone(
    engine: Callable[[str], Any], said: str, kind: type[Exception]
) -> None:
    wire = Offline("m")
    asked = [wire.send(request(text)) for text in ("one", said, "two")]
    first, bad, last = await asyncio.gather(*asked, return_exceptions=True)
    assert first.text == "one!" and last.text == "two!"  # type: ignore[union-attr]
    assert type(bad) is kind
    assert not isinstance(bad, WireFault) or bad.trouble is Trouble.PICTURE


async def test_a_model_that_vllm_cannot_load_is_one_sentence(engine: Callable[[str], Any]) -> None:
    for _ in range(2):
        with pytest.raises(UsageError, match="cannot load broken: no such architecture") as caught:
            await Offline("broken").send(request())
        assert "\n" not in caught.value.message


async def test_arguments_of_the_engine_may_be_told(
    engine: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROPSMITH_VLLM_ENGINE", '{"max_model_len": 2048}')
    await Offline("m").send(request())
    told = engine("m")._llm.arguments
    assert told["max_model_len"] == 2048 and told["enable_prefix_caching"] is True
    assert told["limit_mm_per_prompt"] == {"image": 40, "video": 0}
    monkeypatch.setenv("CROPSMITH_VLLM_ENGINE", "[1]")
    with pytest.raises(UsageError, match="is no JSON object"):
        await Offline("other").send(request())


async def test_tools_and_thoughts_are_not_its_own(engine: Callable[[str], Any]) -> None:
    with pytest.raises(Incapable):
        await Offline("m").send(request(tools=[WireTool("look", "", {})]))
    (lacks,) = (await Offline("m").send(request(thinking="high"))).lacking
    assert "do not think" in lacks


def test_without_vllm_the_extra_is_named() -> None:
    with pytest.raises(MissingExtra, match=r"cropsmith\[vllm\]"):
        Offline("m")
    with pytest.raises(UsageError, match="no server"):
        offline.offline_wire("m", "http://x")
