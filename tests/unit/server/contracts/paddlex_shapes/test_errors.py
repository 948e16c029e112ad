import re
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from litestar.testing import TestClient

from server.contracts.paddlex_shapes import json_body
from server.contracts.paddlex_shapes.errors import ErrorAnswers
from server.errors import RequestError, UrlNotFetched, UrlProblem
from server.runtime import MAX_PEEKS
from tests.unit.server.apps import application, base64_of, locked, pdf, png

ROOT = Path(__file__).parents[5]


@pytest.fixture(scope="module")
def client():
    with TestClient(application()) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/nothing", 404, "Not Found"),
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


def test_so_is_one_of_some_megabytes_and_a_larger_one_is_not(client):
    for size, echoed in ((3_000_000, True), (5_000_000, False)):
        answer = client.post("/nothing", json={"padding": "A" * size, "logId": "mine"})
        assert answer.status_code == 404
        assert (answer.json()["logId"] == "mine") is echoed


def test_a_full_door_still_echoes_small_bodies():
    app = application(limits={"max_queued_requests": 1})
    with TestClient(app) as client, app.state.runtime.admission.enter():
        for size, echoed in ((50_000, True), (70_000, False)):
            answer = client.post("/ocr", json={"padding": "A" * size, "logId": "mine"})
            assert answer.status_code == 503
            assert (answer.json()["logId"] == "mine") is echoed
        assert app.state.runtime.admission.requests == 1
        assert app.state.runtime.peeks.bytes == 0


def test_only_so_many_refused_bodies_are_read_at_once(client):
    runtime = client.app.state.runtime
    with ExitStack() as taken:
        for _ in range(MAX_PEEKS):
            taken.enter_context(runtime.peeks.enter())
        assert client.post("/nothing", json={"logId": "mine"}).json()["logId"] != "mine"
    assert client.post("/nothing", json={"logId": "mine"}).json()["logId"] == "mine"


def test_what_is_left_of_a_body_is_not_searched(monkeypatch):
    async def never(*_arguments):
        raise AssertionError

    monkeypatch.setattr(ErrorAnswers, "peek", never)
    with TestClient(application(limits={"max_queued_bytes": 100})) as client:
        answer = client.post("/ocr", json={"padding": "A" * 200, "logId": "mine"})
    assert answer.status_code == 503
    assert uuid.UUID(answer.json()["logId"])


def test_a_token_that_is_missing_is_told_with_the_log_id():
    with TestClient(application(auth={"tokens": {"a": "secret"}})) as client:
        answer = client.post("/ocr", json={"padding": "A" * 3_000_000, "logId": "mine"})
    assert (answer.status_code, answer.json()["logId"]) == (401, "mine")


def test_there_is_no_cors(client):
    answer = client.get("/health", headers={"Origin": "https://a.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("body", [b"[" + b"[]," * 80_000 + b"[]]", b'{"logId":"' + b"a" * 200_000 + b'"}'])
@pytest.mark.parametrize(("path", "status"), [("/ocr", 401), ("/nothing", 404)])
def test_the_body_of_a_stranger_is_searched_and_never_parsed(body, path, status, monkeypatch):
    monkeypatch.setattr(json_body.json, "loads", lambda _text: pytest.fail("parsed"))
    with TestClient(application(auth={"tokens": {"a": "secret"}})) as client:
        answer = client.post(path, content=body)
    assert answer.status_code == status
    assert len(msgspec.json.decode(answer.content)["logId"]) == 36


FILE = {"file": base64_of(png()), "fileType": 1}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"file": base64_of(locked(pdf(1), "open")), "fileType": 0}, "encrypted"),
        ({"file": base64_of(png()[:60]), "fileType": 1}, "damaged"),
        ({"file": base64_of(b"%PDF-1.4\n1 0 obj"), "fileType": 0}, "damaged"),
        ({"file": base64_of(b"no picture at all"), "fileType": 1}, "unsupported"),
        ({"file": base64_of(png()), "fileType": 0}, "wrong_file_type"),
        ({"file": base64_of(pdf(1)), "fileType": 1}, "wrong_file_type"),
        ({"file": "http://example.com/a.txt"}, "unsupported"),
        ({"file": base64_of(png())}, "file_type_missing"),
        ({"file": "", "fileType": 1}, "empty"),
        ({"file": "%%%%", "fileType": 1}, "not_base64"),
        ({"file": "http://example.com/a.png"}, "url_not_allowed"),
        ({"file": f"http://example.com/{'a' * 9000}.png", "fileType": 1}, "url_malformed"),
        ({"file": base64_of(png(400, 300)), "fileType": 1}, "too_many_pixels"),
        ({"file": base64_of(bytes(200_000)), "fileType": 1}, "too_large"),
        ({"fileType": 1}, "invalid_field"),
        ({**FILE, "textDetThresh": "x"}, "invalid_field"),
        ({**FILE, "useDocUnwarping": True}, "model_unavailable"),
        ([], "body_not_understood"),
    ],
)
def test_an_error_names_its_reason(body, reason):
    with TestClient(application(limits={"max_image_pixels": 100_000, "max_body_bytes": 200_000})) as client:
        answer = client.post("/ocr", json=body)
    assert (answer.status_code >= 400, answer.headers["x-error-reason"]) == (True, reason)
    assert "x-error-hint" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "content", "reason"),
    [
        ("POST", "/ocr", b"", "body_not_understood"),
        ("POST", "/ocr", b"{", "body_not_understood"),
        ("GET", "/ocr", b"", "method_not_allowed"),
        ("GET", "/nothing", b"", "not_found"),
    ],
)
def test_a_request_that_is_none_has_a_reason_too(client, method, path, content, reason):
    answer = client.request(method, path, content=content, headers={"Content-Type": "application/json"})
    assert answer.headers["x-error-reason"] == reason


@pytest.mark.parametrize("content", [b'{"file": "a"}', png(), b"file=a"])
def test_a_body_with_curls_own_content_type_gets_a_hint(client, content):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/ocr", content=content, headers=form)
    assert answer.headers["x-error-reason"] == "body_not_understood"
    assert "'Content-Type: application/json'" in answer.headers["x-error-hint"]
    assert "model_attributes_type" in answer.json()["errorMsg"]


def test_a_stranger_is_told_the_reason():
    with TestClient(application(auth={"tokens": {"a": "secret"}})) as client:
        assert client.post("/ocr", json=FILE).headers["x-error-reason"] == "unauthorized"


def test_answers_without_an_error_have_no_reason(client):
    assert "x-error-reason" not in client.post("/ocr", json=FILE).headers


def test_every_error_has_a_word():
    """The document lists them."""
    words = {RequestError.reason_word, *(UrlNotFetched(problem).reason_word for problem in get_args(UrlProblem))}
    kinds = [RequestError]
    for kind in kinds:
        kinds += kind.__subclasses__()
        words.add(kind.reason_word)
    documented = set(re.findall(r"`([a-z0-9_]+)`", (ROOT / "docs/contracts.md").read_text()))
    assert words - documented - {"client_gone"} == set()
