"""Pages of `POST /layout-parsing`, read by a real server: what clients take from them, and what none may find there."""

import base64
import re

import cv2
import numpy as np
import pytest
import requests

from tests.contract.conftest import IMAGE, TEXT, Server, body, encoded, picture
from tests.contract.layout_parsing.documents import PAGE

PATH = "/layout-parsing"
infer = pytest.mark.operation("PaddleX document pipelines", "POST /layout-parsing")
refuses = pytest.mark.operation(
    "PaddleX document pipelines",
    "formulas, charts, seals",
    differs="an answer without them, which says so in `warnings`; nothing is invented",
)
no_word = pytest.mark.operation(
    "PaddleX document pipelines", "outputFormats docx", differs="refused with 422 in PaddleX's validation format"
)


def post(server: Server, data: bytes = PAGE, **fields: object) -> dict:
    answer = requests.post(f"{server.url}{PATH}", json=body(data, **fields), timeout=120)
    assert answer.status_code == 200, answer.text
    return answer.json()


def page_of(content: dict) -> dict:
    (page,) = content["result"]["layoutParsingResults"]
    return page


@pytest.fixture(scope="module")
def read(server: Server) -> dict:
    return page_of(post(server))


def block_of(page: dict, label: str) -> dict:
    (block,) = [each for each in page["prunedResult"]["parsing_res_list"] if each["block_label"] == label]
    return block


def has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(has_null, value.values()))
    return any(map(has_null, value)) if isinstance(value, list) else value is None


@infer
def test_one_plain_line_is_one_block_of_text(server):
    page = page_of(post(server, IMAGE))
    (block,) = page["prunedResult"]["parsing_res_list"]
    assert (block["block_label"], block["block_content"], block["block_order"]) == ("text", TEXT, 1)
    # The only line reaches the right edge of the text, so the page may go on.
    assert page["markdown"] == {"text": TEXT, "isStart": True, "isEnd": False, "images": {}}


@infer
def test_blocks_have_their_labels_in_reading_order(read):
    blocks = read["prunedResult"]["parsing_res_list"]
    assert [block["block_label"] for block in blocks] == ["doc_title", "text", "table", "image"]
    assert [block["block_id"] for block in blocks] == [0, 1, 2, 3]
    assert [block["block_order"] for block in blocks] == [1, 2, None, None]


@infer
def test_markdown_is_what_the_page_says(read):
    title, paragraph, table, shown = read["markdown"]["text"].split("\n\n", 3)
    assert title == "# Annual Report"
    assert paragraph == "The goods were sent to the harbour in March and came back in June without any damage."
    assert table.strip() == (
        '<div style="text-align: center;"><html><body><table border="1"><tr><td>Name</td><td>Sum</td></tr>'
        "<tr><td>Copper</td><td>4711</td></tr><tr><td>Silver</td><td>1234</td></tr></table></body></html></div>"
    )
    assert re.match(
        r'\n?<div style="text-align: center;"><img src="imgs/[^"]+" alt="Image" width="\d+%" /></div>', shown
    )


@infer
def test_no_line_comes_twice_and_none_is_lost(read):
    text = read["markdown"]["text"]
    lines = read["prunedResult"]["overall_ocr_res"]["rec_texts"]
    assert {"Copper", "4711"} <= set(lines)
    assert [text.count(line) for line in ("Annual Report", "Copper", "4711", "Silver")] == [1, 1, 1, 1]


@infer
def test_a_picture_of_the_markdown_is_a_jpeg_of_its_place(read):
    ((name, value),) = read["markdown"]["images"].items()
    x0, y0, x1, y1 = block_of(read, "image")["block_bbox"]
    assert name == f"imgs/img_in_image_box_{x0}_{y0}_{x1}_{y1}.jpg"
    assert f'src="{name}"' in read["markdown"]["text"]
    cut = cv2.imdecode(np.frombuffer(base64.b64decode(value, validate=True), np.uint8), cv2.IMREAD_COLOR)
    assert cut.shape == (y1 - y0, x1 - x0, 3)


@infer
def test_boxes_are_whole_numbers_inside_the_page_and_coordinates_are_not(read):
    pruned = read["prunedResult"]
    assert (pruned["page_count"], pruned["width"], pruned["height"]) == (None, 1000, 1400)
    for block in pruned["parsing_res_list"]:
        x0, y0, x1, y1 = block["block_bbox"]
        assert all(type(side) is int for side in block["block_bbox"])
        assert 0 <= x0 < x1 <= 1000
        assert 0 <= y0 < y1 <= 1400
    for box in pruned["layout_det_res"]["boxes"]:
        assert all(type(side) is float for side in (*box["coordinate"], box["score"]))
        assert type(box["cls_id"]) is int


@infer
def test_a_table_is_the_same_html_everywhere(read):
    (table,) = read["prunedResult"]["table_res_list"]
    block = block_of(read, "table")
    assert block["block_content"] == table["pred_html"]
    assert table["pred_html"].startswith("<html><body><table><tr><td>Name</td>")
    assert "\n" not in table["pred_html"]
    assert len(table["cell_box_list"]) == 6
    assert set(table["table_ocr_pred"]["rec_texts"]) == {"Name", "Sum", "Copper", "4711", "Silver", "1234"}


@infer
def test_without_table_recognition_there_is_no_table(server):
    page = page_of(post(server, useTableRecognition=False))
    assert "table_res_list" not in page["prunedResult"]
    assert page["prunedResult"]["model_settings"]["use_table_recognition"] is False
    assert "<table" not in page["markdown"]["text"]
    assert "Copper" in page["markdown"]["text"]


@infer
def test_plain_markdown_has_no_html_but_that_of_tables(server):
    text = page_of(post(server, prettifyMarkdown=False))["markdown"]["text"]
    assert "<table><tr><td>Name</td>" in text
    assert re.search(r"!\[\]\(imgs/img_in_image_box_[0-9_]+\.jpg\)", text)
    assert "<div" not in text


@infer
def test_formatted_blocks_hold_markdown(server):
    page = page_of(post(server, formatBlockContent=True))
    assert block_of(page, "doc_title")["block_content"] == "# Annual Report"
    assert "<div" in block_of(page, "image")["block_content"]
    assert page["prunedResult"]["model_settings"]["format_block_content"] is True


@infer
def test_ignored_labels_are_left_out_of_markdown_only(server):
    page = page_of(post(server, markdownIgnoreLabels=["table", "image"]))
    assert "<" not in page["markdown"]["text"]
    assert page["markdown"]["images"] == {}
    assert block_of(page, "table")["block_content"].count("<td>") == 6


@infer
def test_nothing_is_null_at_the_level_of_results(server, read):
    assert not has_null({key: value for key, value in read.items() if key != "prunedResult"})
    inside = {
        key: value for key, value in read["prunedResult"].items() if key not in ("page_count", "parsing_res_list")
    }
    assert not has_null(inside)
    drawn = page_of(post(server, visualize=True))
    assert set(drawn["outputImages"]) == {"layout_det_res", "overall_ocr_res", "layout_order_res", "table_cell_img"}


@infer
def test_nothing_tells_of_paths(read):
    assert not {"input_path", "page_index", "region_det_res"} & set(read["prunedResult"])
    assert not {"input_path", "page_index"} & set(read["prunedResult"]["overall_ocr_res"])


@infer
def test_a_page_that_was_turned_has_the_places_of_the_turned_page(server):
    turned = encoded(np.ascontiguousarray(np.rot90(picture(width=900, height=300))))
    page = page_of(post(server, turned, useDocOrientationClassify=True))
    pruned = page["prunedResult"]
    if "doc_preprocessor_res" not in pruned or pruned["doc_preprocessor_res"]["angle"] == 0:
        pytest.fail("the page was not turned")
    assert (pruned["width"], pruned["height"]) == (900, 300)
    assert page["markdown"]["text"] == TEXT


@infer
def test_ocr_beside_it_is_as_it_was(server):
    def ocr() -> bytes:
        return requests.post(f"{server.url}/ocr", json=body(PAGE, logId="x"), timeout=60).content

    before = ocr()
    post(server, textDetThresh=0.5)
    assert ocr() == before


@infer
def test_health_has_the_error_code_that_a_client_tests(server):
    assert requests.get(f"{server.url}/health", timeout=10).json()["errorCode"] == 0


@refuses
def test_what_is_not_here_is_told(server):
    content = post(server, IMAGE, useFormulaRecognition=True, useChartRecognition=True, useSealRecognition=True)
    assert content["warnings"] == [f"{name} recognition is not available" for name in ("formula", "chart", "seal")]
    settings = page_of(content)["prunedResult"]["model_settings"]
    assert [settings[f"use_{name}_recognition"] for name in ("formula", "chart", "seal")] == [False] * 3
    assert page_of(content)["markdown"]["text"] == TEXT


@no_word
@pytest.mark.parametrize("formats", [["docx"], ["markdown"], ["text"]])
def test_files_that_cannot_be_written_are_refused(server, formats):
    answer = requests.post(f"{server.url}{PATH}", json=body(IMAGE, outputFormats=formats), timeout=60)
    assert (answer.status_code, answer.json()["errorCode"]) == (422, 422)
    assert '"loc": "body.outputFormats"' in answer.json()["errorMsg"]


@infer
def test_pages_behind_links(secured):
    headers = {"Authorization": "Bearer a-token-for-tests"}
    answer = requests.post(f"{secured.url}{PATH}", json=body(PAGE, visualize=True), headers=headers, timeout=120)
    assert answer.status_code == 200, answer.text
    page = page_of(answer.json())
    links = [*page["markdown"]["images"].values(), *page["outputImages"].values(), page["inputImage"]]
    for link in links:
        given = requests.get(link, timeout=30)
        assert (given.status_code, given.headers["content-type"]) == (200, "image/jpeg"), link
