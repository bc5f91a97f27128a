"""Fetching a photo from the web, from public addresses alone, at each hop of a redirect."""

import http.client
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urljoin

from cropsmith.errors import UnreadableImage, why
from cropsmith.tools.images.connection import checked, connected, cut_at, target_of
from cropsmith.tools.schema.secret_text import without_secrets

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class FetchLimits:
    """What a URL may cost, and where it may lead."""

    max_bytes: int = 100 * 2**20
    seconds: float = 30.0
    """For everything: names, connections, redirects and the body."""
    max_redirects: int = 5
    extra_addresses: tuple[str, ...] = ()
    """Addresses allowed although they are not public, written exactly; for tests and intranets."""


@dataclass(frozen=True)
class Fetched:
    """The body of an answer and the file name in its URL."""

    name: str
    data: bytes


def fetch(url: str, limits: FetchLimits) -> Fetched:
    """Return what is at an http(s) URL; UnreadableImage when it may not or cannot be fetched."""
    deadline = time.monotonic() + limits.seconds
    for _ in range(limits.max_redirects + 1):
        parts = checked(url)
        answer = _get(parts, url, limits, deadline)
        if isinstance(answer, Fetched):
            return answer
        if parts.scheme == "https" and not answer.lower().startswith("https:"):
            raise UnreadableImage(f"{parts.hostname} redirects from https to http.")
        url = answer
    shown = without_secrets(url)
    raise UnreadableImage(f"{shown} is behind more than {limits.max_redirects} redirects.")


def _get(parts: SplitResult, url: str, limits: FetchLimits, deadline: float) -> Fetched | str:
    """Return the body, or the URL that the answer redirects to."""
    connection = connected(parts, limits.extra_addresses, deadline)
    try:
        with cut_at(deadline, connection.sock):
            headers = {"User-Agent": "cropsmith", "Accept-Encoding": "identity"}
            connection.request("GET", target_of(parts), headers=headers)
            response = connection.getresponse()
            if response.status in REDIRECTS and (location := response.getheader("Location")):
                return urljoin(url, location)
            if response.status != 200:
                raise UnreadableImage(
                    f"{without_secrets(url)} answers {response.status} {response.reason}."
                )
            name = unquote(parts.path.rpartition("/")[2]) or str(parts.hostname)
            fetched = Fetched(name=name, data=_body(response, url, limits))
            # A body of unknown length just seems to end when it is cut.
            if time.monotonic() >= deadline:
                raise TimeoutError
            return fetched
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= deadline
        reason = f"it took longer than {limits.seconds:g} seconds" if late else why(error)
        raise UnreadableImage(f"{without_secrets(url)} cannot be fetched: {reason}.") from error
    finally:
        connection.close()


def _body(response: http.client.HTTPResponse, url: str, limits: FetchLimits) -> bytes:
    too_large = f"{without_secrets(url)} is larger than {limits.max_bytes / 2**20:g} MiB."
    expected = response.length
    if expected is not None and expected > limits.max_bytes:
        raise UnreadableImage(too_large)
    data = response.read(limits.max_bytes + 1)
    if len(data) > limits.max_bytes:
        raise UnreadableImage(too_large)
    if expected is not None and len(data) < expected:
        raise http.client.IncompleteRead(data, expected - len(data))
    return data
