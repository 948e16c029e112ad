"""What happens to requests when their client, or the server, goes away."""

import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.contract.conftest import TEXT, Server, body, picture, tiff

LONG = tiff([picture(width=1000, height=800)] * 6)
PATIENCE_SECONDS = 60


def _metric(server: Server, series: str) -> float:
    text = requests.get(f"{server.url}/metrics", timeout=10).text
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def _wait_until(condition) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_a_client_that_goes_away_stops_its_work(server):
    gone = 'ppocr_requests_total{method="POST",route="/ocr",status="499"}'
    before, pages = _metric(server, gone), _metric(server, "ppocr_pages_total")
    content = json.dumps(body(LONG)).encode()
    head = f"POST /ocr HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.encode() + content)
        _wait_until(lambda: _metric(server, "ppocr_queue_requests") > 0)
    _wait_until(lambda: _metric(server, gone) == before + 1)
    assert _metric(server, "ppocr_pages_total") - pages < 6
    _wait_until(lambda: _metric(server, "ppocr_detection_pixels") == 0)
    assert _metric(server, "ppocr_queue_requests") == 0
    assert _metric(server, "ppocr_queue_bytes") == 0


def test_a_server_that_is_told_to_stop_answers_what_it_accepted(own_server):
    running = own_server()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(requests.post, f"{running.url}/ocr", json=body(LONG), timeout=PATIENCE_SECONDS)
        _wait_until(lambda: _metric(running, "ppocr_queue_requests") > 0)
        code = running.stop()
        answer = asked.result()
    assert answer.status_code == 200
    assert [page["prunedResult"]["rec_texts"] for page in answer.json()["result"]["ocrResults"]] == [[TEXT]] * 6
    assert code == 0
    assert "Traceback" not in "".join(running.log)
