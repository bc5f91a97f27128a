"""Connections to the web that never lead into the machine's own network.

Names are resolved here, every address is checked, and the connection goes to the very address
that was checked: a name that changes its mind in between (DNS rebinding) gains nothing. Proxies of
the environment are not used, for the same reason.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from urllib.parse import SplitResult, quote, urlsplit

from cropsmith.errors import UnreadableImage, why
from cropsmith.tools.schema.secret_text import without_secrets

CLOSED_IPV4 = tuple(
    map(
        ipaddress.IPv4Network,
        [
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared by customers of a carrier
            "127.0.0.0/8",  # this machine
            "169.254.0.0/16",  # link-local, and the metadata of clouds
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays, withdrawn
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks of networks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ],
    )
)
"""Addresses that no photo is fetched from: IANA's IPv4 special-purpose registry (RFC 6890).

Our own table, as what `ipaddress` calls global differs from one Python to the next.
"""

OPEN_IPV6 = ipaddress.IPv6Network("2000::/3")
"""All that is given out for the open internet; what lies outside is closed: ::1, fc00::/7,
fe80::/10, site-local fec0::/10, ff00::/8, and all that nobody has."""

CLOSED_IPV6 = tuple(
    map(
        ipaddress.IPv6Network,
        [
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4
            "3fff::/20",  # documentation
        ],
    )
)
"""Inside of it (RFC 6890 and later); a 6to4 or Teredo address wraps an IPv4 one."""

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Outside of it, but translated to the public IPv4 by networks that have IPv6 alone: RFC 6052."""


def is_public(address: str) -> bool:
    """Tell whether an IP address is on the open internet, by the tables above.

    An IPv4 address inside an IPv6 one (mapped, NAT64) must be public itself; those of tunnels
    (6to4, Teredo, ISATAP) and of translation inside a network (64:ff9b:1::/48) are closed.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in CLOSED_IPV4)
    if (inner := ip.ipv4_mapped) is not None:
        return is_public(str(inner))
    if ip in NAT64:
        return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    isatap = (int(ip) >> 32) & 0xFDFFFFFF == 0x5EFE  # RFC 5214: 0000:5efe or 0200:5efe
    return ip in OPEN_IPV6 and not isatap and not any(ip in network for network in CLOSED_IPV6)


def checked(url: str) -> SplitResult:
    """Return the parts of an http(s) URL; UnreadableImage for what is none or holds a password."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise UnreadableImage(f"{without_secrets(url)} is not a URL: {error}.") from error
    if parts.scheme not in ("http", "https"):
        raise UnreadableImage(f"{without_secrets(url)} is not an http or https address.")
    if not host or any(c.isspace() or ord(c) < 32 for c in url):
        raise UnreadableImage(f"{without_secrets(url)!r} is not a URL.")
    if parts.username is not None:
        raise UnreadableImage("A URL with a user name or password in it is not fetched.")
    return parts


def connected(
    parts: SplitResult, extra: tuple[str, ...], deadline: float
) -> http.client.HTTPConnection:
    """Return a connection to an address of the host that is public, or one of `extra`.

    UnreadableImage when there is none.
    """
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreadableImage(f"The host {host} is not known: {why(error)}.") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not is_public(address) and address not in extra:
            raise UnreadableImage(f"{host} leads to {address}, which is not a public address.")
    timeout = max(0.1, deadline - time.monotonic())
    try:
        raw = socket.create_connection((addresses[0], port), timeout=timeout)
        if parts.scheme == "http":
            connection = http.client.HTTPConnection(host, port, timeout=timeout)
            connection.sock = raw
            return connection
        connection = http.client.HTTPSConnection(host, port, timeout=timeout)
        connection.sock = ssl.create_default_context().wrap_socket(
            raw, server_hostname=host, do_handshake_on_connect=False
        )
        try:
            with cut_at(deadline, connection.sock):
                connection.sock.do_handshake()
        except OSError:
            connection.close()
            raise
        return connection
    except OSError as error:
        raise UnreadableImage(f"{host} cannot be reached: {why(error)}.") from error


def target_of(parts: SplitResult) -> str:
    """Return what is asked of the host: the path and the query, escaped."""
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{target}?{query}" if query else target


@contextlib.contextmanager
def cut_at(deadline: float, sock: socket.socket) -> Iterator[None]:
    """Within the block the connection is cut at the deadline, whatever it is doing.

    Timeouts of a socket are per read, so that a drip of bytes could hold us for ever.
    """
    timer = threading.Timer(max(0.0, deadline - time.monotonic()), _cut, [sock])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(sock: socket.socket) -> None:
    # It may be closed already.
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
