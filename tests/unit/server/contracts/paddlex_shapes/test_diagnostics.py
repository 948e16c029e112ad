"""What was done for a request is said where it asks, and nowhere else."""

from typing import get_args

import pytest
from litestar.testing import TestClient

from models.document import Page, PageResult
from models.optional_stage import ModuleStatus
from models.options import OcrOptions
from models.reading_aids import ReadingWarning, WarningCode
from server.app import create_app
from server.config.load import load_configuration
from server.contracts.paddlex_shapes.diagnostics import MESSAGES
from tests.unit.server.apps import CLIENT_HOST, base64_of, pdf, png
from tests.unit.server.decode.strange_fonts import glyph_page
from tests.unit.server.stub_pipeline import StubPipeline

IMAGE = {"file": base64_of(png()), "fileType": 1}


class Noticing(StubPipeline):
    """Warns of two lines of each page, and runs in half precision."""

    async def read(self, page: Page, options: OcrOptions, *, deadline=None, flow=None) -> PageResult:
        result = await super().read(page, options, deadline=deadline, flow=flow)
        warnings = [ReadingWarning("low_confidence", page.index, line) for line in range(2)]
        return PageResult(
            result.options, result.preprocessed, result.boxes, result.angles, result.lines, result.seconds, None,
            (*warnings, ReadingWarning("page_tiled", page.index)),
        )  # fmt: skip

    def modules(self) -> tuple[ModuleStatus, ...]:
        detail = "openvino on CPU, bf16, lanes: 3"
        return (ModuleStatus("text_recognition:best", "PP-OCRv6_small_rec", "loaded", detail),)


@pytest.fixture(scope="module")
def client():
    settings = ("decode.workers=1", f"server.allowed_hosts=[{CLIENT_HOST}]", "limits.max_pages=2")
    configuration = load_configuration(None, {}, settings)
    pipeline = Noticing()
    pipeline.defaults = configuration.pipeline.preset_defaults
    with TestClient(create_app(configuration, pipeline)) as client:
        yield client


def test_models_engine_times_and_warnings_are_told(client):
    answer = client.post("/ocr", json={**IMAGE, "preset": "best", "visualize": False, "diagnostics": True})
    told = answer.json()["result"]["diagnostics"]
    assert list(told) == ["preset", "models", "engine", "precision", "seconds", "warnings"]
    assert (told["preset"], told["engine"], told["precision"]) == ("best", "openvino on CPU", "bf16")
    assert [(model["task"], model["name"]) for model in told["models"]] == [
        ("text_detection", "PP-OCRv6_small_det"),
        ("text_recognition", "PP-OCRv6_small_rec"),
    ]
    assert {len(model["sha256"]) for model in told["models"]} == {64}
    assert told["seconds"] == {"text_detection": 0.01}
    assert told["warnings"] == [
        {"code": "low_confidence", "page": 1, "message": "2 lines have a low score. Compare them with the picture."},
        {"code": "page_tiled", "page": 1, "message": MESSAGES["page_tiled"]},
    ]


@pytest.mark.parametrize("asked", [{}, {"diagnostics": False}, {"diagnostics": None}])
def test_who_does_not_ask_gets_the_contracts_answer(client, asked):
    answer = client.post("/ocr", json={**IMAGE, "visualize": False, **asked})
    assert list(answer.json()["result"]) == ["ocrResults", "dataInfo"]


def test_they_come_with_binary_bodies_too(client):
    answer = client.post(
        "/ocr",
        params={"diagnostics": "true", "visualize": "false"},
        content=png(),
        headers={"content-type": "image/png"},
    )
    assert answer.json()["result"]["diagnostics"]["preset"] == "paddlex"


def test_pages_that_were_left_out_are_told(client):
    body = {"file": base64_of(pdf(3)), "fileType": 0, "visualize": False, "diagnostics": True}
    warnings = client.post("/ocr", json=body).json()["result"]["diagnostics"]["warnings"]
    assert [warning.get("page") for warning in warnings] == [1, 1, 2, 2, None]
    assert warnings[-1]["code"] == "pages_left_out"
    assert "Pages 3 to 3 were not read" in warnings[-1]["message"]


def test_missing_fonts_and_an_unused_text_layer_are_told_counted_and_logged(client, caplog):
    caplog.set_level("INFO")
    file = base64_of(glyph_page("\u0e20\u0e32\u0e29\u0e32"))
    body = {"file": file, "fileType": 0, "visualize": False, "diagnostics": True}
    warnings = client.post("/ocr", json=body).json()["result"]["diagnostics"]["warnings"]
    assert {"code": "fonts_missing", "page": 1, "message": MESSAGES["fonts_missing"]} in warnings
    assert {"code": "text_layer_ignored", "page": 1, "message": MESSAGES["text_layer_ignored"]} in warnings
    metrics = client.get("/metrics").text
    assert 'ppocr_warnings_total{code="fonts_missing"}' in metrics
    assert 'ppocr_warnings_total{code="text_layer_ignored"}' in metrics
    facts = next(record.facts for record in caplog.records if record.name == "ppocr.access")
    assert facts["warnings"] == "fonts_missing,low_confidence,page_tiled,text_layer_ignored"


def test_a_wrong_value_is_refused(client):
    answer = client.post("/ocr", json={**IMAGE, "diagnostics": "perhaps"})
    assert answer.status_code == 422
    assert "body.diagnostics" in answer.json()["errorMsg"]


def test_every_warning_has_its_words():
    assert set(MESSAGES) == set(get_args(WarningCode))


def test_warnings_are_counted_by_their_code(client):
    client.post("/ocr", json={**IMAGE, "visualize": False})
    lines = client.get("/metrics").text.splitlines()
    (count,) = [float(line.split()[1]) for line in lines if line.startswith('ppocr_warnings_total{code="page_tiled"}')]
    assert count >= 1
