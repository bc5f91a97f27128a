"""Rows of providers: what ships, what a person's own file adds and changes, and its mistakes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cropsmith.agents.backends.calls.prices import price_of
from cropsmith.agents.backends.directory.directory import (
    model_behind,
    provider_of,
    providers,
    shipped,
)
from cropsmith.agents.backends.registry import build_backend, convention_of, make_wire
from cropsmith.api import crop
from cropsmith.errors import NotAllowed, UsageError
from tests.stubs.dialect_stub import DialectStub
from tests.stubs.stub_server import stop

pytest.importorskip("openai")

KEY = "house-secret-0123456789abcdef"
OWN = """
[house]
help = "the house's gateway"
wire = "chat"
url = "http://127.0.0.1:9/v1"
address = "HOUSE_URL"
keys = ["HOUSE_API_KEY"]
headers = { X-Team = "photos", X-Gate-Key = "${GATE_TOKEN}" }
body = { user = "crops" }
price = "openai"
[house.models]
eye = "gpt-4o"
"""


@pytest.fixture
def gateway(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DialectStub]:
    (home / "providers.toml").write_text(OWN)
    idea = {"element": "center", "reason": "calm", "box": [50, 50, 350, 450]}
    answer = {"thoughts": "", "crops": [idea], "keep": False}
    stub = DialectStub("sglang", answer=answer, api_key=KEY).start()
    monkeypatch.setenv("HOUSE_URL", f"{stub.url}/v1")
    monkeypatch.setenv("HOUSE_API_KEY", KEY)
    monkeypatch.setenv("GATE_TOKEN", "gate-secret-value-123")
    yield stub
    stop([stub])


def test_every_provider_that_ships_names_its_source() -> None:
    names = "openai azure gemini vertex anthropic vllm sglang ollama lmstudio llamacpp openrouter"
    assert {*names.split(), "openai-compatible"} <= set(shipped())
    for row in shipped().values():
        assert row.source and row.help and row.wire, row.name
        assert row.wire in ("transformers", "vllm", "vertex") or row.keys, row.name


def test_a_provider_of_the_home_folder_crops(
    gateway: DialectStub, photos: Path, home: Path
) -> None:
    result = crop(photos / "astronaut.jpg", model="house/eye", effort="quick", solo=True)
    assert not result.failures and result.crops[0].source == "house/eye"
    (sent,) = gateway.requests
    assert sent.parameters["user"] == "crops"
    headers = gateway.sent_headers[0]
    assert headers["x-team"] == "photos" and headers["x-gate-key"] == "gate-secret-value-123"
    assert result.report.usage.cost
    # Neither key is anywhere in the folder: traces, replies, images.
    for path in home.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert KEY.encode() not in content and b"gate-secret" not in content, path


def test_a_name_stands_for_a_model(gateway: DialectStub) -> None:
    assert model_behind("house/eye") == "gpt-4o" and model_behind("house/other") == "other"
    found = convention_of("house/eye", "http://127.0.0.1:9/v1")
    assert found is not None and found.family == "gpt-4o"
    assert price_of("house/eye") == price_of("openai/gpt-4o")


@pytest.mark.usefixtures("gateway")
def test_a_header_whose_variable_is_not_set_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATE_TOKEN")
    with pytest.raises(NotAllowed, match="names GATE_TOKEN, which is not set"):
        build_backend("house/eye")


def test_of_a_row_that_ships_the_stated_fields_change(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "providers.toml").write_text(
        '[openrouter]\nbody = { provider = { require_parameters = true } }\nurl = "http://x/v1"\n'
    )
    row = provider_of("openrouter/a/b")
    assert row is not None and row.url == "http://x/v1" and row.bills and row.keys
    assert dict(row.body) == {"provider": {"require_parameters": True}}
    assert row.said != shipped()["openrouter"].said
    assert provider_of("openai/gpt-4o") == shipped()["openai"]
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    assert make_wire("openrouter/a/b").endpoint == "http://x/v1"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[x", "cannot be read"),
        ('[x]\nhelp = "h"', "either a wire or a make"),
        ('[x]\nwire = "chats"', "wire must be chat, "),
        ('[x]\nwire = "chat"\nheader = {}', "header is unknown. Did you mean headers?"),
        ('[x]\nwire = "chat"\ndialect = "odd"', "dialect must be "),
        ('[x]\nwire = "chat"\nprice = "nobody"', "no prices of a 'nobody'"),
        ('[x]\nwire = "chat"\nheaders = { Authorization = "Bearer abc" }', "write ${VARIABLE}"),
        ('[x]\nwire = "chat"\nheaders = { X-Y = "sk-0123456789abcdefgh" }', "write ${VARIABLE}"),
        ('[x]\nwire = "chat"\nbody = { a = "sk-0123456789abcdefgh" }', "environment alone"),
        ("x = 3", "write it as a table"),
        ('[builtin]\nwire = "chat"', "by another name"),
        ('["no spaces"]\nwire = "chat"', "name cannot be 'no spaces'"),
    ],
)
def test_mistakes_in_the_file_are_one_sentence(home: Path, text: str, told: str) -> None:
    (home / "providers.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        providers()
    assert told in str(caught.value) and "\n" not in str(caught.value)
    assert "0123456789abcdefgh" not in str(caught.value)
