"""Sections 3 to 6: the task object, result files, and errors, on a server with the default configuration."""

import io
import shutil
import time
import uuid
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import docx
import numpy as np
import openpyxl
import pikepdf
import pptx
import pypdf
import pypdfium2
import pytest
import requests
from PIL import Image

from server.contracts.file_task.request import FORMATS
from tests.contract.conftest import TEXT, encoded, picture, transparent
from tests.contract.file_task.conftest import CONTRACT, CREATE, DOWNLOAD, FIND, download
from tests.contract.file_task.documents import OTHER, PNG, active_pdf, pdf, word

FIELDS = [
    "file", "type", "state", "task_id", "progress", "ocr_pages", "created_at", "file_pages", "input_size",
    "output_size", "completed_at", "processed_at", "state_detail",
]  # fmt: skip


def _pages_of_text(content: bytes) -> list[str]:
    text = content.decode("utf-8")
    assert text.endswith("\n")
    return text.strip("\n").split("\n\n")


def _pages_of_pdf(content: bytes) -> list[str]:
    with closing(pypdfium2.PdfDocument(content)) as document:
        assert [page.get_size() for page in document] == [(320.0, 100.0)] * 2
        return [page.get_textpage().get_text_bounded().strip() for page in document]


def _pages_of_word(content: bytes) -> list[str]:
    paragraphs = docx.Document(io.BytesIO(content)).paragraphs
    return [paragraph.text.strip() for paragraph in paragraphs if paragraph.text.strip()]


def _pages_of_excel(content: bytes) -> list[str]:
    sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return [" ".join(str(cell.value) for row in sheet.rows for cell in row if cell.value) for sheet in sheets]


def _pages_of_powerpoint(content: bytes) -> list[str]:
    slides = pptx.Presentation(io.BytesIO(content)).slides
    return [" ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame) for slide in slides]


OOXML = "application/vnd.openxmlformats-officedocument."
READERS = {
    "txt": ("text/plain; charset=utf-8", _pages_of_text),
    "pdf": ("application/pdf", _pages_of_pdf),
    "docx": (f"{OOXML}wordprocessingml.document", _pages_of_word),
    "xlsx": (f"{OOXML}spreadsheetml.sheet", _pages_of_excel),
    "pptx": (f"{OOXML}presentationml.presentation", _pages_of_powerpoint),
}
"""The media type of each format, and a reader that is not ours: it gives the text of each page."""


@pytest.mark.operation(CONTRACT, CREATE)
def test_the_task_object(client):
    before = int(time.time())
    file = pdf(TEXT, OTHER)
    answer = client.post(file, "a.pdf")
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["status", "data"]
    task = answer.json()["data"]
    assert list(task) == FIELDS
    assert {name: type(value) for name, value in task.items()} == {
        name: str if name in ("file", "task_id", "state_detail") else int for name in FIELDS
    }
    assert (task["type"], task["state"], task["progress"], task["state_detail"]) == (101, 1, 100, "Complete")
    assert (task["ocr_pages"], task["file_pages"], task["input_size"]) == (2, 2, len(file))
    assert before <= task["created_at"] <= task["processed_at"] <= task["completed_at"] <= time.time()
    assert str(uuid.UUID(task["task_id"])) == task["task_id"]
    assert task["file"].startswith(client.url)


@pytest.mark.operation(CONTRACT, FIND)
def test_the_same_object_can_be_asked_for(client):
    task = client.task(PNG)
    answer = client.find(task["task_id"])
    assert (answer.status_code, answer.json()) == (200, {"status": 200, "data": task})


@pytest.mark.operation(CONTRACT, FIND)
@pytest.mark.parametrize("task_id", [str(uuid.uuid4()), "1", "a" * 3000, "..%2f..%2fetc%2fpasswd", "%00", "'--", "%ff"])
def test_an_unknown_task_is_404(client, task_id):
    answer = client.find(task_id)
    assert (answer.status_code, answer.json()["status"], answer.json()["data"]) == (404, 404, None)


@pytest.mark.operation(CONTRACT, DOWNLOAD)
@pytest.mark.parametrize("kind", FORMATS)
def test_a_result_is_a_file_of_its_kind(client, kind):
    assert kind in READERS, f"READERS in {__name__} lacks '{kind}'. Add its media type and a reader that is not ours."
    media_type, pages_of = READERS[kind]
    task = client.task(pdf(TEXT, OTHER), "a.pdf", format=kind)
    assert task["state"] == 1
    answer = download(task)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert int(answer.headers["content-length"]) == len(answer.content) == task["output_size"]
    assert task["file"].endswith(f"/{task['task_id']}.{kind}")
    assert pages_of(answer.content) == [TEXT, OTHER]


@pytest.mark.operation(CONTRACT, DOWNLOAD)
def test_headers_keep_a_browser_from_running_a_result(client):
    task = client.task(PNG)
    for answer in (download(task), requests.head(task["file"], timeout=10)):
        headers = answer.headers
        assert (answer.status_code, headers["x-content-type-options"]) == (200, "nosniff")
        assert headers["content-disposition"] == f'attachment; filename="{task["task_id"]}.txt"'
        assert "default-src 'none'" in headers["content-security-policy"]
        assert int(headers["content-length"]) == task["output_size"]


@pytest.mark.operation(CONTRACT, DOWNLOAD)
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "TIFF", "JPEG2000"])
def test_dark_text_on_transparent_pixels_is_read(client, kind):
    assert download(client.task(transparent(picture(), kind))).text.strip() == TEXT


@pytest.mark.operation(CONTRACT, DOWNLOAD)
def test_a_damaged_pdf_is_read_and_made_searchable(client):
    whole = pdf(TEXT, OTHER)
    cut = whole[: whole.rindex(b"xref\n0 ")]
    for damaged in (cut, *(whole.replace(b"/Count 2", b"/Count %d" % claimed) for claimed in (1, 9))):
        assert _pages_of_text(download(client.task(damaged, "a.pdf")).content) == [TEXT, OTHER]
        answer = download(client.task(damaged, "a.pdf", format="pdf"))
        result = pypdf.PdfReader(io.BytesIO(answer.content))
        assert [page.extract_text().strip() for page in result.pages] == [TEXT, OTHER]


@pytest.mark.operation(CONTRACT, DOWNLOAD)
def test_a_searchable_pdf_has_nothing_of_its_source_that_acts(client):
    answer = download(client.task(active_pdf("evil-mark"), "a.pdf", format="pdf"))
    result = pypdf.PdfReader(io.BytesIO(answer.content))
    assert TEXT in result.pages[0].extract_text()
    assert not {"/OpenAction", "/AA"} & {*result.root_object, *result.pages[0]}
    assert result.attachments == {}
    links = [annotation.get_object() for annotation in result.pages[0]["/Annots"]]
    assert [link.get("/A", {}).get("/URI") for link in links] == [None, "https://a.example/"]
    with pikepdf.open(io.BytesIO(answer.content)) as opened:
        buffer = io.BytesIO()
        opened.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert b"evil-mark" not in buffer.getvalue()


@pytest.mark.operation(CONTRACT, DOWNLOAD)
def test_a_link_cannot_be_guessed_from_another(client):
    task, other = client.task(PNG), client.task(PNG)
    base, token, name = task["file"].rsplit("/", 2)
    others = other["file"].rsplit("/", 1)[1]
    assert len(token) >= 32
    wrong = (
        f"{base}/{token}/{others}", f"{base}/{token[:-1]}x/{name}", f"{base}/x/{name}", f"{base}/{token}/{name}x",
        f"{base}/{token}/{name[:-3]}pdf", f"{base}/{token}/..%2f{name}", f"{base}/{token}/", f"{base}/{name}",
    )  # fmt: skip
    for url in wrong:
        answer = requests.get(url, timeout=10)
        assert (answer.status_code, answer.json()["status"]) == (404, 404), url


@pytest.mark.operation(CONTRACT, CREATE)
def test_links_follow_the_host_that_the_client_used(server):
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    url = f"http://localhost:{server.port}"
    answer = requests.post(f"{url}/task/pic/ocr", files={"image_file": ("a.png", PNG)}, headers=headers, timeout=60)
    assert answer.json()["data"]["file"].startswith(f"{url}/task/files/")


@pytest.mark.operation(CONTRACT, CREATE)
def test_without_keys_every_header_is_accepted(client):
    for header in ("Bearer sk-anything", "nonsense", "Basic eDp5"):
        client.headers = {"Authorization": header}
        task = client.task(PNG)
        assert task["state"] == 1
        client.headers = {}
        assert client.find(task["task_id"]).status_code == 200


@pytest.mark.operation(CONTRACT, CREATE)
def test_whatever_goes_wrong_here_is_told_in_this_shape(client):
    for method, path, status in (
        ("GET", "/task/pic/ocr", 405), ("DELETE", "/task/pic/ocr", 405), ("GET", "/task/", 404),
        ("POST", "/task/pic", 405), ("GET", "/task/a/b/c/d", 404), ("OPTIONS", "/task/pic/ocr", 405),
    ):  # fmt: skip
        answer = requests.request(method, client.url + path, timeout=10)
        assert (answer.status_code, answer.json()["status"]) == (status, status), path
        assert list(answer.json()) == ["status", "message", "data"]


@pytest.mark.operation(CONTRACT, CREATE)
def test_fifty_clients_at_once_each_get_their_own(client):
    texts = [f"Ticket number {1000 + number}" for number in range(50)]

    def ask(text: str) -> str:
        return download(client.task(pdf(text), "a.pdf")).text.strip()

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(ask, texts)) == texts


@pytest.mark.operation(CONTRACT, CREATE)
def test_a_zip_is_no_office_document(client):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "hello")
    task = client.task(buffer.getvalue(), "a.zip")
    assert task["state"] == -7
    assert task["state_detail"].startswith("Invalid file")


@pytest.mark.operation(CONTRACT, CREATE)
@pytest.mark.parametrize("kind", FORMATS)
def test_a_page_without_text_is_a_success(client, kind):
    for width, height in ((300, 200), (1, 1), (3000, 20)):
        task = client.task(encoded(np.full((height, width, 3), 255, np.uint8)), format=kind)
        assert (task["state"], task["ocr_pages"], task["file_pages"]) == (1, 1, 1)
        answer = download(task)
        assert (answer.status_code, int(answer.headers["content-length"])) == (200, task["output_size"])
        assert kind != "txt" or answer.text.strip() == ""


@pytest.mark.operation(CONTRACT, CREATE)
def test_an_office_document_is_read_or_the_task_says_why_not(client):
    task = client.task(word(TEXT), "a.docx")
    if shutil.which("soffice") is None:
        assert task["state"] == -7
        assert "LibreOffice" in task["state_detail"]
        pytest.skip("LibreOffice is not installed, so Office documents are not read.")
    assert (task["state"], task["file_pages"]) == (1, 1), task
    assert TEXT in download(task).text


def _sizes(content: bytes, extension: str) -> list[tuple[float, float]]:
    """The width and height of each page in points."""
    if extension == "pdf":
        return [page.get_size() for page in pypdfium2.PdfDocument(content)]
    if extension == "docx":
        sections = docx.Document(io.BytesIO(content)).sections
        return [(section.page_width.pt, section.page_height.pt) for section in sections]
    show = pptx.Presentation(io.BytesIO(content))
    return [(show.slide_width.pt, show.slide_height.pt)]


@pytest.mark.operation(CONTRACT, DOWNLOAD)
@pytest.mark.parametrize("extension", ["pdf", "docx", "pptx"])
def test_a_fax_has_the_shape_of_its_paper_and_stays_bilevel(client, extension):
    """204 dots per inch across and 98 down: a page of 3 by 3 inches has 612 by 294 pixels."""
    page = Image.fromarray(picture(width=612, height=294)).convert("1", dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    page.save(buffer, "TIFF", compression="group4", dpi=(204, 98))
    content = download(client.task(buffer.getvalue(), "fax.tif", format=extension)).content
    assert _sizes(content, extension) == [pytest.approx((216, 216), abs=0.2)]
    if extension == "pdf":
        with pikepdf.open(io.BytesIO(content)) as opened:
            image = opened.pages[0].Resources.XObject["/Im0"]
            assert (image.BitsPerComponent, image.Filter) == (1, pikepdf.Name.CCITTFaxDecode)
        assert len(content) < buffer.tell() + 4096
        assert TEXT in pypdfium2.PdfDocument(content)[0].get_textpage().get_text_bounded()


@pytest.mark.operation(CONTRACT, DOWNLOAD)
@pytest.mark.parametrize("extension", ["pdf", "docx", "pptx"])
def test_a_jpeg_has_the_size_that_it_says_and_passes_with_its_bytes(client, extension):
    buffer = io.BytesIO()
    Image.fromarray(picture(width=600, height=300)).save(buffer, "JPEG", dpi=(150, 150))
    content = download(client.task(buffer.getvalue(), "page.jpg", format=extension)).content
    assert _sizes(content, extension) == [pytest.approx((288, 144), abs=0.2)]
    if extension == "pdf":
        with pikepdf.open(io.BytesIO(content)) as opened:
            assert opened.pages[0].Resources.XObject["/Im0"].read_raw_bytes() == buffer.getvalue()
    if extension == "pptx":
        (shown,) = [
            shape for shape in pptx.Presentation(io.BytesIO(content)).slides[0].shapes if shape.shape_type == 13
        ]
        assert shown.image.blob == buffer.getvalue()
