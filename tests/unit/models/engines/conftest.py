"""A model directory that ONNX Runtime and OpenVINO open."""

from pathlib import Path

import pytest

from tests.unit.models.engines.tiny_onnx import multiply_model


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "inference.onnx").write_bytes(multiply_model())
    return tmp_path
