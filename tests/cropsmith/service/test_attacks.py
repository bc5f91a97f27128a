"""What a stranger, another owner, a page of another site or a hostile photo gets: nothing."""

import base64
import json
import socket
import time
from pathlib import Path

import httpx
import pytest

from cropsmith.service.order import Sourced
from cropsmith.service.signing import Grant, sign
from tests.cropsmith.service.served import SECRET, Served, Web, serving, until
from tests.hostile_files import write_hostile


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/photo.jpg",
        "http://0.0.0.0/photo.jpg",
        "http://[::1]/photo.jpg",
        "http://[::ffff:10.0.0.1]/photo.jpg",
        "http://2130706434/photo.jpg",
        "http://user:word@127.0.0.1/photo.jpg",
    ],
)
def test_addresses_inside_are_not_fetched(shop: httpx.Client, url: str) -> None:
    answer = shop.post("/v1/crops", json={"url": url})
    assert kind(answer) == (422, "unreadable-image")


def test_a_redirect_does_not_lead_inside(shop: httpx.Client, web: Web) -> None:
    away = f"{web.url}/away?http://169.254.169.254/latest/meta-data/"
    answer = shop.post("/v1/crops", json={"url": away})
    assert kind(answer) == (422, "unreadable-image")
    assert "not a public address" in answer.json()["detail"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "/etc/passwd", "-", "ftp://a/b", "photo.jpg"]
)
def test_a_url_is_no_path(shop: httpx.Client, url: str) -> None:
    answer = shop.post("/v1/crops", json={"url": url})
    assert kind(answer) == (422, "argument")
    assert answer.json()["field"] == "url"


@pytest.mark.parametrize(
    "more",
    [
        {"model": "transformers//etc"},
        {"subject_photo": "/etc/passwd"},
        {"subject_mask": "/etc/passwd"},
        {"server": "http://169.254.169.254"},
        {"index": "/etc"},
        {"recipe": "/etc/passwd"},
        {"detector": "/etc"},
    ],
)
def test_no_field_names_a_file_or_a_server(
    shop: httpx.Client, jpeg: bytes, more: dict[str, str]
) -> None:
    order = {"image": base64.b64encode(jpeg).decode(), **more}
    answer = shop.post("/v1/crops", json=order)
    assert kind(answer) == (422, "argument") and answer.json()["field"] in more


@pytest.mark.parametrize(
    "path",
    [
        "/v1/jobs/..%2f..%2fsecret",
        "/v1/jobs/%2e%2e/pictures/0",
        f"/v1/jobs/{'0' * 32}/pictures/..%2f0",
        f"/v1/jobs/{'0' * 32}/pictures/-1",
        "/crop/../secret",
        "/crop/..%2f/0/..%2fsecret",
        "/../../etc/passwd",
    ],
)
def test_paths_do_not_escape(shop: httpx.Client, served: Served, path: str) -> None:
    # By hand: a client would tidy the path before it is sent.
    host, _, port = served.url.removeprefix("http://").partition(":")
    key = shop.headers["authorization"]
    with socket.create_connection((host, int(port)), timeout=30) as raw:
        raw.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: {key}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: raw.recv(65536), b"")).decode()
    assert int(answer.split()[1]) in (403, 404, 422)
    assert "root:" not in answer


def test_a_name_of_a_file_is_not_heeded(shop: httpx.Client, jpeg: bytes) -> None:
    files = {"photo": ("../../../tmp/evil.jpg", jpeg, "image/jpeg")}
    told = shop.post("/v1/crops", files=files, data={"order": "{}"}).json()
    assert "evil" not in json.dumps(told)


def test_without_a_key_there_is_nothing(nobody: httpx.Client, served: Served) -> None:
    for key in ("", "wrong", "Bearer", "0" * 64):
        with served.client(key) as client:
            for path in ("/v1/models", f"/v1/jobs/{'0' * 32}", "/v1/presets"):
                answer = client.get(path)
                assert kind(answer) == (401, "no-key")
                assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_job_is_its_owners_alone(
    shop: httpx.Client, rival: httpx.Client, jpeg: bytes, web: Web
) -> None:
    image = base64.b64encode(jpeg).decode()
    job = shop.post("/v1/crops", json={"image": image}).json()["id"]
    batch = shop.post("/v1/batches", json={"orders": [{"image": image}]}).json()["id"]
    for path in (f"/v1/jobs/{job}", f"/v1/jobs/{job}/events", f"/v1/jobs/{job}/pictures/0"):
        assert shop.get(path).status_code == 200
        assert kind(rival.get(path)) == kind(rival.get(path.replace(job, "0" * 32)))
        assert rival.get(path).status_code == 404
    assert rival.get(f"/v1/batches/{batch}").status_code == 404
    assert rival.delete(f"/v1/jobs/{job}").status_code == 404
    assert shop.get(f"/v1/jobs/{job}").json()["state"] == "done"
    # Nor does the idempotency key of one find the job of another.
    once = {"idempotency-key": "mine"}
    own = shop.post("/v1/crops", json={"image": image}, headers=once).json()["id"]
    other = rival.post("/v1/crops", json={"image": image}, headers=once).json()["id"]
    assert own != other


def test_a_changed_or_old_address_gives_nothing(
    shop: httpx.Client, nobody: httpx.Client, web: Web
) -> None:
    wish = {"url": f"{web.url}/photo.jpg", "ratio": ["1:1"]}
    good = shop.post("/v1/urls", json={"wish": wish}).json()["url"]
    assert nobody.get(good).status_code == 200
    _, _, signature, expires, payload = good.split("/")
    other = Grant(owner="shop", wish=Sourced(url=f"{web.url}/secret.jpg"))
    forged = sign(b"another secret, as long", other, int(expires)).split("/")
    for changed in (
        f"/crop/{signature}/{int(expires) + 1}/{payload}",
        f"/crop/{signature}/{expires}0/{payload}",
        f"/crop/{signature}/0{expires}/{payload}",
        f"/crop/{signature}/{expires}/{forged[4]}",
        f"/crop/{signature[:-1]}/{expires}/{payload}",
        f"/crop/{forged[2]}/{expires}/{forged[4]}",
        f"/crop/{'A' * 43}/{expires}/{payload}",
        f"/crop/unsafe/{expires}/{payload}",
    ):
        assert kind(nobody.get(changed)) == (403, "signature"), changed
    asked = Sourced(url=f"{web.url}/photo.jpg")
    old = sign(SECRET.encode(), Grant(owner="shop", wish=asked), int(time.time()) - 1)
    assert kind(nobody.get(old)) == (410, "expired")
    gone = sign(SECRET.encode(), Grant(owner="gone", wish=asked), int(time.time()) + 60)
    assert kind(nobody.get(gone)) == (403, "no-key")
    assert not any("secret" in path for path in web.asked)


def test_a_signed_address_of_another_owners_job_gives_nothing(
    shop: httpx.Client, nobody: httpx.Client, web: Web
) -> None:
    job = shop.post("/v1/crops", json={"url": f"{web.url}/photo.jpg"}).json()["id"]
    address = sign(SECRET.encode(), Grant(owner="rival", job=job), int(time.time()) + 60)
    assert nobody.get(address).status_code == 404


def test_a_body_that_is_too_large_is_refused(shop: httpx.Client) -> None:
    def endless() -> object:
        for _ in range(64):
            yield b"x" * 65536

    json_ = {"content-type": "application/json"}
    assert kind(shop.post("/v1/crops", content=b"x" * 3_000_000, headers=json_))[0] == 413
    assert kind(shop.post("/v1/crops", content=endless(), headers=json_))[0] == 413  # type: ignore[arg-type]
    assert kind(shop.post("/v1/batches", content=endless(), headers=json_))[0] == 413  # type: ignore[arg-type]


def test_too_many_requests_are_told_to_wait(served: Served, keys: dict[str, str]) -> None:
    with served.client(keys["few"]) as few:
        answers = [few.get("/v1/models") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert kind(answers[-1]) == (429, "too-many-requests")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 61


def test_hostile_photos_change_nothing_for_others(
    shop: httpx.Client, jpeg: bytes, tmp_path: Path
) -> None:
    write_hostile(tmp_path)
    hostile = [path for path in sorted(tmp_path.iterdir()) if path.stat().st_size < 1_000_000]
    assert len(hostile) > 10
    for path in hostile[::12]:
        answer = shop.post("/v1/crops", files={"photo": (path.name, path.read_bytes())})
        assert answer.status_code in (200, 422), answer.text
    answer = shop.post("/v1/crops", files={"photo": ("a.jpg", jpeg)})
    assert answer.status_code == 200


def test_connections_that_are_cut_or_want_another_protocol_are_no_faults(
    served: Served, keys: dict[str, str], shop: httpx.Client, jpeg: bytes
) -> None:
    host, _, port = served.url.removeprefix("http://").partition(":")
    head = f"Host: {host}\r\nAuthorization: Bearer {keys['shop']}\r\n"
    with socket.create_connection((host, int(port)), timeout=30) as raw:
        upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        raw.sendall(f"GET /v1/models HTTP/1.1\r\n{head}{upgrade}\r\n".encode())
        assert raw.recv(65536).startswith(b"HTTP/1.1 200 ")
    before = shop.get("/metrics").text.count('status="500"')
    for _ in range(5):
        with socket.create_connection((host, int(port)), timeout=30) as raw:
            begun = "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
            raw.sendall(f"POST /v1/crops HTTP/1.1\r\n{head}{begun}".encode())
    # That a client is gone may be noticed a moment later; until then its place counts.
    until(lambda: shop.post("/v1/crops", files={"photo": ("a.jpg", jpeg)}).status_code == 200)
    assert shop.get("/metrics").text.count('status="500"') == before
    twice = [("photo", ("a.jpg", jpeg)), ("photo", ("b.jpg", jpeg))]
    assert kind(shop.post("/v1/crops", files=twice)) == (422, "argument")


def test_without_keys_only_this_machine_is_served(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as service, service.client() as client:
        assert client.get("/v1/models").status_code == 200
        for headers, status in (
            ({"host": "evil.example"}, 421),
            ({"origin": "https://evil.example"}, 403),
            ({"origin": "null"}, 403),
            ({"sec-fetch-site": "cross-site"}, 403),
        ):
            assert client.get("/v1/models", headers=headers).status_code == status
        # Nor does it fetch from this machine, for the loopback is inside.
        answer = client.post("/v1/crops", json={"url": f"{service.url}/metrics"})
        assert kind(answer) == (422, "unreadable-image")
