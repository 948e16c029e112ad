import asyncio
import logging

import pytest
from litestar.testing import TestClient

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
    body = {"file": base64_of(png()), "fileType": 1, "logId": "SECRET-LOG-ID"}
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
