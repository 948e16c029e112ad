"""Calls China Mobile's contract for the tests, and checks its answers."""

import base64
import json

import cv2
import numpy as np
import pytest
import requests

from tests.contract.conftest import Server, encoded, picture
from tests.golden.pdf_writer import PdfPage, rule, text, write_pdf

PATH = "/aipaas/ocr/v1/identify/complexDOcr"
SEQID = "r-19 门"
LINE = "Gate 7 closes at 18:45"
IMAGE = encoded(picture())
KINDS = {"title", "text", "image", "image_caption", "table", "table_caption", "interline_equation"}

MISSING = ("10301", "服务必填参数缺失")
WRONG_TYPE = ("10304", "请求参数格式或类型错误")
OUT_OF_RANGE = ("10305", "请求参数范围错误")
TIMED_OUT = ("10503", "服务连接超时")


def shows(operation: str, differs: str | None = None) -> pytest.MarkDecorator:
    return pytest.mark.operation("China Mobile complexDOcr", operation, differs=differs)


CLIENT = shows("the published client")
KEYS = shows("X-APP-ID, Authorization")
ERRORS = shows("codes and the order of checks")
FILES = shows("image_type 0 and 2: files, up to 24 pages")
URLS = shows("image_type 1 and 3: URLs", "only from hosts that the configuration allows")
TEXTS = shows("output_format 0: text")
MARKDOWN = shows("output_format 1: markdown", "formulas are text")
DOCUMENT = shows("output_format 3: JSON document, first_page_idx", "formulas are text")
PICTURES = shows("generate_image")
ESCAPING = shows("html_escape")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def send(server: Server, content: object, **options) -> requests.Response:
    return requests.post(server.url + PATH, json=content, timeout=120, **options)


def ask(server: Server, data: bytes = IMAGE, **fields) -> requests.Response:
    return send(server, {"seqid": SEQID, "image": b64(data), **fields})


def words(answer: requests.Response) -> list[str]:
    content = answer.json()
    assert answer.status_code == 200
    assert list(content) == ["seqid", "code", "message", "flag", "data"]
    assert (content["seqid"], content["code"], content["message"]) == (SEQID, "10000", "成功"), content
    assert content["flag"] == 1
    assert type(content["flag"]) is int
    assert list(content["data"]) == ["timeSecond", "words_result"]
    assert content["data"]["timeSecond"] >= 0
    return content["data"]["words_result"]


def only(answer: requests.Response) -> str:
    (content,) = words(answer)
    return content


def document(server: Server, data: bytes = IMAGE, **fields) -> dict:
    return json.loads(only(ask(server, data, output_format=3, **fields)))


def refused(answer: requests.Response, expected: tuple[str, str], seqid: str = SEQID, status: int = 200) -> None:
    content = answer.json()
    assert list(content) == ["seqid", "code", "message", "flag", "data"]
    assert (content["code"], content["message"]) == expected, content
    assert (answer.status_code, content["seqid"], content["flag"]) == (status, seqid, 0)
    assert content["data"]["words_result"] == []
    assert content["data"]["timeSecond"] >= 0


def report(pages: int = 2) -> bytes:
    body = "".join(text(72, 640 - 16 * row, 11, f"Line {row} of the plain body of the page.") for row in range(8))
    return write_pdf([PdfPage(text(72, 760, 26, f"Report {page + 1}") + body) for page in range(pages)])


COLUMNS = ("left", "middle", "right")


def table_page() -> bytes:
    columns, top = (72, 222, 372, 522), 700
    lines = "".join(rule(72, top - 30 * row, 522, top - 30 * row) for row in range(4))
    lines += "".join(rule(x, top, x, top - 90) for x in columns)
    cells = "".join(
        text(columns[column] + 8, top - 20 - 30 * row, 12, f"row {row + 2} {COLUMNS[column]}")
        for row in range(3)
        for column in range(3)
    )
    return write_pdf([PdfPage(text(72, 750, 11, "Before the table stands a line of text.") + lines + cells)])


def figure_page() -> bytes:
    """A page with a picture between lines of text."""
    page = np.full((1400, 1000, 3), 255, np.uint8)
    across, down = np.linspace(0, 1, 700)[None, :, None], np.linspace(0, 1, 500)[:, None, None]
    page[400:900, 150:850] = 40 + 60 * across + 70 * down + np.array([60, 30, 0]) * across * down
    for row, at in enumerate((120, 180, 240, 300, 1000, 1060, 1120, 1180)):
        where = (100, at)
        cv2.putText(page, f"Line {row} of the text around it", where, cv2.FONT_HERSHEY_SIMPLEX, 1.3, (0, 0, 0), 2)
    return encoded(page)


def check_places(page: dict) -> None:
    for item in page["content"]:
        x0, y0, x1, y1 = item["pos"]
        assert all(type(side) is int for side in item["pos"])
        assert 0 <= x0 < x1 <= page["width"]
        assert 0 <= y0 < y1 <= page["height"]
        assert item["type"] in KINDS
