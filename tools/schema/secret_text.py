"""Keys and tokens in text, known by their shape, and taken out before it is shown or stored."""

import re

HIDDEN = "[secret removed]"

_WHOLE = re.compile(
    r"sk-[A-Za-z0-9_-]{16,}"  # OpenAI and those who copy its form
    r"|AIza[0-9A-Za-z_-]{30,}"  # Google
    r"|hf_[A-Za-z0-9]{20,}"  # Hugging Face
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}"
    r"|xox[a-z]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"  # Slack
    r"|(?<=hooks\.slack\.com/services/)[A-Za-z0-9/_-]+"
    r"|(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])"  # AWS
    # JWT (RFC 7519): two JSON objects and a signature in base64url. From the start of a word, so
    # that a long run is read once.
    r"|(?<![\w-])eyJ[\w-]{5,}\.eyJ[\w-]{5,}\.[\w-]*"
    r"|(?<=Bearer )[^\s\"\\,;]{8,}"
    r"|(?<=://)[^\s/@\"\\:]+:[^\s/@\"\\]+(?=@)"  # user:password@ of a URL
    r"|-----BEGIN [A-Z ]{0,24}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,24}PRIVATE KEY-----)?",
    re.ASCII,
)
_NAMED = re.compile(
    # Parameters of signed addresses (S3, Google, Azure, CloudFront) and of those with a key.
    r"((?:[?&;]|\\u0026|%26)(?:x-(?:amz|goog)-(?:signature|credential|security-token)|awsaccesskeyid"
    r"|googleaccessid|signature|sig|policy|key-pair-id|key|api_?key|(?:access_|id_|auth_)?token"
    r"|client_secret|secret|password|hmac)=)[^\s[&;#\"'\\<>]+"
    r"|(aws_?(?:secret_?access_?key|session_?token)[\"']?\s{0,4}[:=]\s{0,4}[\"']?)[A-Za-z0-9/+=_-]{16,}",
    re.IGNORECASE | re.ASCII,
)
_MARKS = (
    "sk-", "AIza", "hf_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox",
    "xapp-", "hooks.slack", "AKIA", "ASIA", "ABIA", "ACCA", "eyJ", "Bearer ", "PRIVATE KEY",
)  # fmt: skip
"""One of them is in every match of _WHOLE but a login in an address, which has an @; looking for
them first takes a tenth."""


def without_secrets(text: str) -> str:
    """Return text without keys, tokens, passwords and signatures of addresses; in linear time."""
    if any(mark in text for mark in _MARKS) or ("://" in text and "@" in text):
        text = _WHOLE.sub(HIDDEN, text)
    if "=" in text or "aws" in text.lower():
        text = _NAMED.sub(lambda found: f"{found[1] or found[2]}{HIDDEN}", text)
    return text
