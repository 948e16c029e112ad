import pytest

from benchmarks.compare.model import Document
from benchmarks.compare.providers.rapidocr import PROVIDER
from tests.reference import serving
from tests.unit.benchmarks.compare.samples import pdf_document
from tests.unit.benchmarks.compare.stand_in import terms

PYTHON = serving.ROOT / "peers" / "bin" / "python"


@pytest.mark.skipif(not PYTHON.exists(), reason="RapidOCR is not installed: make reference")
def test_the_real_library(page: Document) -> None:
    versions: dict[str, str] = {}
    given = terms(300)
    with PROVIDER.connect(
        PROVIDER.settings(python=str(PYTHON)), type(given)(300, given.pace, given.secret, versions.update)
    ) as client:
        (found,) = PROVIDER.understand(client.read(page, b"").raw)
    assert found.text.replace(" ", "") == "Gate7closes"
    assert len(found.lines[0].polygon or ()) == 4
    assert set(versions) == {"rapidocr", "onnxruntime"}


def test_it_takes_no_pdf(tmp_path) -> None:
    assert "no PDF" in PROVIDER.refusal(pdf_document(tmp_path))
