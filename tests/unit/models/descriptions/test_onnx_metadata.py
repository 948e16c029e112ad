from pathlib import Path

import pytest

from models.descriptions.onnx_metadata import read_onnx_metadata
from models.errors import InvalidModelDirectory
from tests.unit.models.model_files import onnx_file


def test_reads_all_entries_and_skips_the_graph(tmp_path: Path) -> None:
    file = tmp_path / "inference.onnx"
    file.write_bytes(onnx_file({"character": "a\n\u3000\n\u4e2d", "author": "x" * 300}, graph=b"\xff" * 100_000))
    assert read_onnx_metadata(file) == {"character": "a\n\u3000\n\u4e2d", "author": "x" * 300}


def test_no_metadata_is_an_empty_answer(tmp_path: Path) -> None:
    file = tmp_path / "inference.onnx"
    file.write_bytes(onnx_file())
    assert read_onnx_metadata(file) == {}


@pytest.mark.parametrize("content", [onnx_file()[:-1], b"\xff" * 64, b"<!DOCTYPE html><title>404</title>"])
def test_a_truncated_or_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "inference.onnx"
    file.write_bytes(content)
    with pytest.raises(InvalidModelDirectory, match=r"inference\.onnx: is not an ONNX file, or is truncated"):
        read_onnx_metadata(file)
