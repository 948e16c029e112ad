"""Section 2: the form, field by field, on a server with the default configuration."""

import pytest
import requests

from tests.contract.conftest import TEXT
from tests.contract.file_task.conftest import CONTRACT, CREATE, download
from tests.contract.file_task.documents import BMP, JPEG, OTHER, PNG, gif, pdf

pytestmark = pytest.mark.operation(CONTRACT, CREATE)


def refused(answer: requests.Response, status: int, word: str = "") -> None:
    body = answer.json()
    assert (answer.status_code, list(body)) == (status, ["status", "message", "data"])
    assert (body["status"], body["data"]) == (status, None)
    assert word in body["message"]


@pytest.mark.parametrize(
    ("file", "name"), [(PNG, "a.png"), (JPEG, "a.jpg"), (JPEG, "a.jpeg"), (BMP, "a.bmp"), (pdf(TEXT), "a.pdf")]
)
def test_a_document_is_read(client, file, name):
    task = client.task(file, name)
    assert (task["state"], task["file_pages"], task["ocr_pages"]) == (1, 1, 1)
    assert TEXT in download(task).text


def test_the_content_tells_the_type_and_not_the_name(client):
    assert client.task(PNG, "report.pdf")["state"] == 1
    assert client.task(PNG, "noname")["state"] == 1


def test_of_a_gif_the_first_frame_counts(client):
    task = client.task(gif(), "a.gif")
    assert (task["state"], task["file_pages"], task["ocr_pages"]) == (1, 1, 1)
    text = download(task).text
    assert TEXT in text
    assert OTHER not in text


def test_exactly_one_source(client):
    refused(client.post(format="txt"), 400, "neither")
    refused(client.post(PNG, image_url="http://example.com/a.png"), 400, "both")
    refused(client.post(b"", name="", image_url=""), 400, "neither")


def test_an_empty_field_is_an_absent_one(client):
    assert client.task(PNG, image_url="", format="", language="", password="")["state"] == 1


def test_an_unknown_field_is_ignored(client):
    assert client.task(PNG, sync="1", return_url="x")["state"] == 1


def test_a_file_of_no_bytes_is_a_task_that_fails(client):
    task = client.task(b"", "empty.pdf")
    assert (task["state"], task["file"], task["progress"]) == (-7, "", 0)
    assert task["state_detail"].startswith("Invalid file")


@pytest.mark.parametrize("text", ["TXT", "Pdf", "doc", "jpg", " txt", "../txt"])
def test_formats_are_exact(client, text):
    refused(client.post(PNG, format=text), 400, "format")


@pytest.mark.parametrize(
    "text",
    [
        "ChinesePRC", "English", "ChinesePRC,English", " English , Japanese ", "English,English", "English,",
        "Digits,English",
    ],
)  # fmt: skip
def test_languages(client, text):
    assert client.task(PNG, language=text)["state"] == 1


@pytest.mark.parametrize(
    "text", ["english", "Klingon", "English,Klingon", ",", "English,,Japanese", "English;Japanese"]
)
def test_languages_that_there_are_none(client, text):
    refused(client.post(PNG, language=text), 400, "language")


def test_digits_alone_keep_numbers_and_their_punctuation(client):
    text = download(client.task(PNG, language="Digits")).text
    assert text.split() == ["7", "18:45"]


def test_a_password_has_at_most_32_characters(client):
    assert client.task(PNG, password="x" * 32)["state"] == 1
    refused(client.post(PNG, password="x" * 33), 400, "password")


def test_an_encrypted_document_needs_its_password(client):
    locked = pdf(TEXT, password="geheim")
    for fields in ({}, {"password": "wrong"}):
        task = client.task(locked, "a.pdf", **fields)
        assert task["state"] == -7
        assert task["state_detail"].startswith("Invalid password")
    task = client.task(locked, "a.pdf", password="geheim")
    assert task["state"] == 1
    assert TEXT in download(task).text


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/a.png", "file:///etc/passwd", "example.com/a.png", "http://", "http://example.com:8080/a.png",
        "http://example.com:port/a.png", "https://user:password@example.com/a.png", "http://[::1/a.png",
        "http://example.com/" + "a" * 9000,
    ],
)  # fmt: skip
def test_addresses_that_are_refused(client, url):
    refused(client.post(image_url=url), 400, "image_url")


@pytest.mark.parametrize(
    "url",
    ["http://example.com/a.png", "https://example.com:443/a.png", "http://127.0.0.1/", "http://169.254.169.254/latest"],
)
def test_an_address_that_must_not_be_fetched_is_a_task_that_fails(client, url):
    for answer in (
        client.post(image_url=url),
        requests.post(f"{client.url}/task/pic/ocr", data={"image_url": url}, timeout=10),
    ):
        task = answer.json()["data"]
        assert (answer.status_code, task["state"], task["state_detail"]) == (200, -3, "Download failed")


def test_other_bodies_are_refused(client):
    url = f"{client.url}/task/pic/ocr"
    refused(requests.post(url, json={"image_url": "http://example.com/a.png"}, timeout=10), 400, "form")
    refused(requests.post(url, data=PNG, headers={"Content-Type": "image/png"}, timeout=10), 400, "form")
    refused(requests.post(url, timeout=10), 400, "form")
    refused(requests.post(url, data={"image_file": "abc"}, timeout=10), 400, "multipart")


def test_broken_forms_are_refused(client):
    url, kind = f"{client.url}/task/pic/ocr", "multipart/form-data; boundary=x"
    whole = b'--x\r\nContent-Disposition: form-data; name="image_file"; filename="a"\r\n\r\n' + PNG + b"\r\n--x--\r\n"
    bodies = (
        (whole[:-8], kind),
        (whole[:60], kind),
        (whole, "multipart/form-data"),
        (b"", kind),
        (b"--x\r\n\r\n\r\n--x--\r\n", kind),
        (b'--x\r\nContent-Disposition: form-data; name="format"\r\n\r\n\xff\xfe\r\n--x--\r\n', kind),
        (b"image_url=%ff%fe", "application/x-www-form-urlencoded"),
        (b"image_url=http://a/" + b"a" * 100_000, "application/x-www-form-urlencoded"),
    )
    for body, content_type in bodies:
        refused(requests.post(url, data=body, headers={"Content-Type": content_type}, timeout=10), 400)


@pytest.mark.parametrize(
    "file",
    [b"just text", b"%PDF-1.7\nbroken", PNG[:60], JPEG[:200], b"PK\x03\x04" + bytes(100), b"GIF89a", b"\0" * 999],
)
def test_a_file_that_cannot_be_read_is_a_task_that_fails(client, file):
    task = client.task(file, "a.bin")
    assert (task["state"], task["file"], task["output_size"]) == (-7, "", 0)
    assert task["state_detail"].startswith("Invalid file")
    assert client.find(task["task_id"]).json()["data"] == task


def test_names_of_uploads_go_nowhere(client):
    for name in ("../../../../tmp/ppocr-evil.png", "..\\evil.png", "/etc/passwd", "x" * 500 + ".png", "名\r\n前.png"):
        task = client.task(PNG, name)
        assert task["state"] == 1
        assert task["file"].endswith(f"/{task['task_id']}.txt")


def test_an_upload_over_50_mb_is_413(client):
    for size in (50 * 1024 * 1024 + 1, 60 * 1024 * 1024):
        refused(client.post(bytes(size), "big.pdf"), 413)
    assert client.task(b"\xff\xd8\xff" + bytes(50 * 1024 * 1024 - 3), "big.jpg")["state"] == -7
