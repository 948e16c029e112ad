import pytest

from benchmarks.compare.model import Document
from benchmarks.compare.providers.faster_paddle import PROVIDER
from tests.reference import serving
from tests.unit.benchmarks.compare.stand_in import terms

PYTHON = serving.ROOT / "peers" / "bin" / "python"


@pytest.mark.skipif(not PYTHON.exists(), reason="faster-paddle is not installed: make reference")
def test_the_real_library(page: Document) -> None:
    with PROVIDER.connect(PROVIDER.settings(python=str(PYTHON), models="tiny"), terms(300)) as client:
        (found,) = PROVIDER.understand(client.read(page, b"").raw)
    assert found.text.replace(" ", "").strip() == "Gate7closes"
    assert len(found.lines[0].polygon or ()) == 4
