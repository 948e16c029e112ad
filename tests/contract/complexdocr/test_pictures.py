"""Figures: generate_image. Section 4."""

import base64
import json
import re

import cv2
import numpy as np
import requests

from tests.contract.complexdocr.calls import PICTURES, SEQID, ask, b64, document, figure_page, only, send
from tests.contract.conftest import TOKEN


@PICTURES
def test_pictures_of_markdown_are_data_uris(server):
    without = only(ask(server, figure_page(), output_format=1))
    content = only(ask(server, figure_page(), output_format=1, generate_image=True))
    assert "](" not in without
    (uri,) = re.findall(r"!\[\]\(data:image/png;base64,([^)]+)\)", content)
    image = cv2.imdecode(np.frombuffer(base64.b64decode(uri, validate=True), np.uint8), cv2.IMREAD_COLOR)
    assert abs(image.shape[1] - 700) < 60
    assert abs(image.shape[0] - 500) < 60
    assert "data:" not in only(ask(server, figure_page(), generate_image=True))


@PICTURES
def test_pictures_of_the_document_without_file_serving(server):
    result = document(server, figure_page(), generate_image=True)["result"]
    (item,) = [item for item in result["pages"][0]["content"] if item["type"] == "image"]
    assert list(item) == ["pos", "type", "text", "image_url"]
    assert item["text"] == ""
    assert item["image_url"].startswith("data:image/png;base64,iVBOR")
    assert f"![]({item['image_url']})" in result["markdown"]
    assert "data:" not in result["text"]
    assert all("image_url" not in other for other in result["pages"][0]["content"] if other is not item)
    x0, y0, x1, y1 = item["pos"]
    assert max(abs(x0 - 150), abs(y0 - 400), abs(x1 - 850), abs(y1 - 900)) < 30


@PICTURES
def test_without_pictures_markdown_is_text(server):
    result = document(server, figure_page())["result"]
    assert result["markdown"] == result["text"]
    assert all(item["type"] != "image" for item in result["pages"][0]["content"])


@PICTURES
def test_pictures_of_the_document_with_file_serving(secured):
    headers = {"X-APP-ID": "tests", "Authorization": TOKEN}
    content = {"seqid": SEQID, "image": b64(figure_page()), "output_format": 3, "generate_image": True}
    result = json.loads(only(send(secured, content, headers=headers)))["result"]
    (item,) = [item for item in result["pages"][0]["content"] if item["type"] == "image"]
    assert re.fullmatch(rf"{re.escape(secured.url)}/files/[^/]+/[0-9a-f]{{64}}\.png", item["image_url"])
    assert f"![]({item['image_url']})" in result["markdown"]
    picture = requests.get(item["image_url"], timeout=10)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.content.startswith(b"\x89PNG")
    inline = only(send(secured, {**content, "output_format": 1}, headers=headers))
    assert "![](data:image/png;base64," in inline
