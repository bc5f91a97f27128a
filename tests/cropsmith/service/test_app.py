"""What a client of the service gets, over a socket."""

import base64
import io
import json
from typing import Any

import httpx
import jsonschema
from PIL import Image

from tests.cropsmith.service.served import Web


def crop(client: httpx.Client, photo: bytes, **order: Any) -> httpx.Response:
    files = {"photo": ("photo.jpg", photo, "image/jpeg")}
    return client.post("/v1/crops", files=files, data={"order": json.dumps(order)})


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_file_in_a_form_comes_back_as_a_report_and_pictures(
    shop: httpx.Client, nobody: httpx.Client, jpeg: bytes
) -> None:
    answer = crop(shop, jpeg, text="her face", ratio=["4:5", "square"])
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["state"] == "done"
    assert [len(told["pictures"]), len(told["result"]["crops"])] == [2, 2]
    jsonschema.validate(told["result"], shop.get("/v1/schema").json())
    for picture, ratio in zip(told["pictures"], (4 / 5, 1), strict=True):
        got = nobody.get(picture["url"])
        assert got.headers["content-type"] == "image/jpeg"
        assert opened(got.content).size == (picture["width"], picture["height"])
        assert abs(picture["width"] / picture["height"] - ratio) < 0.01


def test_bytes_in_json_come_back_as_a_picture_of_the_asked_size(
    shop: httpx.Client, jpeg: bytes
) -> None:
    order = {"image": base64.b64encode(jpeg).decode(), "size": "200x250", "format": "png"}
    answer = shop.post("/v1/crops", json={**order, "answer": "picture"})
    assert answer.headers["content-type"] == "image/png"
    assert opened(answer.content).size == (200, 250)
    both = shop.post("/v1/crops", json={**order, "answer": "both"}).json()
    assert base64.b64decode(both["pictures"][0]["data"]) == answer.content
    assert both["result"]["crops"][0]["output"] == {"width": 200, "height": 250}


def test_a_photo_of_the_web_is_fetched(shop: httpx.Client, web: Web) -> None:
    told = shop.post("/v1/crops", json={"url": f"{web.url}/photo.jpg", "ratio": ["1:1"]}).json()
    picture = told["pictures"][0]
    assert picture["width"] == picture["height"]
    assert told["result"]["source"] == "photo.jpg"


def test_a_job_is_followed_to_its_end(shop: httpx.Client, jpeg: bytes) -> None:
    answer = crop(shop, jpeg, text="a square", wait=False)
    assert answer.status_code == 202
    place = answer.headers["location"]
    events: list[tuple[str, Any]] = []
    with shop.stream("GET", f"{place}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        name = ""
        for line in stream.iter_lines():
            name = line.removeprefix("event: ") if line.startswith("event: ") else name
            if line.startswith("data: "):
                events.append((name, json.loads(line.removeprefix("data: "))))
    assert [name for name, _ in events][-1] == "job"
    steps = {told["node"] for name, told in events if told.get("kind") == "step_ended"}
    assert {"intent", "scoring", "decision"} <= steps
    assert events[-1][1] == shop.get(place).json()
    assert events[-1][1]["state"] == "done"


def test_a_batch_is_worked_off(shop: httpx.Client, web: Web) -> None:
    order = {"url": f"{web.url}/photo.jpg"}
    orders = [{**order, "ratio": [ratio]} for ratio in ("square", "4:5", "16:9")]
    answer = shop.post("/v1/batches", json={"orders": orders})
    assert answer.status_code == 202, answer.text
    place, jobs = answer.headers["location"], answer.json()["jobs"]
    for job in jobs:
        with shop.stream("GET", f"/v1/jobs/{job}/events") as stream:
            stream.read()
    assert shop.get(place).json() == {
        "id": answer.json()["id"],
        "states": {"done": 3},
        "jobs": jobs,
    }
    shapes = [shop.get(f"/v1/jobs/{job}").json()["pictures"][0] for job in jobs]
    assert [round(s["width"] / s["height"], 1) for s in shapes] == [1.0, 0.8, 1.8]


def test_a_request_sent_again_is_the_same_job(shop: httpx.Client, web: Web) -> None:
    order = {"url": f"{web.url}/photo.jpg", "ratio": ["3:2"]}
    once = {"idempotency-key": "order-17"}
    first = shop.post("/v1/crops", json=order, headers=once).json()
    again = shop.post("/v1/crops", json=order, headers=once).json()
    assert first["id"] == again["id"]
    other = shop.post("/v1/crops", json={**order, "ratio": ["2:3"]}, headers=once)
    assert other.status_code == 422
    assert other.json()["type"].endswith("key-used")


def test_a_cancelled_job_gives_no_result(shop: httpx.Client, web: Web) -> None:
    orders = [{"url": f"{web.url}/photo.jpg", "text": f"crop {n}"} for n in range(4)]
    *_, last = shop.post("/v1/batches", json={"orders": orders}).json()["jobs"]
    assert shop.delete(f"/v1/jobs/{last}").status_code == 204
    told = shop.get(f"/v1/jobs/{last}").json()
    assert told["state"] == "cancelled" and "result" not in told


def test_a_signed_address_crops_once_and_is_cached(
    shop: httpx.Client, nobody: httpx.Client, web: Web
) -> None:
    wish = {"url": f"{web.url}/photo.jpg?for=cdn", "ratio": ["16:9"], "format": "webp"}
    made = shop.post("/v1/urls", json={"wish": wish, "seconds": 600}).json()
    first = nobody.get(made["url"])
    assert first.headers["content-type"] == "image/webp"
    assert first.headers["cache-control"].startswith("public, max-age=")
    assert 500 < int(first.headers["cache-control"].split("=")[1].partition(",")[0]) <= 600
    second = nobody.get(made["url"], headers={"if-none-match": first.headers["etag"]})
    assert (second.status_code, second.content) == (304, b"")
    head = nobody.head(made["url"])
    assert head.headers["content-length"] == str(len(first.content)) and head.content == b""
    assert [path for path in web.asked if "cdn" in path] == ["/photo.jpg?for=cdn"]


def test_what_there_is_is_told(shop: httpx.Client) -> None:
    assert shop.get("/v1/models").json() == ["builtin"]
    shapes = {shape["name"]: shape for shape in shop.get("/v1/presets").json()}
    assert shapes["instagram-portrait"]["ratio"] == "4:5"


def test_errors_are_problems(shop: httpx.Client, jpeg: bytes) -> None:
    def problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        told: dict[str, Any] = answer.json()
        assert told["type"] == f"urn:cropsmith:problem:{kind}" and told["status"] == status
        return told

    problem(crop(shop, b"no photo at all"), 422, "unreadable-image")
    assert problem(crop(shop, jpeg, ratio=["4:xyzzy"]), 422, "request")
    assert problem(crop(shop, jpeg, ratios=["4:5"]), 422, "argument")["field"] == "ratios"
    assert problem(crop(shop, jpeg, model="openai/gpt"), 422, "argument")["field"] == "model"
    problem(shop.post("/v1/crops", json={}), 422, "argument")
    problem(shop.post("/v1/crops", json={"image": "?!"}), 422, "argument")
    broken = {"content-type": "application/json"}
    problem(shop.post("/v1/crops", content=b"{", headers=broken), 400, "bad-json")
    problem(shop.post("/v1/batches", content=b"{", headers=broken), 400, "bad-json")
    problem(shop.post("/v1/crops", content=jpeg), 415, "media-type")
    problem(shop.get("/v1/nothing"), 404, "not-found")
    assert "POST" in shop.get("/v1/crops").headers["allow"]
    told = problem(crop(shop, jpeg, size="9000x9000", answer="picture"), 422, "infeasible")
    assert "without upscaling" in told["detail"]


def test_what_happened_is_counted(shop: httpx.Client, nobody: httpx.Client, jpeg: bytes) -> None:
    def count(line: str) -> float:
        lines = nobody.get("/metrics").text.splitlines()
        return next((float(one.split()[-1]) for one in lines if one.startswith(line)), 0.0)

    done = 'cropsmith_jobs_ended_total{state="done"}'
    before = count(done)
    crop(shop, jpeg, text="square")
    assert count(done) == before + 1
    assert count("cropsmith_workers_ready") == 1
