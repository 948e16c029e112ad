"""The extension `pdfText` of our own contract, on PDFs whose text can be trusted and on others that cannot."""

import base64
import io
import json

import pikepdf
import pytest
import requests

from tests.contract.conftest import body
from tests.unit.server.decode.text_pdfs import LETTER, WRONG_MAP, letter, text, text_pdf

GOOD = text_pdf(letter())


def answer(url: str, data: bytes, **fields: object) -> dict:
    given = {"preset": "tiny", "diagnostics": True, **fields}
    response = requests.post(f"{url}/ocr", json=body(data, 0, **given), timeout=120)
    assert response.status_code == 200, response.text
    return response.json()["result"]


def lines(result: dict, page: int = 0) -> list[str]:
    return result["ocrResults"][page]["prunedResult"]["rec_texts"]


def codes(result: dict) -> list[str]:
    return [warning["code"] for warning in result["diagnostics"]["warnings"]]


def test_text_that_can_be_trusted_is_taken_as_it_is(server):
    result = answer(server.url, GOOD)
    assert lines(result) == list(LETTER)
    assert result["diagnostics"]["pages"] == [{"page": 1, "source": "layer"}]
    assert codes(result) == []
    pruned = result["ocrResults"][0]["prunedResult"]
    assert pruned["rec_scores"] == [1.0] * len(LETTER)
    assert len(pruned["dt_polys"]) == len(LETTER)
    left, top, _, bottom = pruned["rec_boxes"][0]
    assert left == pytest.approx(144, abs=3)
    assert top < 2 * (842 - 720) - 16 < bottom


def test_paddlex_recognises_unless_asked(server):
    result = answer(server.url, GOOD, preset="paddlex")
    assert result["diagnostics"]["pages"] == [{"page": 1, "source": "picture"}]
    assert codes(result) == ["text_layer_ignored"]
    taken = answer(server.url, GOOD, preset="paddlex", pdfText="auto")
    assert taken["diagnostics"]["pages"] == [{"page": 1, "source": "layer"}]


def test_never_recognises(server):
    result = answer(server.url, GOOD, pdfText="never")
    assert result["diagnostics"]["pages"] == [{"page": 1, "source": "picture"}]


def test_a_wrong_map_is_found_and_the_page_recognised(server):
    result = answer(server.url, text_pdf(letter(), letter(), maps=[None, WRONG_MAP]))
    assert [page["source"] for page in result["diagnostics"]["pages"]] == ["layer", "picture"]
    assert "harbour" in " ".join(lines(result, 1))
    assert codes(result) == ["text_layer_doubtful"]


def test_hidden_text_is_not_taken(server):
    result = answer(server.url, text_pdf(text("0ld r3ading of it", 72, 720, 16, "3 Tr")))
    assert lines(result) == []
    assert result["diagnostics"]["pages"] == [{"page": 1, "source": "none"}]


def test_only_reads_no_picture(server):
    result = answer(server.url, text_pdf(letter(), text("0ld r3ading of it", before="3 Tr")), pdfText="only")
    assert lines(result) == list(LETTER)
    assert lines(result, 1) == []
    assert codes(result) == ["no_text_layer"]


def test_what_is_only_drawn_is_recognised_beside_the_text(server):
    drawn = "".join(
        f"{60 + 20 * number} 300 m {70 + 20 * number} 330 l {80 + 20 * number} 300 l f\n" for number in range(9)
    )
    result = answer(server.url, text_pdf(letter() + "0 0 0 rg " + drawn + "100 200 m 150 260 190 260 240 200 c f\n"))
    assert lines(result)[: len(LETTER)] == list(LETTER)


def test_words_and_formats_are_made_of_the_text(server):
    result = answer(server.url, GOOD, returnWordBox=True, outputFormats=["text", "markdown"])
    page = result["ocrResults"][0]
    assert page["text"].split() == " ".join(LETTER).split()
    assert page["prunedResult"]["text_word"][0][:3] == ["The", " ", "harbour"]


def test_a_wrong_value_is_refused(server):
    response = requests.post(f"{server.url}/ocr", json=body(GOOD, 0, pdfText="yes"), timeout=60)
    assert response.status_code == 422
    assert "body.pdfText" in response.json()["errorMsg"]


def test_pages_come_one_by_one_with_their_own_text(server):
    response = requests.post(
        f"{server.url}/ocr",
        data=text_pdf(letter(), letter()),
        params={"pdfText": "auto", "preset": "tiny", "visualize": "false", "diagnostics": "true"},
        headers={"Content-Type": "application/pdf", "Accept": "application/x-ndjson"},
        timeout=120,
    )
    parts = [json.loads(line)["result"] for line in response.text.splitlines()]
    assert [lines(part) for part in parts[:2]] == [list(LETTER)] * 2
    assert [page["source"] for page in parts[2]["diagnostics"]["pages"]] == ["layer", "layer"]


def test_a_job_takes_it_and_its_pdf_gets_no_second_text(server):
    fields = {"file": base64.b64encode(GOOD).decode(), "fileType": 0, "preset": "tiny", "diagnostics": True}
    job = requests.post(f"{server.url}/jobs", json={**fields, "outputFormats": ["json", "pdf"]}, timeout=60).json()
    with requests.get(job["links"]["events"], stream=True, timeout=120) as events:
        assert any(b"event: end" in line for line in events.iter_lines())
    result = requests.get(f"{server.url}/jobs/{job['id']}/result.json", timeout=60).json()["result"]
    assert lines(result) == list(LETTER)
    assert result["diagnostics"]["pages"] == [{"page": 1, "source": "layer"}]
    pdf = requests.get(f"{server.url}/jobs/{job['id']}/result.pdf", timeout=60).content
    with pikepdf.open(io.BytesIO(pdf)) as written:
        assert set(written.pages[0].Resources.Font.keys()) == {"/F"}
