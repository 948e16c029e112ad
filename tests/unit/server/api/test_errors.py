import uuid

import pytest
from litestar.testing import TestClient

from tests.unit.server.apps import application


@pytest.fixture(scope="module")
def client():
    with TestClient(application()) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/", 404, "Not Found"),
        ("POST", "/nothing", 404, "Not Found"),
        ("GET", "/OCR", 404, "Not Found"),
        ("GET", "/ocr/more", 404, "Not Found"),
        ("GET", "/schema/assets/README.md", 404, "Not Found"),
        ("GET", "/schema/assets/..%2f..%2fapp.py", 404, "Not Found"),
        ("GET", "/ocr", 405, "Method Not Allowed"),
        ("PUT", "/ocr", 405, "Method Not Allowed"),
        ("OPTIONS", "/ocr", 405, "Method Not Allowed"),
        ("OPTIONS", "/nothing", 404, "Not Found"),
        ("POST", "/health", 405, "Method Not Allowed"),
        ("OPTIONS", "/health", 405, "Method Not Allowed"),
        ("DELETE", "/health/ready", 405, "Method Not Allowed"),
    ],
)
def test_every_refusal_has_the_envelope(client, method, path, status, message):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["logId", "errorCode", "errorMsg"]
    assert (answer.json()["errorCode"], answer.json()["errorMsg"]) == (status, message)
    assert uuid.UUID(answer.json()["logId"]).version == 4


def test_a_wrong_method_is_told_the_right_ones(client):
    assert client.put("/ocr").headers["allow"] == "POST"
    assert client.options("/ocr").headers["allow"] == "POST"


def test_head_is_refused_as_the_contract_says(client):
    answer = client.head("/health")
    assert (answer.status_code, answer.content) == (405, b"")


@pytest.mark.parametrize(("method", "path"), [("POST", "/nothing"), ("PUT", "/ocr")])
def test_a_small_body_is_searched_for_the_log_id(client, method, path):
    assert client.request(method, path, json={"logId": "mine"}).json()["logId"] == "mine"
    for body in (b"{", b"[1]", b'{"logId":5}', b'{"logId":"\\ud800"}', b"\xff", b"[" * 60_000):
        answer = client.request(method, path, content=body)
        assert answer.status_code in (404, 405)
        assert uuid.UUID(answer.json()["logId"])


def test_a_large_one_is_not(client):
    answer = client.post("/nothing", json={"logId": "mine", "padding": "A" * 70_000})
    assert answer.status_code == 404
    assert answer.json()["logId"] != "mine"


def test_there_is_no_cors(client):
    answer = client.get("/health", headers={"Origin": "https://a.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
