"""These say what is a URL and what its name says; the cases are the reference's answers."""

import tracemalloc

import pytest

from server.errors import UnsupportedFileType
from server.intake.raw_file import FileKind
from server.intake.url_rules import MAX_LENGTH, infer_kind, is_too_long, is_url

BOS = "https://bucket.bcebos.com/"
DISPOSITION = "?responseContentDisposition=attachment"


@pytest.mark.parametrize("text", ["http://h", "https://h/a.png", "http://h:1/?q", "https://u:p@h/", "http://[::1]/"])
def test_addresses(text: str) -> None:
    assert is_url(text)


@pytest.mark.parametrize(
    "text",
    ["HTTP://h/a.png", " http://h", "ftp://h/a.png", "http:///x", "http://", "file:///etc", "aGVsbG8=", "http://[x"],
)
def test_what_counts_as_base64(text: str) -> None:
    assert not is_url(text)


@pytest.mark.parametrize(
    "url",
    [
        "http://h/a.jpg",
        "http://h/a.JPG?x=1#y.pdf",
        "http://h/a.jpg.gz",
        "http://h/a.jpg.xz",
        "http://h/a.svg",
        "http://h/a.svgz",
        "http://h/a.heic",
        "http://h/a.webp",
        "http://h/a.tif",
        "http://h/a.jpg;v=2",
        BOS + "abc" + DISPOSITION + "%3Bfilename%3Dscan.png",
    ],
)
def test_images(url: str) -> None:
    assert infer_kind(url) is FileKind.IMAGE


@pytest.mark.parametrize(
    "url", ["http://h/a.pdf", "http://h/b/A.PDF?x=.png", BOS + "abc" + DISPOSITION + ";filename=a.pdf"]
)
def test_pdfs(url: str) -> None:
    assert infer_kind(url) is FileKind.PDF


@pytest.mark.parametrize(
    "url",
    [
        "http://h",
        "http://h/",
        "http://h/a",
        "http://h/.jpg",
        "http://h/a.zip",
        "http://h/a.mp4",
        "http://h/a.tgz",
        "http://h/a.PDF.GZ",
        "http://h/x.pdf/a",
        "http://h/a;b.jpg",
        "http://h/?f=a.pdf",
        "http://h/abc" + DISPOSITION + ";filename=a.pdf",
        "https://a.b.bcebos.com/abc" + DISPOSITION + ";filename=a.pdf",
        BOS + "abc" + DISPOSITION + ";filename=a",
        BOS + "abc",
        "http://[x/a.pdf",
    ],
)
def test_unsupported(url: str) -> None:
    with pytest.raises(UnsupportedFileType) as caught:
        infer_kind(url)
    assert caught.value.message == "Unsupported file type"


@pytest.mark.parametrize(("start", "url"), [("http://h/", True), ("https://", True), ("http:///x", False)])
def test_a_long_address_is_told_from_base64_but_has_no_kind(start: str, url: bool) -> None:
    text = start + "a" * MAX_LENGTH + ".pdf"
    assert is_too_long(text)
    assert is_url(text) is url
    with pytest.raises(UnsupportedFileType):
        infer_kind(text)
    assert infer_kind("http://h/" + "a" * (MAX_LENGTH - 13) + ".pdf") is FileKind.PDF


def test_nothing_large_is_remembered() -> None:
    texts = [f"http://h/{number}" + "a" * 200_000 + "/x.pdf" for number in range(20)]
    tracemalloc.start()
    try:
        for text in texts:
            is_url(text)
            with pytest.raises(UnsupportedFileType):
                infer_kind(text)
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()
