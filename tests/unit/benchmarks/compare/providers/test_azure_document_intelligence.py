"""Against a stand-in of the answers that Microsoft documents. No test speaks with Azure."""

import pytest

from benchmarks.compare.model import AnswerLine, Document
from benchmarks.compare.providers.azure_document_intelligence import PROVIDER
from tests.unit.benchmarks.compare.providers.asking import ask
from tests.unit.benchmarks.compare.samples import CORNERS
from tests.unit.benchmarks.compare.stand_in import Asked, Said

POLYGON = [number for corner in CORNERS for number in corner]
RESULT = {
    "apiVersion": "2024-11-30",
    "modelId": "prebuilt-layout",
    "stringIndexType": "textElements",
    "content": "Gate 7 出口",
    "pages": [
        {
            "pageNumber": 1,
            "width": 640,
            "height": 200,
            "unit": "pixel",
            "spans": [{"offset": 0, "length": 9}],
            "words": [
                {"content": "Gate", "confidence": 0.5, "span": {"offset": 0, "length": 4}, "polygon": POLYGON},
                {"content": "7", "confidence": 1.0, "span": {"offset": 5, "length": 1}, "polygon": POLYGON},
                {"content": "出口", "confidence": 0.25, "span": {"offset": 7, "length": 2}, "polygon": POLYGON},
            ],
            "lines": [
                {"content": "Gate 7", "polygon": POLYGON, "spans": [{"offset": 0, "length": 6}]},
                {"content": "出口", "polygon": POLYGON, "spans": [{"offset": 7, "length": 2}]},
            ],
        },
        {"pageNumber": 2, "width": 8.5, "height": 11, "unit": "inch", "spans": [],
         "lines": [{"content": "x", "polygon": POLYGON, "spans": [{"offset": 9, "length": 1}]}]},
    ],
    "tables": [
        {
            "rowCount": 1,
            "columnCount": 2,
            "boundingRegions": [{"pageNumber": 2, "polygon": POLYGON}],
            "spans": [],
            "cells": [
                {"rowIndex": 0, "columnIndex": 0, "content": "a&b", "spans": []},
                {"rowIndex": 0, "columnIndex": 1, "columnSpan": 2, "content": "2", "spans": []},
            ],
        }
    ],
}  # fmt: skip
SETTINGS = {"key": "env:KEY", "model": "prebuilt-layout", "poll_seconds": 0.01}


def analysed(asked: Asked) -> Said:
    if asked.method == "POST":
        return Said(
            b"", 202, {"Operation-Location": f"http://{asked.headers['host']}/documentintelligence/operations/1"}
        )
    return Said({"status": "succeeded", "createdDateTime": "2026-01-01T00:00:00Z",
                 "lastUpdatedDateTime": "2026-01-01T00:00:00Z", "analyzeResult": RESULT})  # fmt: skip


def test_an_analysis(page: Document) -> None:
    (first, second), server = ask(PROVIDER, page, analysed, **SETTINGS)
    assert first.lines == (AnswerLine("Gate 7", 0.75, CORNERS), AnswerLine("出口", 0.25, CORNERS))
    assert second.lines == (AnswerLine("x", None, None),), "inches are no pixels"
    assert second.tables == ('<table><tr><td>a&amp;b</td><td colspan="2">2</td></tr></table>',)
    sent = server.asked[0]
    assert sent.path.startswith("/documentintelligence/documentModels/prebuilt-layout:analyze?")
    assert sent.headers["ocp-apim-subscription-key"] == "a-key-for-tests"
    assert sent.body == page.path.read_bytes()


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [(400, "InvalidRequest", "refused"), (401, "401", "refused"), (429, "429", "throttled"), (503, "503", "failed")],
)
def test_errors_are_sent_once(page: Document, status: int, code: str, outcome: str) -> None:
    content = {"error": {"code": code, "message": "said"}}
    error, server = ask(PROVIDER, page, lambda _asked: Said(content, status, {"Retry-After": "0"}), **SETTINGS)
    assert (error.outcome, error.status) == (outcome, status)
    assert len(server.asked) == 1


def test_an_analysis_that_fails(page: Document) -> None:
    def say(asked: Asked) -> Said:
        if asked.method == "POST":
            return analysed(asked)
        return Said({"status": "failed", "error": {"code": "InternalServerError", "message": "said"}})

    error, _ = ask(PROVIDER, page, say, **SETTINGS)
    assert error.outcome == "failed"


def test_an_analysis_that_does_not_end(page: Document) -> None:
    error, _ = ask(
        PROVIDER,
        page,
        lambda asked: analysed(asked) if asked.method == "POST" else Said({"status": "running"}),
        0.3,
        **SETTINGS,
    )
    assert error.outcome == "timeout"
