"""A body of the wire is taken apart without losing a sign."""

import json

from cropsmith.agents.backends.protocol.attempt import Attempt, ShownPicture
from cropsmith.agents.trace.conversation import as_sent, conversation, said
from cropsmith.agents.trace.record import CallRecord
from cropsmith.tools.schema.geometry import Size

MARK = "[picture abc]"
SHOWN = (ShownPicture(mark=MARK, sha256="abc" * 20, size=Size(width=4, height=3)),)


def attempt(body: object, raw: object = "") -> Attempt:
    text = raw if isinstance(raw, str) else json.dumps(raw)
    return Attempt(started=0, sent=json.dumps(body), raw=text, pictures=SHOWN)


def test_chat_completions() -> None:
    url = {"url": f"data:image/jpeg;base64,{MARK}"}
    user = [{"type": "image_url", "image_url": url}, {"type": "text", "text": "[275, 67] dög\n"}]
    call = {"id": "1", "function": {"name": "look", "arguments": '{"at": 3}'}}
    body = {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": user},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "1", "content": "seen"},
        ],
    }
    told = conversation(attempt(body))
    assert [turn.role for turn in told.turns] == ["system", "user", "assistant", "tool"]
    assert told.turns[1].pieces[0].picture == SHOWN[0].sha256
    assert told.turns[1].pieces[1].text == "[275, 67] dög\n"
    assert told.turns[2].pieces[0].text == 'look({"at": 3})'
    assert told.parameters == {"model": "m"}


def test_generate_content() -> None:
    parts = [{"inlineData": {"data": MARK, "mimeType": "image/jpeg"}}, {"text": "Where?"}]
    body = {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [{"role": "user", "parts": parts}],
        "generationConfig": {"temperature": 0},
    }
    told = conversation(attempt(body))
    assert [turn.role for turn in told.turns] == ["system", "user"]
    assert told.turns[1].pieces[0].picture == SHOWN[0].sha256
    assert told.parameters == {"generationConfig": {"temperature": 0}}


def test_responses() -> None:
    url = f"data:image/jpeg;base64,{MARK}"
    parts = [{"type": "input_text", "text": "Where?"}, {"type": "input_image", "image_url": url}]
    body = {
        "model": "m",
        "input": [
            {"role": "user", "content": parts},
            {"type": "reasoning", "summary": [], "encrypted_content": "x"},
            {"type": "function_call", "call_id": "1", "name": "look", "arguments": '{"at": 3}'},
            {"type": "function_call_output", "call_id": "1", "output": "seen"},
        ],
    }
    raw = {"output": [{"type": "message", "content": [{"type": "output_text", "text": "left"}]}]}
    one = attempt(body, raw)
    told = conversation(one)
    assert [turn.role for turn in told.turns] == ["user", "assistant", "assistant", "tool"]
    assert told.turns[0].pieces[1].picture == SHOWN[0].sha256
    assert told.turns[2].pieces[0].text == 'look({"at": 3})'
    assert told.parameters == {"model": "m"} and said(one) == "left"


def test_a_call_is_told_as_its_last_attempt_was_sent() -> None:
    first, last = ({"messages": [{"role": "user", "content": text}]} for text in ("[0.2]", "[200]"))
    call = CallRecord(purpose="p", model="m", status="ok", prompt="[0.2, 0.3]")
    assert as_sent(call) == "[0.2, 0.3]"
    sent = call.model_copy(update={"wire": (attempt(first), attempt(last))})
    assert as_sent(sent) == "user: [200]"


def test_another_shape_hides_nothing() -> None:
    odd = Attempt(started=0, sent="not JSON at all", raw="<html>")
    assert conversation(odd).turns[0].pieces[0].text == "not JSON at all"
    assert said(odd) == "<html>"
    assert conversation(Attempt(started=0)).turns == ()


def test_the_words_of_an_answer() -> None:
    chat = {"choices": [{"message": {"content": "left", "reasoning": "hm"}}]}
    assert said(attempt({}, chat)) == "hm\nleft"
    gemini = {"candidates": [{"content": {"parts": [{"text": "le"}, {"text": "ft"}]}}]}
    assert said(attempt({}, gemini)) == "le\nft"
    blocked = {"promptFeedback": {"blockReason": "OTHER"}}
    assert "OTHER" in said(attempt({}, blocked))
