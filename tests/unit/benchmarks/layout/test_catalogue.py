"""The documents are always the same, and hold what the benchmark claims."""

import hashlib

import pytest

from benchmarks.layout.catalogue import documents
from benchmarks.layout.pdf import write_pdf

KINDS = {
    "columns", "paper", "letter", "invoice", "statement", "tables", "tables in columns", "book", "newspaper", "slides",
    "form", "chinese", "chinese vertical",
}  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return documents()


def test_every_kind_is_there_under_a_name_of_its_own(made):
    assert {document.kind for document in made} == KINDS
    names = [document.name for document in made]
    assert len(set(names)) == len(names)
    kinds = {table.kind for document in made for table in document.truth.tables}
    assert kinds == {"ruled", "half-ruled", "borderless"}


def test_every_sentence_stands_in_its_document_once(made):
    for document in made:
        texts = [sentence.text for sentence in document.truth.sentences]
        whole = "\n".join(texts)
        assert all(whole.count(text) == 1 for text in texts), document.name


def test_everything_lies_on_its_page(made):
    for document in made:
        for sheet in document.pages:
            for run in sheet.runs:
                x0, y0, x1, y1 = run.box
                assert 0 <= x0 < x1 <= sheet.width, (document.name, run.text)
                assert 0 <= y0 < y1 <= sheet.height, (document.name, run.text)


def test_the_same_seeds_give_the_same_documents(made):
    again = documents(every=4)
    known = {document.name: document for document in made}
    for document in again:
        twin = known[document.name]
        assert (document.truth, document.pages) == (twin.truth, twin.pages)
        assert hashlib.sha256(write_pdf(document)).digest() == hashlib.sha256(write_pdf(twin)).digest()


def test_kinds_can_be_chosen():
    assert {document.kind for document in documents(kinds=["book", "form"])} == {"book", "form"}
