"""The endpoint, its keys and its clients: the contract's sections 1, 2 and 8."""

import json
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import requests
import urllib3

from tests.contract.complexdocr.calls import (
    CLIENT,
    ERRORS,
    IMAGE,
    KEYS,
    LINE,
    PATH,
    SEQID,
    WRONG_TYPE,
    ask,
    b64,
    only,
    refused,
    send,
)
from tests.contract.conftest import TOKEN, encoded, picture


@CLIENT
def test_the_published_client_runs(server):
    """requests, streamed, without verification, every piece of 1 kB decoded by itself."""
    many = np.vstack([picture("中文 Gate 7 closes " + str(row), 900, 100) for row in range(20)])
    payload = {"seqid": "门" * 2000, "image": b64(encoded(many)), "output_format": 3, "html_escape": False}
    headers = {"Content-Type": "application/json", "X-APP-ID": "any", "Authorization": "any", "Device-Uuid": "x"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
        answer = requests.post(
            server.url + PATH, data=json.dumps(payload), headers=headers, stream=True, verify=False, timeout=60
        )
    assert answer.status_code == 200
    received = "".join(chunk.decode("utf-8") for chunk in answer.iter_content(1024))
    content = json.loads(received)
    assert content["code"] == "10000"
    assert content["seqid"] == "门" * 2000
    assert "Gate 7" in json.loads(content["data"]["words_result"][0])["result"]["text"]


@CLIENT
def test_the_answer_is_ascii(server):
    answer = ask(server)
    assert answer.content.isascii()
    assert "\\u" in answer.text


@CLIENT
def test_a_charset_in_the_content_type(server):
    body = json.dumps({"seqid": SEQID, "image": b64(IMAGE)})
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    assert only(requests.post(server.url + PATH, data=body, headers=headers, timeout=60)) == LINE


@ERRORS
@pytest.mark.parametrize("path", [PATH.lower(), "/aipaas/ocr/v1/identify/other", "/aipaas/"])
def test_other_paths_are_404_in_the_contracts_shape(server, path):
    refused(requests.post(server.url + path, json={}, timeout=10), WRONG_TYPE, "", 404)


@ERRORS
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_405_in_the_contracts_shape(server, method):
    refused(requests.request(method, server.url + PATH, timeout=10), WRONG_TYPE, "", 405)


@KEYS
@pytest.mark.parametrize("authorization", [TOKEN, f"Bearer {TOKEN}", f"bearer  {TOKEN}"])
def test_a_configured_pair_is_let_in(secured, authorization):
    headers = {"X-APP-ID": "tests", "Authorization": authorization}
    assert only(send(secured, {"seqid": SEQID, "image": b64(IMAGE)}, headers=headers)) == LINE


@KEYS
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-APP-ID": "tests"},
        {"Authorization": TOKEN},
        {"X-APP-ID": "tests", "Authorization": "wrong"},
        {"X-APP-ID": "other", "Authorization": TOKEN},
        {"X-APP-ID": "tests", "Authorization": ""},
        {"X-APP-ID": TOKEN, "Authorization": "tests"},
    ],
)
def test_anything_else_is_401_before_the_body_is_read(secured, headers):
    answer = requests.post(secured.url + PATH, data=b"not json", headers=headers, timeout=10)
    refused(answer, ("10401", "鉴权失败"), "", 401)


@CLIENT
def test_50_clients_at_once_get_their_own_answer(server):
    def read(number: int) -> str:
        return only(ask(server, encoded(picture(f"Bus {number}", 260, 120)), html_escape=bool(number % 2)))

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(read, range(11, 61))) == [f"Bus {number}" for number in range(11, 61)]
