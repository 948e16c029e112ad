"""The device and the precision are what the configuration asks for, or it is told why not."""

import pytest
import torch

from models.engines.base import EngineOptions
from models.engines.torch.device import choose_dtype, device_title, open_device
from models.errors import EngineUnavailable

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
