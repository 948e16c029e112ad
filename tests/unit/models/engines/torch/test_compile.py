"""PyTorch's compiler makes kernels that answer the same, and keeps them where it is told."""

from pathlib import Path
from shutil import which

import numpy as np
import pytest
import torch

from models.engines.base import EngineOptions
from models.engines.torch.build import build_module
from models.engines.torch.compile import kernel_directory
from models.engines.torch.lane import CpuLane
from models.engines.torch.reader import read_graph
from models.engines.torch.session import Form, ready
from models.errors import EngineUnavailable
from tests.unit.models.engines.torch.onnx_models import node, write


@pytest.mark.skipif(which("g++") is None, reason="PyTorch's compiler needs g++ on a CPU")
def test_a_compiled_model_answers_the_same_and_its_kernels_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TORCHINDUCTOR_CACHE_DIR", raising=False)  # set by the compiler's user; put back at the end
    file = write(tmp_path / "m.onnx", [node("Mul", ["x", "two"], "y")], {"two": np.array([2], np.float32)})
    kernels = kernel_directory(EngineOptions(torch_compile=True, artefacts=tmp_path / "compiled"))
    assert kernels == tmp_path / "compiled" / "torch"
    network = ready(build_module(read_graph(file)), torch.device("cpu"), Form(torch.float32, kernels))
    with CpuLane().active():
        for shape in ((2, 3, 4, 5), (3, 3, 8, 5)):
            assert (network(torch.ones(shape)) == 2).all()
    assert any(file.is_file() for file in kernels.rglob("*"))


def test_compiled_kernels_need_a_place() -> None:
    assert kernel_directory(EngineOptions()) is None
    with pytest.raises(EngineUnavailable, match="torch_compile"):
        kernel_directory(EngineOptions(torch_compile=True))
