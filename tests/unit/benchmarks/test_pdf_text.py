"""The documents of the benchmark of PDFs' own text, and its bars."""

import io

import pikepdf
import pypdfium2 as pdfium
import pytest

from benchmarks.pdf_text import DOCUMENTS, INVISIBLE, broken_layers, missed

GOOD = {"pages_a_second": 60.0, "from_layer": 1.0, "exact": 1.0}


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name != "embedded"])
def test_the_words_that_are_counted_stand_on_the_pages(name: str) -> None:
    written = DOCUMENTS[name](2)
    document = pdfium.PdfDocument(written.document.content)
    assert len(document) == len(written.words) == 2
    for page, words in zip(document, written.words, strict=True):
        found = page.get_textpage().get_text_bounded().split()
        assert sorted(found) == sorted(words.elements())


def test_broken_layers_are_broken() -> None:
    layers = broken_layers()
    texts = {
        name: pdfium.PdfDocument(written.document.content)[0].get_textpage().get_text_bounded()
        for name, written in layers.items()
    }
    assert "harbour" in texts["right"]
    assert "harbour" not in texts["wrong_map"] + texts["other_text"]
    assert len(texts["partial"]) < len(texts["right"]) * 0.7
    for name in INVISIBLE:
        with pikepdf.open(io.BytesIO(layers[name].document.content)) as pdf:
            assert b"3 Tr" in pdf.pages[0].Contents.read_bytes()


def test_missed_bars_are_told() -> None:
    assert missed({"novel": GOOD}, {"partial": {"auto": 0.9, "never": 0.9}}) == []
    slow = missed({"novel": GOOD | {"pages_a_second": 49.9, "exact": 0.99}}, {"partial": {"auto": 0.8, "never": 0.9}})
    assert [line.partition(":")[0] for line in slow] == ["novel", "novel", "partial"]
