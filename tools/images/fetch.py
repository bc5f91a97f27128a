"""Fetching a photo from the web, without becoming a way into the machine's own network.

Names are resolved here, every address is checked, and the connection goes to the very address
that was checked, at each hop of a redirect: a name that changes its mind in between (DNS
rebinding) gains nothing. Proxies of the environment are not used, for the same reason.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from cropsmith.errors import UnreadableImage

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


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
        parts = _checked(url)
        answer = _get(parts, url, limits, deadline)
        if isinstance(answer, Fetched):
            return answer
        if parts.scheme == "https" and not answer.lower().startswith("https:"):
            raise UnreadableImage(f"{parts.hostname} redirects from https to http.")
        url = answer
    raise UnreadableImage(f"{url} is behind more than {limits.max_redirects} redirects.")


def is_public(address: str) -> bool:
    """Tell whether an IP address is on the open internet, also when wrapped in IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise UnreadableImage(f"{url} is not a URL: {error}.") from error
    if parts.scheme not in ("http", "https"):
        raise UnreadableImage(f"{url} is not an http or https address.")
    if not host or any(c.isspace() or ord(c) < 32 for c in url):
        raise UnreadableImage(f"{url!r} is not a URL.")
    if parts.username is not None:
        raise UnreadableImage("A URL with a user name or password in it is not fetched.")
    return parts


def _connection(
    parts: SplitResult, limits: FetchLimits, deadline: float
) -> http.client.HTTPConnection:
    """Return a connection to an address of the host that was checked to be public."""
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreadableImage(f"The host {host} is not known: {_why(error)}.") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not is_public(address) and address not in limits.extra_addresses:
            raise UnreadableImage(
                f"{host} leads to {address}, which is not a public address; it is not fetched."
            )
    timeout = max(0.1, deadline - time.monotonic())
    connection: http.client.HTTPConnection
    try:
        raw = socket.create_connection((addresses[0], port), timeout=timeout)
        if parts.scheme == "https":
            connection = http.client.HTTPSConnection(host, port, timeout=timeout)
            connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=timeout)
            connection.sock = raw
    except OSError as error:
        raise UnreadableImage(f"{host} cannot be reached: {_why(error)}.") from error
    return connection


def _get(parts: SplitResult, url: str, limits: FetchLimits, deadline: float) -> Fetched | str:
    """Return the body, or the URL that the answer redirects to."""
    connection = _connection(parts, limits, deadline)
    # Timeouts of a socket are per read, so that a drip of bytes could hold us for ever: at the
    # deadline the connection is cut, whatever it is doing.
    cut = threading.Timer(deadline - time.monotonic(), _cut, [connection.sock])
    cut.daemon = True
    cut.start()
    try:
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
        connection.request(
            "GET",
            f"{target}?{query}" if query else target,
            headers={"User-Agent": "cropsmith", "Accept-Encoding": "identity"},
        )
        response = connection.getresponse()
        if response.status in REDIRECTS and (location := response.getheader("Location")):
            return urljoin(url, location)
        if response.status != 200:
            raise UnreadableImage(f"{url} answers {response.status} {response.reason}.")
        name = unquote(parts.path.rpartition("/")[2]) or str(parts.hostname)
        fetched = Fetched(name=name, data=_body(response, url, limits))
        if (
            time.monotonic() >= deadline
        ):  # a body of unknown length just seems to end when it is cut
            raise TimeoutError
        return fetched
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= deadline
        why = f"it took longer than {limits.seconds:g} seconds" if late else _why(error)
        raise UnreadableImage(f"{url} cannot be fetched: {why}.") from error
    finally:
        cut.cancel()
        connection.close()


def _cut(sock: socket.socket) -> None:
    # It may be closed already.
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _body(response: http.client.HTTPResponse, url: str, limits: FetchLimits) -> bytes:
    too_large = f"{url} is larger than {limits.max_bytes / 2**20:g} MiB."
    expected = response.length
    if expected is not None and expected > limits.max_bytes:
        raise UnreadableImage(too_large)
    data = response.read(limits.max_bytes + 1)
    if len(data) > limits.max_bytes:
        raise UnreadableImage(too_large)
    if expected is not None and len(data) < expected:
        raise http.client.IncompleteRead(data, expected - len(data))
    return data


def _why(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split()).rstrip(".")
