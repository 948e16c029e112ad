"""The device and the precision are what the configuration asks for, or it is told why not."""

from dataclasses import dataclass

import pytest
import torch

from models.engines.base import EngineOptions
from models.engines.torch import device as module
from models.engines.torch.device import choose_dtype, device_title, open_device
from models.errors import EngineUnavailable
from models.machine import Gpu

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("device", "precision", "dtype"),
    [
        ("cpu", "f32", torch.float32),
        ("cpu", "fp16", torch.float16),
        ("cpu", "fast", torch.float32),
        ("gpu:0", "fast", torch.float16),
        ("gpu:0", "f32", torch.float32),
    ],
)
def test_a_network_computes_in_the_precision_that_is_asked_for(device: str, precision, dtype: torch.dtype) -> None:
    assert choose_dtype(EngineOptions(device, precision=precision)) == dtype


@pytest.mark.parametrize("device", ["cpu", "gpu:0"])
def test_bf16_is_refused(device: str) -> None:
    with pytest.raises(EngineUnavailable, match="bf16"):
        choose_dtype(EngineOptions(device, precision="bf16"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("device", ["gpu:0", "gpu:99", "tpu:0", "gpu"])
def test_a_device_that_is_not_there_is_never_replaced(device: str) -> None:
    with pytest.raises(EngineUnavailable, match=device):
        open_device(device)


def test_device_and_precision_are_named_for_people() -> None:
    assert open_device("cpu") == CPU
    assert [device_title(CPU, dtype) for dtype in (torch.float32, torch.float16)] == ["cpu, f32", "cpu, fp16"]


@dataclass
class Cuda:
    """PyTorch with CUDA beside a driver, which may refuse to start.

    Attributes:
        started: whether PyTorch has started CUDA. Before that it counts the GPUs that the machine has.
    """

    refuses: str = ""
    started: bool = False

    def init(self) -> None:
        if self.refuses:
            raise RuntimeError(self.refuses)
        self.started = True


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> Cuda:
    """PyTorch 2.15 with CUDA 13.2, and a driver for CUDA 13.0."""
    stand_in = Cuda()
    monkeypatch.setattr(torch, "__version__", "2.15.0+cu132")
    monkeypatch.setattr(torch.version, "cuda", "13.2")
    monkeypatch.setattr(torch.cuda, "init", stand_in.init)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(module, "find_gpu", lambda name: Gpu(int(name[-1]), "a GPU", 13000))
    return stand_in


def test_cuda_is_started_and_a_driver_of_the_same_major_version_is_new_enough(cuda: Cuda) -> None:
    assert open_device("gpu:0") == torch.device("cuda", 0)
    assert cuda.started


def test_too_old_a_driver_is_one_sentence_that_says_what_to_install(
    cuda: Cuda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_gpu", lambda _: Gpu(0, "a GPU", 12080))
    with pytest.raises(EngineUnavailable, match=r"'gpu:0' has a driver for CUDA 12\.8, .* driver for CUDA 13 or newer"):
        open_device("gpu:0")
    assert not cuda.started


def test_an_older_pytorch_runs_on_a_newer_driver(cuda: Cuda, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    open_device("gpu:0")
    assert cuda.started


@pytest.mark.parametrize("version", ["2.12.0+cu130", "2.13.1+cu130", "2.14.0a0+git12ab"])
def test_versions_whose_graphs_break_are_refused_on_gpus(
    version: str, cuda: Cuda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "__version__", version)
    assert open_device("cpu") == CPU
    with pytest.raises(EngineUnavailable, match=r"2\.12 to 2\.14.*2\.9 to 2\.11, or 2\.15"):
        open_device("gpu:0")
    assert not cuda.started


@pytest.mark.parametrize("version", ["2.9.1+cu128", "2.11.0+cu130", "2.15.0.dev20261101", "2.16.0", "3.0.0", "3.13.0"])
def test_other_versions_are_taken(version: str, cuda: Cuda, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "__version__", version)
    open_device("gpu:0")
    assert cuda.started


def test_a_cuda_that_does_not_start_gives_its_own_first_line(cuda: Cuda) -> None:
    cuda.refuses = "CUDA driver initialization failed, you might not have a CUDA gpu.\nA second line"
    with pytest.raises(EngineUnavailable, match=r"'gpu:0' cannot be used: CUDA driver .* gpu\.$"):
        open_device("gpu:0")


def test_a_gpu_that_pytorch_does_not_see_is_refused(cuda: Cuda) -> None:
    with pytest.raises(EngineUnavailable, match=r"'gpu:3' cannot be used.*CUDA_VISIBLE_DEVICES"):
        open_device("gpu:3")
