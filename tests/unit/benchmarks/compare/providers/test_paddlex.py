import pytest

from benchmarks.compare.model import Document
from benchmarks.compare.providers.paddlex import PROVIDER
from tests.reference import serving
from tests.unit.benchmarks.compare.stand_in import terms


@pytest.mark.skipif(not serving.installed(), reason="PaddleX is not installed: make reference")
def test_the_real_library(page: Document) -> None:
    settings = PROVIDER.settings(
        python=str(serving.python()),
        pipeline=str(serving.pipeline("v5_mobile")),
        environment={"PADDLE_PDX_LOCAL_FONT_FILE_PATH": str(serving.ROOT / "simfang.ttf")},
    )
    with PROVIDER.connect(settings, terms(300)) as client:
        (found,) = PROVIDER.understand(client.read(page, b"").raw)
    assert found.text.replace(" ", "") == "Gate7closes"
    assert len(found.lines[0].polygon or ()) == 4
