"""The scripted backend: in order, by purpose, and never silently out of script."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.protocol.backend import Ask, Message, Status
from cropsmith.agents.backends.providers.scripted import Scripted, ScriptedAnswer
from cropsmith.agents.backends.registry import build_backend
from cropsmith.errors import Misconfigured, UsageError


class Word(BaseModel):
    word: str


def ask(purpose: str) -> Ask:
    return Ask(purpose=purpose, messages=[Message("user", ["say it"])], answer=Word)


async def test_answers_go_to_their_purpose_in_order() -> None:
    script = Scripted(
        [
            ScriptedAnswer(purpose="b", value={"word": "for b"}),
            ScriptedAnswer(value={"word": "for any"}),
            ScriptedAnswer(purpose="a", status=Status.REFUSED, reason="no"),
        ]
    )
    assert (await script.ask(ask("a"))).value == Word(word="for any")
    assert (await script.ask(ask("b"))).value == Word(word="for b")
    refused = await script.ask(ask("a"))
    assert refused.status is Status.REFUSED and refused.value is None
    with pytest.raises(Misconfigured, match="run out"):
        await script.ask(ask("a"))


async def test_a_script_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(Misconfigured, match="does not fit"):
        await Scripted([ScriptedAnswer(value={"words": 1})]).ask(ask("a"))


async def test_a_script_file_is_a_model(tmp_path: Path) -> None:
    path = tmp_path / "play.jsonl"
    path.write_text('{"value": {"word": "hello"}, "repeat": true}\n\n')
    backend = build_backend(f"scripted/{path}")
    assert backend.name == "scripted/play.jsonl"
    for _ in range(3):
        assert (await backend.ask(ask("x"))).value == Word(word="hello")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "it is no JSON object"),
        ('{"repeat": true}\n{"valeu": 1}', "jsonl:2: valeu is unknown"),
        ("[]", "it is no JSON object"),
        ('{"status": "fine"}', "status must be ok"),
    ],
)
def test_a_broken_script_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "play.jsonl"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        build_backend(f"scripted/{path}")
