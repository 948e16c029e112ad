"""Files that hold no network that can be read are refused."""

from pathlib import Path

import pytest

from models.engines.torch.reader import read_graph
from models.errors import EngineFailure


@pytest.mark.parametrize("content", [b"no model", b""])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "inference.onnx").write_bytes(content)
    with pytest.raises(EngineFailure, match="ONNX"):
        read_graph(tmp_path / "inference.onnx")
