"""Text, markdown and escaping: output formats 0 and 1. Sections 4 and 5."""

import html
import json
import re

import numpy as np
import pytest
from markdown_it import MarkdownIt

from tests.contract.complexdocr.calls import (
    COLUMNS,
    ESCAPING,
    MARKDOWN,
    TEXTS,
    ask,
    document,
    only,
    report,
    table_page,
    words,
)
from tests.contract.conftest import TEXT, encoded, picture, transparent
from tests.golden.pdf_writer import PdfPage, text, write_pdf


@TEXTS
def test_no_text_is_no_words(server):
    blank = encoded(np.full((200, 200, 3), 255, np.uint8))
    for output_format in (0, 1, 3):
        for generate_image in (False, True):
            assert words(ask(server, blank, output_format=output_format, generate_image=generate_image)) == []


@TEXTS
def test_dark_text_on_transparent_pixels_is_read(server):
    assert only(ask(server, transparent(picture()))).strip() == TEXT


@TEXTS
def test_format_0_is_lines_of_all_pages_in_one_string(server):
    content = only(ask(server, report(2), image_type=2))
    assert content.count("Line 7 of the plain body") == 2
    lines = [line for line in content.split("\n") if line]
    assert lines[0] == "Report 1"
    assert lines[9] == "Report 2"
    assert len(lines) == 18
    assert "#" not in content


@MARKDOWN
def test_format_1_is_markdown(server):
    content = only(ask(server, report(2), image_type=2, output_format=1))
    assert re.search(r"^#+ Report 1$", content, re.MULTILINE)
    assert re.search(r"^#+ Report 2$", content, re.MULTILINE)
    assert content.index("Report 1") < content.index("Line 7") < content.index("Report 2")


@MARKDOWN
def test_tables_are_html(server):
    expected = "".join(f"<tr>{''.join(f'<td>row {row} {column}</td>' for column in COLUMNS)}</tr>" for row in (2, 3, 4))
    content = only(ask(server, table_page(), image_type=2, output_format=1))
    assert f"<table>{expected}</table>" in content
    items = document(server, table_page(), image_type=2)["result"]["pages"][0]["content"]
    assert [item["text"] for item in items if item["type"] == "table"] == [f"<table>{expected}</table>"]


INJECTION = "# of items: 5", "![pixel](http://a.example/p.png)", "[click](javascript:alert)", "<img src=x>"


@MARKDOWN
@pytest.mark.parametrize("escape", [True, False])
def test_text_that_looks_like_markup_becomes_none(server, escape):
    rows = [text(72, 760 - 90 * at, 20, row) for at, row in enumerate(INJECTION)]
    data = write_pdf([PdfPage("\n".join(rows))])
    one = only(ask(server, data, image_type=2, output_format=1, html_escape=escape))
    result = document(server, data, image_type=2, html_escape=escape)["result"]
    for markdown in (one, result["text"], result["markdown"]):
        tokens = [token for block in MarkdownIt().parse(markdown) for token in (block, *(block.children or ()))]
        assert {token.type for token in tokens} <= {
            "paragraph_open",
            "paragraph_close",
            "inline",
            "text",
            "text_special",
        }
        shown = "".join(token.content for token in tokens if token.type.startswith("text"))
        assert "](http" in shown
        assert "](javascript" in shown
        assert "of items" in shown
        assert "<img" in html.unescape(shown)
    # What is no Markdown has no marks of it.
    assert "\\" not in "".join(item["text"] for item in result["pages"][0]["content"])


SPECIAL = 'Tom & Ann < 7 > 5 say it\'s "so"'


@ESCAPING
@pytest.mark.parametrize("output_format", [0, 1, 3])
def test_recognised_text_is_escaped_once_and_markup_is_not(server, output_format):
    data = write_pdf([PdfPage(text(72, 700, 20, SPECIAL))])
    fields = {"image_type": 2, "output_format": output_format}
    escaped, plain = (only(ask(server, data, html_escape=escape, **fields)) for escape in (True, False))
    assert only(ask(server, data, **fields)) == escaped or output_format == 3
    if output_format == 3:
        escaped, plain = (
            json.loads(content)["result"]["pages"][0]["content"][0]["text"] for content in (escaped, plain)
        )
    assert "&" in plain
    assert "<" in plain
    assert escaped == html.escape(plain, quote=True)
    assert "&amp;amp;" not in escaped
