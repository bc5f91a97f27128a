"""Nothing that opens a door is repeated, and ordinary words are left as they are."""

import time

import pytest

from cropsmith.tools.schema.secret_text import HIDDEN, without_secrets

WORD = "Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7j"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"key sk-{WORD}", WORD),
        (f"ghp_{WORD} was refused", WORD),
        (f"github_pat_{WORD}", WORD),
        (f'{{"token": "gho_{WORD}"}}', WORD),
        (f"glpat-{WORD}", WORD),
        ("xoxb-123456789012-abcdefABCDEF", "123456789012"),
        ("https://hooks.slack.com/services/T000/B000/XXXX", "T000"),
        ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
        (f"aws_secret_access_key = {WORD}abcd", WORD),
        (f'"aws_session_token": "{WORD}"', WORD),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJzdWIi"),
        (f"Authorization: Bearer {WORD}", WORD),
        ("https://me:pass-word@example.org/", "pass-word"),
        (f"https://b.s3.amazonaws.com/a.jpg?X-Amz-Credential=AK%2F1&X-Amz-Signature={WORD}", WORD),
        (f"https://storage.googleapis.com/b/a.jpg?X-Goog-Signature={WORD}", WORD),
        (f"https://acc.blob.core.windows.net/c/a.jpg?sv=2024&sig={WORD}%3D", WORD),
        (f"https://d.cloudfront.net/a.jpg?Policy=abc&Signature={WORD}&Key-Pair-Id=K2", WORD),
        (f"/a.jpg?access_token={WORD}", WORD),
        (f"-----BEGIN RSA PRIVATE KEY-----\\n{WORD}\\n-----END RSA PRIVATE KEY-----", WORD),
    ],
)
def test_a_secret_is_taken_out(text: str, secret: str) -> None:
    told = without_secrets(text)
    assert secret not in told and HIDDEN in told
    assert without_secrets(told) == told


@pytest.mark.parametrize(
    "text",
    [
        "the dog, square, 4:5",
        "https://example.org/a.jpg?width=300&design=blue&keyword=sky",
        "a headline: eyJust words. And more.",
        "task-force, ghost_town, xoxo",
        "The ratio=4:5 is a key = to success",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.parametrize("piece", ["eyJ", "sk-", "?sig=", "://a:", "xoxa-", "AKIA", "eyJhhhhh."])
def test_long_runs_take_linear_time(piece: str) -> None:
    begun = time.process_time()
    without_secrets(piece * (1_000_000 // len(piece)))
    assert time.process_time() - begun < 5
