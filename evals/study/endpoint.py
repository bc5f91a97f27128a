"""A cropper behind HTTP: one POST a photo, JSON there and back.

Sent: {"image": base64 of the photo's file, "width", "height", "ratio": "4:5" or "", "text",
"caption", "subject": box or null, "boxes": boxes to score or [], "may_keep", "seed"}. Answered:
{"box": [x1, y1, x2, y2]} or {"scores": [...]}, and where it likes "reasons", "cost" in US dollars,
"prompt_tokens", "completion_tokens", "confidence". {"status": "refused", "message": "..."}, or
blocked, truncated, is an answer too. Boxes are shares of the upright photo.
"""

import base64
import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from cropsmith.agents.backends.protocol.secrets import Key, without_login
from cropsmith.errors import Misconfigured, NotAllowed, Unavailable, UsageError
from cropsmith.evals.trial import Answer, SampleStatus, Trial
from cropsmith.tools.schema.geometry import Box

TIMEOUT = 300.0
"""Seconds until a silent connection is given up; the study's own timeout may be sooner."""
LONGEST = 1_000_000
"""Bytes of an answer."""
KEY = "CROPSMITH_CROPPER_KEY"
"""Sent as a bearer token where it is set: a key in an address would be shown with it."""
SAID = ("refused", "blocked", "truncated", "invalid")


class Endpoint:
    """Asks one address; safe to use from threads."""

    def __init__(self, url: str) -> None:
        """UsageError for an address with more than a place in it: it is shown in tables."""
        if without_login(url) != url.rstrip("?#"):
            raise UsageError(
                "The address of a cropper may hold no name, password or query.",
                hint=f"Set {KEY}: it is sent as a bearer token.",
            )
        self._url = url

    def crop(self, trial: Trial) -> Answer:
        """Ask for a crop. NotAllowed for a key that is refused, Misconfigured for no such page."""
        told = self._ask(trial)
        try:
            return _answer(told, box=Box.of(map(float, told["box"]))) if "box" in told else (
                _failure(told)
            )  # fmt: skip
        except (TypeError, ValueError) as error:
            return _invalid(f"The answer's box is none: {error}", told)

    def rank(self, trial: Trial) -> Answer:
        """Ask for the scores of the trial's boxes."""
        told = self._ask(trial)
        try:
            scores = tuple(float(value) for value in told.get("scores", ()))
        except (TypeError, ValueError) as error:
            return _invalid(f"The answer's scores are none: {error}", told)
        if "scores" not in told:
            return _failure(told)
        if len(scores) != len(trial.boxes):
            return _invalid(f"{len(scores)} scores for {len(trial.boxes)} boxes.", told)
        return _answer(told, scores=scores)

    def _ask(self, trial: Trial) -> dict[str, Any]:
        request = urllib.request.Request(
            self._url,
            data=json.dumps(_question(trial)).encode(),
            headers={"Content-Type": "application/json", **_authorised()},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
                told = json.loads(response.read(LONGEST))
        except urllib.error.HTTPError as error:
            said = f"{self._url} answered {error.code}."
            if error.code in (401, 403):
                raise NotAllowed(said) from error
            if error.code in (404, 405):
                raise Misconfigured(said) from error
            if error.code == 429 or error.code >= 500:
                raise Unavailable(said) from error
            return {"status": "invalid", "message": said}
        except OSError as error:
            raise Unavailable(f"{self._url} did not answer: {error}.") from error
        except ValueError as error:
            return {"status": "invalid", "message": f"{self._url} answered no JSON: {error}."}
        return told if isinstance(told, dict) else {"status": "invalid", "message": "No object."}


def _authorised() -> dict[str, str]:
    return {"Authorization": f"Bearer {Key.optional(KEY).value}"} if os.environ.get(KEY) else {}


def _question(trial: Trial) -> dict[str, Any]:
    size = trial.size
    return {
        "image": base64.b64encode(Path(trial.path).read_bytes()).decode(),
        "width": size.width if size else None,
        "height": size.height if size else None,
        "ratio": str(trial.ratio or ""),
        "text": "" if trial.described else trial.text,
        "caption": trial.text if trial.described else "",
        "subject": list(trial.subject.corners) if trial.subject else None,
        "boxes": [list(box.corners) for box in trial.boxes],
        "may_keep": trial.may_keep,
        "seed": trial.seed,
    }


def _answer(told: dict[str, Any], **more: Any) -> Answer:
    names = ("confidence", "prompt_tokens", "completion_tokens")
    facts = {name: told[name] for name in names if told.get(name) is not None}
    facts["cost"] = told.get("cost")
    reasons = tuple(map(str, told.get("reasons", ())))
    return Answer.model_validate(
        {"status": SampleStatus.OK, "calls": 1, "reasons": reasons, **facts, **more}
    )


def _failure(told: dict[str, Any]) -> Answer:
    status = told.get("status")
    if status not in SAID:
        return _invalid("The answer has neither a crop nor a known status.", told)
    message = str(told.get("message", ""))
    return Answer.model_validate(
        {"status": status, "message": message, "calls": 1, "cost": told.get("cost")}
    )


def _invalid(message: str, told: dict[str, Any]) -> Answer:
    return Answer(
        status=SampleStatus.INVALID, message=message, raw=json.dumps(told)[:2000], calls=1
    )
