"""The clients of Mistral's contract against a real server: the vendor's SDK, and what other programs send."""

import base64
import re

import cv2
import numpy as np
import pytest
import requests
from mistralai.client import Mistral
from mistralai.client.errors import HTTPValidationError, SDKError

from tests.contract.conftest import Server
from tests.contract.paddleocr_jobs.documents import FIGURE, HEADING, REPORT, ROWS, SENTENCE, report_pdf, squeezed

CONTRACT = "Mistral OCR"
NO_ANNOTATIONS = "annotations are refused, because no language model runs here"
OCR, UPLOAD, LINK, FILES = "POST /v1/ocr", "POST /v1/files", "GET /v1/files/{id}/url", "files: show, list, delete"


@pytest.fixture
def sdk(server: Server) -> Mistral:
    return Mistral(api_key="any", server_url=server.url)


def data_uri(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def table(text: str) -> list[tuple[str, ...]]:
    rows = [line for line in text.splitlines() if line.startswith("|") and "---" not in line]
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]


@pytest.mark.client("mistralai (Python)", "3.7.0", "`server_url=`", but=NO_ANNOTATIONS)
@pytest.mark.operation(CONTRACT, OCR, differs="geometry finds the structure; formulas are text; no handwriting model")
def test_the_sdk_hands_over_a_page_with_its_heading_sentence_table_and_picture(sdk):
    document = {"type": "image_url", "image_url": data_uri(REPORT, "image/png")}
    answer = sdk.ocr.process(
        model="mistral-ocr-latest",
        document=document,
        include_image_base64=True,
        confidence_scores_granularity="word",
    )
    (page,) = answer.pages
    assert re.search(rf"^#+ {HEADING}$", page.markdown, re.MULTILINE)
    assert squeezed(SENTENCE) in squeezed(page.markdown)
    assert table(page.markdown) == list(ROWS)
    (image,) = page.images
    assert f"![{image.id}]({image.id})" in page.markdown
    box = image.top_left_x, image.top_left_y, image.bottom_right_x, image.bottom_right_y
    assert np.abs(np.array(box) - FIGURE).max() <= 12
    head, _, content = image.image_base64.partition(",")
    assert head == "data:image/jpeg;base64"
    cut = cv2.imdecode(np.frombuffer(base64.b64decode(content), np.uint8), cv2.IMREAD_COLOR)
    assert cut.shape[:2] == (box[3] - box[1], box[2] - box[0])
    assert {"title", "text", "table", "image"} <= {block.type for block in page.blocks}
    assert page.confidence_scores.minimum_page_confidence_score > 0.5
    for word in page.confidence_scores.word_confidence_scores:
        assert page.markdown[word.start_index :].startswith(word.text)
    assert (page.dimensions.width, page.dimensions.height, page.dimensions.dpi) == (1000, 1300, 72)
    assert answer.model.startswith("ppocr-server/PP-OCR")
    assert (answer.usage_info.pages_processed, answer.usage_info.doc_size_bytes) == (1, len(REPORT))


@pytest.mark.operation(CONTRACT, UPLOAD)
@pytest.mark.operation(CONTRACT, LINK)
@pytest.mark.operation(CONTRACT, FILES)
def test_the_sdk_uploads_a_file_and_has_pages_of_it_read_by_its_link_and_by_its_id(sdk):
    data = report_pdf(3)
    file = sdk.files.upload(file={"file_name": "report.pdf", "content": data}, purpose="ocr")
    link = sdk.files.get_signed_url(file_id=file.id)
    by_link = sdk.ocr.process(
        model="mistral-ocr-latest",
        document={"type": "document_url", "document_url": link.url},
        pages=[1, 2, 7],
        table_format="html",
        image_limit=0,
    )
    assert [page.index for page in by_link.pages] == [1, 2]
    for number, page in enumerate(by_link.pages):
        assert page.images == []
        assert "![" not in page.markdown
        assert f"[tbl-{number}.html](tbl-{number}.html)" in page.markdown
        (found,) = page.tables
        assert re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td></tr>", found.content) == list(ROWS)
    by_id = sdk.ocr.process(model=None, document={"type": "file", "file_id": file.id}, pages="0")
    assert HEADING in by_id.pages[0].markdown
    assert sdk.files.retrieve(file_id=file.id).size_bytes == len(data)
    assert file.id in [listed.id for listed in sdk.files.list().data]
    assert sdk.files.download(file_id=file.id).read() == data
    assert sdk.files.delete(file_id=file.id).deleted is True
    with pytest.raises(SDKError) as refused:
        sdk.files.retrieve(file_id=file.id)
    assert refused.value.status_code == 404


@pytest.mark.operation(CONTRACT, "annotations", differs="refused with 422, because no language model runs here")
def test_the_sdk_understands_the_refusal_of_annotations(sdk):
    with pytest.raises(HTTPValidationError) as refused:
        sdk.ocr.process(
            model="mistral-ocr-latest",
            document={"type": "image_url", "image_url": data_uri(REPORT, "image/png")},
            document_annotation_format={"type": "json_object"},
        )
    (detail,) = refused.value.data.detail
    assert detail.loc == ["body", "document_annotation_format"]
    assert "annotations are not available" in detail.msg


@pytest.mark.operation(CONTRACT, "addresses", differs="fetched from hosts that the operator allows")
def test_the_sdk_understands_the_refusal_of_an_address(sdk):
    with pytest.raises(HTTPValidationError):
        sdk.ocr.process(
            model="mistral-ocr-latest", document={"type": "document_url", "document_url": "https://example.com/a.pdf"}
        )


@pytest.mark.operation(CONTRACT, "Open WebUI: upload, link, read, delete")
def test_what_open_webui_sends(server):
    base, headers = f"{server.url}/v1", {"Authorization": "Bearer any", "User-Agent": "OpenWebUI-MistralLoader/2.0"}
    upload = requests.post(
        f"{base}/files",
        files={"file": ("report.pdf", report_pdf(2), "application/pdf")},
        data={"purpose": "ocr"},
        headers=headers,
        timeout=60,
    )
    file_id = upload.json()["id"]
    link = requests.get(
        f"{base}/files/{file_id}/url",
        params={"expiry": 1},
        headers={**headers, "Accept": "application/json"},
        timeout=30,
    )
    body = {
        "model": "mistral-ocr-latest",
        "document": {"type": "document_url", "document_url": link.json()["url"]},
        "include_image_base64": False,
    }
    answer = requests.post(f"{base}/ocr", json=body, headers={**headers, "Accept": "application/json"}, timeout=300)
    assert answer.headers["content-type"] == "application/json"
    documents = {page["index"]: page["markdown"] for page in answer.json()["pages"]}
    assert list(documents) == [0, 1]
    assert all(HEADING in text and squeezed(SENTENCE) in squeezed(text) for text in documents.values())
    assert requests.delete(f"{base}/files/{file_id}", headers=headers, timeout=30).status_code == 200


@pytest.mark.operation(CONTRACT, "LibreChat: upload, link, read without pictures, delete")
def test_what_librechat_sends(server):
    base, headers = f"{server.url}/v1", {"Authorization": "Bearer any"}
    form = {"purpose": (None, "ocr"), "file": ("report.pdf", report_pdf(1))}
    file_id = requests.post(f"{base}/files", files=form, headers=headers, timeout=60).json()["id"]
    link = requests.get(f"{base}/files/{file_id}/url?expiry=24", headers=headers, timeout=30).json()["url"]
    body = {
        "model": "mistral-ocr-latest",
        "image_limit": 0,
        "include_image_base64": False,
        "document": {"type": "document_url", "document_url": link},
    }
    (page,) = requests.post(f"{base}/ocr", json=body, headers=headers, timeout=300).json()["pages"]
    assert HEADING in page["markdown"]
    assert "![" not in page["markdown"]
    body["document"] = {"type": "image_url", "image_url": data_uri(REPORT, "image/png")}
    (page,) = requests.post(f"{base}/ocr", json=body, headers=headers, timeout=300).json()["pages"]
    assert table(page["markdown"]) == list(ROWS)
    assert requests.delete(f"{base}/files/{file_id}", headers=headers, timeout=30).json()["deleted"] is True
