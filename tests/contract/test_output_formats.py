"""The extension `outputFormats` of our own contract: off by default, and nothing else changes with it."""

import numpy as np
import pytest
import requests

from tests.contract.conftest import body, encoded, picture

IMAGE = encoded(np.vstack([picture("Tea < coffee", height=120), picture("Gate 7 closes", height=120)]))


def answer(url: str, **fields: object) -> dict:
    response = requests.post(f"{url}/ocr", json=body(IMAGE, **fields), timeout=60)
    assert response.status_code == 200, response.text
    return response.json()["result"]["ocrResults"][0]


def test_nothing_is_added_by_default(server):
    assert set(answer(server.url)) == {"prunedResult"}


def test_the_formats_asked_for_are_added_and_nothing_else_changes(server):
    plain = answer(server.url)
    page = answer(server.url, outputFormats=["text", "markdown"])
    assert page["prunedResult"] == plain["prunedResult"]
    # Lines of one paragraph are joined, so the words are compared.
    assert page["text"].split() == " ".join(plain["prunedResult"]["rec_texts"]).split()
    assert "Tea < coffee" in page["markdown"]
    assert set(answer(server.url, outputFormats=["text"])) == {"prunedResult", "text"}


def test_the_layout_has_the_blocks_of_the_page_with_their_lines(server):
    page = answer(server.url, outputFormats=["layout"])
    assert set(page) == {"prunedResult", "layout"}
    layout, texts = page["layout"], page["prunedResult"]["rec_texts"]
    assert (layout["width"], layout["height"]) == (640, 240)
    assert [block["order"] for block in layout["blocks"]] == list(range(1, len(layout["blocks"]) + 1))
    assert sorted(line for block in layout["blocks"] for line in block["lines"]) == list(range(len(texts)))
    assert " ".join(block["text"] for block in layout["blocks"]).split() == " ".join(texts).split()
    for left, top, right, bottom in (block["box"] for block in layout["blocks"]):
        assert 0 <= left < right <= 640
        assert 0 <= top < bottom <= 240


@pytest.mark.parametrize("query", ["markdown", "markdown,text", "markdown,text,layout"])
def test_a_picture_as_it_is_takes_them_in_the_query(server, query):
    response = requests.post(
        f"{server.url}/ocr",
        data=IMAGE,
        headers={"Content-Type": "image/png"},
        params={"outputFormats": query, "visualize": "false"},
        timeout=60,
    )
    assert set(response.json()["result"]["ocrResults"][0]) == {"prunedResult", *query.split(",")}


def test_an_unknown_format_is_refused_by_name(server):
    response = requests.post(f"{server.url}/ocr", json=body(IMAGE, outputFormats=["html"]), timeout=60)
    assert response.status_code == 422
    assert "body.outputFormats[0]" in response.json()["errorMsg"]
