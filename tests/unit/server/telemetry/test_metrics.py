import re

from litestar.testing import TestClient

from models.batching import BatcherStats
from server.admission.pixels import PixelGate
from server.admission.requests import Admission
from server.telemetry.metrics import Metrics
from tests.unit.server.apps import application, base64_of, png


def value(text: str, series: str) -> float:
    match = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    assert match, series
    return float(match.group(1))


def test_requests_and_pages_are_counted_by_route_and_status():
    with TestClient(application()) as client:
        for _ in range(2):
            client.post("/ocr", json={"file": base64_of(png()), "fileType": 1})
        client.post("/ocr", json={})
        client.get("/no/such/place")
        text = client.get("/metrics").text
    assert value(text, 'ppocr_requests_total{method="POST",route="/ocr",status="200"}') == 2
    assert value(text, 'ppocr_requests_total{method="POST",route="/ocr",status="422"}') == 1
    assert value(text, 'ppocr_requests_total{method="GET",route="unmatched",status="404"}') == 1
    assert value(text, "ppocr_pages_total") == 2
    assert value(text, 'ppocr_stage_seconds_count{stage="text_detection"}') == 2
    assert value(text, 'ppocr_request_seconds_count{route="/ocr"}') == 3
    assert value(text, "ppocr_requests_in_flight") == 1
    assert value(text, "ppocr_queue_requests") == 0
    assert value(text, "ppocr_event_loop_lag_seconds_sum") >= 0


def test_a_caller_cannot_make_new_series():
    with TestClient(application()) as client:
        client.request("VERB", "/path")
        client.get("/metrics")
        before = client.get("/metrics").text
        for number in range(20):
            client.request(f"VERB{number}", f"/path/{number}")
        after = client.get("/metrics").text
    assert "VERB" not in after
    assert "/path" not in after
    assert len(after.splitlines()) == len(before.splitlines())


def test_applications_do_not_share_their_metrics():
    with TestClient(application()) as first, TestClient(application()) as second:
        first.get("/health")
        assert 'route="/health"' in first.get("/metrics").text
        assert 'route="/health"' not in second.get("/metrics").text


def test_what_is_inside_and_the_stages_are_read_at_the_scrape():
    admission, gate = Admission(9, 100), PixelGate(10)
    metrics = Metrics(admission, gate)
    stats = BatcherStats(jobs=3, batches=2, run_seconds=1.5)
    metrics.watch_stages(lambda: {"text_detection": (stats, 7)})
    with admission.enter() as ticket:
        ticket.add_bytes(42)
        text = metrics.render().decode()
    assert value(text, "ppocr_queue_requests") == 1
    assert value(text, "ppocr_queue_bytes") == 42
    assert value(text, 'ppocr_stage_queue{stage="text_detection"}') == 7
    assert value(text, 'ppocr_stage_jobs_total{stage="text_detection"}') == 3
    assert value(text, 'ppocr_stage_run_seconds_total{stage="text_detection"}') == 1.5


def test_what_decode_workers_are_shut_in_by_is_read_at_the_scrape():
    metrics, held = Metrics(Admission(9, 100), PixelGate(10)), ["files"]
    metrics.watch_isolation(lambda: held, ("files", "system_calls"))
    text = metrics.render().decode()
    assert value(text, 'ppocr_decode_isolation{protection="files"}') == 1
    assert value(text, 'ppocr_decode_isolation{protection="system_calls"}') == 0
    held.clear()
    assert value(metrics.render().decode(), 'ppocr_decode_isolation{protection="files"}') == 0
