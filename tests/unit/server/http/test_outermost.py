import asyncio
import logging
import uuid

import pytest
from litestar.testing import TestClient

from server.telemetry.logs import TextFormatter
from server.telemetry.loop_lag import LoopLag
from tests.unit.server.apps import application, base64_of, png


@pytest.fixture(scope="module")
def client():
    with TestClient(application()) as client:
        yield client


def _access_facts(caplog) -> dict[str, object]:
    (record,) = [record for record in caplog.records if record.name == "ppocr.access"]
    return record.facts


def test_one_line_a_request_with_the_facts_and_no_content(client, caplog):
    caplog.set_level(logging.INFO)
    body = {"file": base64_of(png()), "fileType": 1, "SECRET-FIELD": "SECRET-VALUE"}
    answer = client.post("/ocr?token=SECRET-QUERY", json=body)
    facts = _access_facts(caplog)
    assert facts["request"] == answer.headers["x-request-id"]
    assert (facts["route"], facts["status"], facts["pages"]) == ("/ocr", 200, 1)
    assert facts["bytes"] == int(answer.request.headers["content-length"])
    assert facts["ms"] >= 0
    told = " ".join(str(record.__dict__) for record in caplog.records if record.name.startswith("ppocr"))
    assert "SECRET" not in told
    assert "Gate 7" not in told


def test_a_refused_request_names_its_error(client, caplog):
    caplog.set_level(logging.INFO)
    client.post("/ocr", json={})
    assert _access_facts(caplog)["error"] == "InvalidRequest"


def _mine(client, caplog, given: str | bytes) -> str:
    caplog.clear()
    caplog.set_level(logging.INFO)
    answer = client.post("/ocr", json={}, headers={"X-Request-Id": given})
    assert _access_facts(caplog)["request"] == answer.headers["x-request-id"]
    return answer.headers["x-request-id"]


@pytest.mark.parametrize("given", ["order-7", "a", "x" * 128, 'two words = a "b"'])
def test_the_callers_request_id_is_kept(client, caplog, given):
    assert _mine(client, caplog, given) == given


@pytest.mark.parametrize("given", ["", "x" * 129, "a\tb", "caf\u00e9".encode()])
def test_a_request_id_that_is_none_is_replaced(client, caplog, given):
    assert uuid.UUID(_mine(client, caplog, given)).version == 4


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health"),
        ("GET", "/health/live"),
        ("GET", "/metrics"),
        ("GET", "/docs"),
        ("GET", "/presets"),
        ("GET", "/nothing"),
        ("PATCH", "/ocr"),
        ("POST", "/ocr"),
        ("POST", "/oauth/2.0/token"),
        ("POST", "/rest/2.0/ocr/v1/general"),
        ("POST", "/aipaas/ocr/v1/identify/complexDOcr"),
        ("GET", "/task/nothing"),
        ("POST", "/createTask"),
    ],
)
def test_every_answer_carries_the_request_id(client, method, path):
    assert client.request(method, path, headers={"X-Request-Id": "order-7"}).headers["x-request-id"] == "order-7"


@pytest.mark.parametrize(
    ("path", "contract"),
    [
        ("/ocr", "paddlex"),
        ("/createTask", "capsolver"),
        ("/task/1", "file_task"),
        ("/jobs", "jobs"),
        ("/jobs/1", "jobs"),
        ("/api/v2/ocr/jobs/1", "paddleocr_jobs"),
        ("/api/v2/ocr/nothing", "paddleocr_jobs"),
        ("/v1/ocr", "mistral"),
        ("/v1/files/1/url", "mistral"),
        ("/layout-parsing", "layout_parsing"),
        ("/docs", None),
    ],
)
def test_the_line_names_the_contract(client, caplog, path, contract):
    caplog.set_level(logging.INFO)
    client.get(path)
    assert _access_facts(caplog).get("contract") == contract


@pytest.mark.parametrize("body", [{"file": base64_of(png()), "fileType": 1}, {}])
@pytest.mark.parametrize("log_id", ["order 7", None])
def test_the_line_of_a_request_has_the_log_id_of_its_answer(client, caplog, body, log_id):
    caplog.set_level(logging.INFO)
    answer = client.post("/ocr", json=body if log_id is None else {**body, "logId": log_id}).json()
    assert _access_facts(caplog)["log_id"] == answer["logId"]
    assert log_id in (None, answer["logId"])


def test_baidus_log_id_is_in_the_line_too(client, caplog):
    caplog.set_level(logging.INFO)
    read = {"image": base64_of(png()), "access_token": _baidu_token(client)}
    for fields in (read, {**read, "image": ""}):
        caplog.clear()
        answer = client.post("/rest/2.0/ocr/v1/general_basic", data=fields).json()
        assert _access_facts(caplog)["log_id"] == str(answer["log_id"])


def _baidu_token(client) -> str:
    query = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    return client.post("/oauth/2.0/token", params=query).json()["access_token"]


NAMES = ("baidu", "complexdocr", "file_task", "jobs", "paddleocr_jobs", "layout_parsing", "mistral", "capsolver")


def test_the_line_names_the_callers_token_on_every_way_to_the_answer(caplog):
    caplog.set_level(logging.INFO)
    keys = {"keys": {"a-key": "SECRET-KEY"}}
    contracts = dict.fromkeys(NAMES, keys)
    app = application(server={"host": "0.0.0.0"}, auth={"tokens": {"a-token": "SECRET-TOKEN"}}, contracts=contracts)
    bearer, image = {"Authorization": "Bearer SECRET-KEY"}, base64_of(png())
    with TestClient(app) as client:
        for path, expected, options in (
            ("/ocr", "a-token", {"headers": {"Authorization": "token SECRET-TOKEN"}, "json": {}}),
            ("/version", "a-token", {"headers": {"Authorization": "token SECRET-TOKEN"}}),
            ("/ocr", None, {"headers": {"Authorization": "token SECRET-OTHER"}, "json": {}}),
            ("/rest/2.0/ocr/v1/general", "a-key", {"headers": bearer, "data": {"image": image}}),
            ("/aipaas/ocr/v1/identify/complexDOcr", "a-key", {"headers": {**bearer, "X-APP-ID": "a-key"}, "json": {}}),
            ("/task/11111111-1111-1111-1111-111111111111", "a-key", {"headers": bearer}),
            ("/layout-parsing", "a-key", {"headers": bearer, "json": {}}),
            ("/getBalance", "a-key", {"json": {"clientKey": "SECRET-KEY"}}),
        ):
            caplog.clear()
            client.request("POST" if {"json", "data"} & options.keys() else "GET", path, **options)
            assert _access_facts(caplog).get("caller") == expected, path
            assert "SECRET" not in str(_access_facts(caplog))


def test_lines_that_are_written_for_a_request_name_it(caplog):
    """A request with an address that is not allowed writes one from the place where files are fetched."""
    caplog.set_level(logging.INFO)
    shown: list[str] = []

    class Shown(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            shown.append(TextFormatter().format(record))

    handler = Shown()
    logging.getLogger("server").addHandler(handler)
    try:
        with TestClient(application()) as client:
            body = {"file": "http://127.0.0.1/a.png", "logId": "mine"}
            client.post("/ocr", json=body, headers={"X-Request-Id": "order 7"})
    finally:
        logging.getLogger("server").removeHandler(handler)
    (line,) = [line for line in shown if "server.intake.fetch" in line]
    assert line.endswith(' request="order 7" log_id=mine contract=paddlex')


@pytest.mark.parametrize(("method", "path"), [("GET", "/health"), ("GET", "/nothing"), ("POST", "/ocr")])
def test_every_answer_keeps_browsers_in_check(client, method, path):
    headers = client.request(method, path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["referrer-policy"] == "no-referrer"


def test_a_blocked_loop_is_seen(monkeypatch):
    monkeypatch.setattr("server.telemetry.loop_lag.INTERVAL_SECONDS", 0.01)
    seen: list[float] = []

    async def scenario() -> None:
        reported = asyncio.Event()

        def report(seconds: float) -> None:
            seen.append(seconds)
            reported.set()

        lag = LoopLag(report)
        lag.start()
        await reported.wait()
        lag.stop()
        await asyncio.sleep(0.03)

    asyncio.run(scenario())
    assert len(seen) == 1
    assert seen[0] >= 0
