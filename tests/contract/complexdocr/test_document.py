"""The JSON document of output format 3. Section 6."""

import re

import cv2
import pytest

from tests.contract.complexdocr.calls import DOCUMENT, ask, check_places, document, only, report
from tests.contract.conftest import encoded
from tests.golden.pdf_writer import A4, PdfPage, text, write_pdf


@DOCUMENT
def test_the_documents_keys(server):
    content = document(server, report(2), image_type=2, first_page_idx=5)
    assert list(content) == ["result", "metrics", "duration", "message", "version"]
    assert (content["message"], content["version"]) == ("success", "v2.1.0")
    assert type(content["duration"]) is int
    assert content["duration"] >= 0
    result = content["result"]
    counts = ("success_count", "valid_page_number", "total_page_number", "total_count")
    assert [result[name] for name in counts] == [2, 2, 2, 2]
    assert result["detail"] == []
    assert set(result) == {"text", "markdown", "pages", "detail", *counts}
    assert [page["page_id"] for page in result["pages"]] == [5, 6]
    for page, metrics in zip(result["pages"], content["metrics"], strict=True):
        assert set(page) == {"page_id", "content", "status", "height", "structured", "width"}
        assert (page["status"], page["structured"]) == ("success", [])
        assert (page["width"], page["height"]) == A4
        assert metrics == {
            "status": "success",
            "dpi": 72,
            "page_id": page["page_id"],
            "page_image_width": page["width"],
            "page_image_height": page["height"],
        }
    assert re.search(r"^#+ Report 1$", result["text"], re.MULTILINE)


@DOCUMENT
def test_places_on_a_pdf_are_points_from_the_upper_left(server):
    page = document(server, report(1), image_type=2)["result"]["pages"][0]
    check_places(page)
    title = page["content"][0]
    assert (title["type"], title["text"]) == ("title", "Report 1")
    x0, y0, x1, y1 = title["pos"]
    assert abs(x0 - 72) < 8
    assert 842 - 760 - 26 - 8 < y0 < 842 - 760
    assert 842 - 760 - 6 < y1 < 842 - 760 + 14
    assert 150 < x1 < 220


@DOCUMENT
@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_turned_page_is_as_it_is_shown(server, rotate):
    data = write_pdf([PdfPage(text(72, 700, 20, "A line on the page"), rotate)])
    page = document(server, data, image_type=2)["result"]["pages"][0]
    assert (page["width"], page["height"]) == (A4 if rotate == 180 else A4[::-1])
    check_places(page)


@DOCUMENT
def test_places_on_an_image_are_its_pixels(server):
    content = document(server)
    page = content["result"]["pages"][0]
    assert (page["width"], page["height"]) == (640, 200)
    assert type(page["width"]) is int
    check_places(page)
    x0, y0, x1, y1 = page["content"][0]["pos"]
    assert x0 < 40
    assert 450 < x1 < 640
    assert 40 < y0 < 100 < y1 < 140
    assert content["metrics"][0]["dpi"] == 72


@DOCUMENT
def test_characters_are_unescaped_inside_the_document(server):
    chinese = cv2.imread("tests/golden/pages/cjk.png")
    inner = only(ask(server, encoded(chinese), output_format=3))
    assert not inner.isascii()
    assert "\\u" not in inner


@DOCUMENT
def test_the_first_page_number_touches_the_document_alone(server):
    for output_format in (0, 1):
        plain, numbered = (only(ask(server, output_format=output_format, first_page_idx=page)) for page in (1, 9))
        assert plain == numbered
