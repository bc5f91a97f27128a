"""Photos come from the web, and the machine's own network stays out of reach."""

import http.server
import io
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from PIL import Image

from cropsmith.errors import UnreadableImage
from cropsmith.tools.images.connection import is_public
from cropsmith.tools.images.fetch import FetchLimits, fetch
from cropsmith.tools.images.photo import open_photo

LOOPBACK = FetchLimits(extra_addresses=("127.0.0.1",), seconds=5)


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    return file.getvalue()


class Site(http.server.BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = unquote(self.path)
        if path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", path.removeprefix("/to/"))
            self.end_headers()
        elif path == "/loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
            self.end_headers()
        elif path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        elif path == "/slow-header":
            for _ in range(100):
                self.wfile.write(b"H")
                self.wfile.flush()
                time.sleep(0.05)
        elif path == "/endless":
            self.send_response(200)
            self.end_headers()
            for _ in range(1000):
                self.wfile.write(bytes(2**14))
        elif path == "/claims":
            self.send_response(200)
            self.send_header("Content-Length", str(10**9))
            self.end_headers()
        elif path == "/short":
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(jpeg())
        elif path == "/missing":
            self.send_error(404)
        elif path == "/page":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>A page about a photo</title>")
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(jpeg())


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_photo_is_fetched_and_named(site: str) -> None:
    photo = open_photo(f"{site}/album/my%20photo.jpg?size=large", limits=LOOPBACK)
    assert photo.name == "my photo.jpg" and photo.format == "JPEG"
    assert (photo.size.width, photo.size.height) == (40, 30)
    assert photo.path is None


def test_names_in_other_scripts_are_asked_for(site: str) -> None:
    assert (
        fetch(f"{site}/Gl\N{LATIN SMALL LETTER U WITH DIAERESIS}ck.jpg", LOOPBACK).name
        == "Glück.jpg"
    )


def test_redirects_are_followed(site: str) -> None:
    assert open_photo(f"{site}/to//b/photo.jpg", limits=LOOPBACK).format == "JPEG"
    assert open_photo(f"{site}/to/{site}/photo.jpg", limits=LOOPBACK).format == "JPEG"


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2/",
        "http://localhost.localdomain:1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[fe80::1]/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://172.16.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://2130706434/",
        "http://0x7f.2/",
    ],
)
def test_private_addresses_are_refused_at_once_and_after_redirects(
    site: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[object] = []
    connect = socket.create_connection

    def watched(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address[0])
        return connect(address, timeout)

    monkeypatch.setattr(socket, "create_connection", watched)
    for url in (target, f"{site}/to/{target}"):
        with pytest.raises(UnreadableImage, match="not a public address|not known"):
            fetch(url, LOOPBACK)
    assert set(connected) <= {"127.0.0.1"}


def test_loopback_is_refused_without_leave(site: str) -> None:
    with pytest.raises(UnreadableImage, match="not a public address"):
        open_photo(f"{site}/photo.jpg")


def test_a_name_that_changes_its_mind_gains_nothing(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address that was checked is the one that is used: the name is resolved once."""
    asked: list[str] = []
    port = int(site.rpartition(":")[2])

    def resolve(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def pinned(address: tuple[str, int], timeout: float) -> socket.socket:
        assert address[0] == "127.0.0.1"  # an address, not the name
        sock = socket.socket()
        sock.settimeout(timeout)
        sock.connect(address)
        return sock

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", pinned)
    assert fetch(f"http://photos.example:{port}/a.jpg", LOOPBACK).data == jpeg()
    assert asked == ["photos.example"]
    with pytest.raises(UnreadableImage, match=r"10\.0\.0\.1"):
        fetch(f"http://photos.example:{port}/a.jpg", LOOPBACK)


def test_one_private_address_among_many_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolve(host: str, port: int, **_: object) -> list[object]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("93.184.216.34", "10.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(UnreadableImage, match=r"10\.0\.0\.1"):
        fetch("http://photos.example/a.jpg", LOOPBACK)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fc00::1", False),
        ("fe80::1%eth0", False),
        ("2002:7f00:1::", False),
        ("::ffff:169.254.169.254", False),
        ("192.0.2.1", False),
        ("255.255.255.255", False),
        ("192.0.0.9", False),
        ("192.0.0.170", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("203.0.113.7", False),
        ("100.127.255.255", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::c000:1", False),
        ("64:ff9b:1::808:808", False),
        ("::8.8.8.8", False),
        ("fec0::1", False),
        ("2001::8.8.8.8", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("2002:808:808::1", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("2a00:1450:4001::5efe:a00:1", False),
        ("2a00:1450:4001::200:5efe:a00:1", False),
        ("2a00:1450:4001:81b::200e", True),
        ("2606:4700:4700::1111", True),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/loop", "more than 5 redirects"),
        ("/missing", "404"),
        ("/page", "not a photo"),
        ("/short", "cannot be fetched"),
        ("/to/file:///etc/passwd", "not an http"),
        ("/to/ftp://example.com/", "not an http"),
        ("/to/http://user:secret@example.com/", "password"),
    ],
)
def test_what_is_no_photo_is_said(site: str, path: str, says: str) -> None:
    with pytest.raises(UnreadableImage, match=says):
        open_photo(site + path, limits=LOOPBACK)


def test_a_server_that_does_not_speak_tls_is_said(site: str) -> None:
    with pytest.raises(UnreadableImage, match="cannot be reached"):
        fetch(site.replace("http:", "https:"), LOOPBACK)


@pytest.mark.parametrize("path", ["/endless", "/claims"])
def test_size_is_limited(site: str, path: str) -> None:
    limits = FetchLimits(extra_addresses=("127.0.0.1",), max_bytes=100_000)
    with pytest.raises(UnreadableImage, match="larger than"):
        fetch(site + path, limits)


@pytest.mark.parametrize("path", ["/slow", "/slow-header"])
def test_time_is_limited_however_slowly_it_drips(site: str, path: str) -> None:
    limits = FetchLimits(extra_addresses=("127.0.0.1",), seconds=0.5)
    start = time.monotonic()
    with pytest.raises(UnreadableImage, match="longer than"):
        fetch(site + path, limits)
    assert time.monotonic() - start < 3


@pytest.mark.parametrize(
    "url", ["http://", "http://[::1", "http://a b/", "http://x:99999/", "https://"]
)
def test_urls_that_are_none(url: str) -> None:
    with pytest.raises(UnreadableImage):
        open_photo(url)


def test_a_signature_in_an_address_is_not_repeated(site: str) -> None:
    with pytest.raises(UnreadableImage) as told:
        fetch(f"{site}/to/file:///a?X-Amz-Signature=0123456789abcdef&size=3", LOOPBACK)
    assert "0123456789abcdef" not in str(told.value) and "size=3" in str(told.value)
