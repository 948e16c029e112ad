"""What the tests of providers share: a page, and a key in the environment."""

from pathlib import Path

import pytest

from benchmarks.compare.model import Document
from tests.unit.benchmarks.compare.samples import image_document, pdf_document


@pytest.fixture
def page(tmp_path: Path) -> Document:
    return image_document(tmp_path)


@pytest.fixture
def pdf(tmp_path: Path) -> Document:
    return pdf_document(tmp_path, pages=2)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "a-key-for-tests")
    monkeypatch.setenv("SECRET", "a-secret-for-tests")
    monkeypatch.setenv("NO_PROXY", "*")
