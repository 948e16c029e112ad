"""What the command ``ocr`` says when reading itself fails."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from models.errors import EngineFailure
from server.cli import main
from tests.unit.server.apps import png
from tests.unit.server.stub_pipeline import StubPipeline


def test_an_engine_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = StubPipeline()
    pipeline.failures[0] = EngineFailure("OpenVINO failed on a batch of shape (1, 3, 64, 64).")
    monkeypatch.setattr("server.cli.ocr.pull_required", lambda *_: None)
    monkeypatch.setattr("server.cli.ocr.build_pipeline", lambda *_: pipeline)
    (tmp_path / "page.png").write_bytes(png())
    result = CliRunner().invoke(main, ["ocr", str(tmp_path / "page.png")])
    assert result.exit_code == 1
    assert f"page.png: {pipeline.failures[0]}" in result.stderr
