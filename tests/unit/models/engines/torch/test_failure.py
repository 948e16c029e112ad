"""A failure is told apart: no memory, a device that is lost, or a batch that cannot run. The GPU is a stand-in."""

from types import SimpleNamespace

import pytest
import torch

from models.engines.torch.failure import device_failure
from models.errors import DeviceLost, EngineFailure, OutOfDeviceMemory

GPU = torch.device("cuda", 0)
ILLEGAL = RuntimeError("CUDA error: an illegal memory access was encountered")
NO_HANDLE = RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`")


def card(monkeypatch: pytest.MonkeyPatch, answer: Exception | None, free: int = 1 << 30) -> None:
    """A GPU that answers, or raises whatever is asked of it."""

    def zeros(*_: object, device: torch.device) -> SimpleNamespace:
        assert device == GPU
        if answer is not None:
            raise answer
        return SimpleNamespace(cpu=lambda: None)

    monkeypatch.setattr(torch, "zeros", zeros)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (free, 1 << 34))


@pytest.mark.parametrize(
    ("error", "answer", "free", "kind"),
    [
        (ILLEGAL, ILLEGAL, 1 << 30, DeviceLost),
        (ILLEGAL, None, 1 << 30, EngineFailure),
        (ILLEGAL, RuntimeError("CUDA error: out of memory"), 0, OutOfDeviceMemory),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), ILLEGAL, 0, OutOfDeviceMemory),
        (NO_HANDLE, None, 1 << 20, OutOfDeviceMemory),
        (NO_HANDLE, None, 1 << 30, EngineFailure),
        (RuntimeError("GET was unable to find an engine to execute this computation"), None, 0, OutOfDeviceMemory),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), None, 0, EngineFailure),
    ],
)
def test_a_failure_on_a_gpu(
    error: Exception, answer: Exception | None, free: int, kind: type[EngineFailure], monkeypatch: pytest.MonkeyPatch
) -> None:
    card(monkeypatch, answer, free)
    assert type(device_failure("The batch failed.", error, GPU)) is kind


def test_a_failure_that_is_told_already_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    card(monkeypatch, ILLEGAL)
    told = EngineFailure("The recogniser has more classes than its dictionary.")
    assert device_failure("The batch failed.", told, GPU) is told


def test_a_cpu_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    card(monkeypatch, ILLEGAL)
    assert type(device_failure("The batch failed.", ILLEGAL, torch.device("cpu"))) is EngineFailure
