"""LiteParse's form of `POST /ocr`, read by a real server."""

import pytest
import requests

from tests.contract.conftest import IMAGE, TEXT, Server

liteparse = pytest.mark.operation("LiteParse", "a form of POST /ocr with file and language")


def send(server: Server, data: bytes, **fields: str) -> requests.Response:
    return requests.post(f"{server.url}/ocr", files={"file": ("image.png", data)}, data=fields, timeout=120)


@liteparse
@pytest.mark.parametrize("language", ["en", "xx", ""])
def test_lines_are_results_with_their_boxes_in_pixels(server: Server, language: str):
    answer = send(server, IMAGE, language=language, visualize="false")
    assert answer.status_code == 200
    (line,) = answer.json()["results"]
    assert line["text"] == TEXT
    x0, y0, x1, y1 = line["bbox"]
    assert all(type(side) is int for side in line["bbox"])
    assert 0 <= x0 < x1 <= 640
    assert 0 <= y0 < y1 <= 200
    assert 0 < line["confidence"] <= 1
    assert "results" not in send(server, IMAGE).json()


@liteparse
def test_an_error_has_its_text_where_the_client_looks(server: Server):
    answer = send(server, b"no picture", language="en")
    assert (answer.status_code, answer.json()["error"]) == (422, answer.json()["errorMsg"])
