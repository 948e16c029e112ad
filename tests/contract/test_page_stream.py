"""`POST /ocr` page by page over real HTTP, with real weights, and clients that leave in the middle."""

import json
import re

import pytest
import requests

from tests.contract.conftest import IMAGE, Server, body, picture, tiff, wait_until
from tests.unit.server.apps import pdf

STREAMED = {"Accept": "application/x-ndjson"}
TEXTS = [f"Page number {number}" for number in range(1, 7)]


@pytest.fixture(scope="module")
def document() -> bytes:
    return tiff([picture(text) for text in TEXTS])


def post(server: Server, data: bytes, headers: dict[str, str] = STREAMED, **fields: object) -> requests.Response:
    return requests.post(f"{server.url}/ocr", json=body(data, **fields), headers=headers, stream=True, timeout=60)


def lines_of(answer: requests.Response) -> list[dict]:
    return [json.loads(line) for line in answer.iter_lines()]


def test_the_pages_are_those_of_the_answer_in_one_piece(server, document):
    fields = {"visualize": True, "returnWordBox": True, "outputFormats": ["markdown"], "logId": "a"}
    whole = post(server, document, {}, **fields).json()
    answer = post(server, document, **fields)
    *pages, last = lines_of(answer)
    assert (answer.status_code, answer.headers["content-type"]) == (200, STREAMED["Accept"])
    assert answer.headers["x-request-id"]
    assert [page["result"]["ocrResults"] for page in pages] == [[page] for page in whole["result"]["ocrResults"]]
    assert [page["result"]["ocrResults"][0]["prunedResult"]["rec_texts"] for page in pages] == [
        [text] for text in TEXTS
    ]
    assert last == {**whole, "result": {"dataInfo": whole["result"]["dataInfo"]}}


def test_ten_pages_stay_the_default(server):
    answer = post(server, pdf(12), file_type=0)
    assert answer.headers["x-document-pages"] == "10/12"
    assert lines_of(answer)[-1]["result"]["dataInfo"]["numPages"] == 10
    assert len(lines_of(post(server, IMAGE))) == 2


def test_a_client_that_leaves_frees_its_place_and_the_log_says_so(server, document):
    with post(server, document, logId="left in the middle", visualize=True) as answer:
        assert json.loads(next(answer.iter_lines()))["errorCode"] == 0
    pattern = re.compile(r'log_id="left in the middle".* status=200 .*pages=(\d+).* error=ClientDisconnected')
    wait_until(lambda: any(pattern.search(line) for line in server.log))
    metrics = requests.get(f"{server.url}/metrics", timeout=10).text
    assert "\nppocr_queue_requests 0.0\n" in metrics
    assert "\nppocr_queue_bytes 0.0\n" in metrics
