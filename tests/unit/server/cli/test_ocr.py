"""What the command ``ocr`` says when reading itself fails."""

from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.errors import EngineFailure
from server.cli import main
from tests.unit.server.apps import png
from tests.unit.server.stub_pipeline import StubPipeline

OCR = import_module("server.cli.ocr")
"""The module. ``server.cli.ocr`` may also be the command of that name, until the module is imported."""


def test_an_engine_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = StubPipeline()
    pipeline.failures[0] = EngineFailure("OpenVINO failed on a batch of shape (1, 3, 64, 64).")
    monkeypatch.setattr(OCR, "pull_required", lambda *_: None)
    monkeypatch.setattr(OCR, "build_pipeline", lambda *_: pipeline)
    (tmp_path / "page.png").write_bytes(png())
    result = CliRunner().invoke(main, ["ocr", str(tmp_path / "page.png")])
    assert result.exit_code == 1
    assert f"page.png: {pipeline.failures[0]}" in result.stderr
