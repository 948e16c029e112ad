"""NVIDIA GPUs as the driver itself reports them, whatever library is going to use them.

Asked through the CUDA driver API (https://docs.nvidia.com/cuda/cuda-driver-api/), which every driver brings, so that a
missing driver or card is told apart from a missing library before any of the large libraries is loaded.
"""

import ctypes
from dataclasses import dataclass

from models.errors import EngineUnavailable

_DRIVER_LIBRARY = "libcuda.so.1"
_NAME_BYTES = 256


@dataclass(frozen=True, slots=True)
class Gpu:
    """One card.

    Attributes:
        index: its number in this process (``CUDA_VISIBLE_DEVICES`` counts).
        name: the product's name.
        driver: the newest CUDA version that the driver runs, e.g. 13000 for 13.0.
    """

    index: int
    name: str
    driver: int


def count_gpus() -> int:
    """How many cards this process can use.

    Raises:
        EngineUnavailable: there is no driver, or it does not start.
    """
    found = ctypes.c_int(0)
    _started_driver("auto").cuDeviceGetCount(ctypes.byref(found))
    return found.value


def find_gpu(device: str) -> Gpu:
    """The card that a device ``gpu:N`` means.

    Raises:
        EngineUnavailable: the name is not of that form, there is no driver, or no such card.
    """
    kind, _, number = device.partition(":")
    if kind != "gpu" or not number.isdecimal():
        raise EngineUnavailable(f"A device is 'cpu' or 'gpu:N', not '{device}'.")
    driver = _started_driver(device)
    found = ctypes.c_int(0)
    driver.cuDeviceGetCount(ctypes.byref(found))
    if int(number) >= found.value:
        raise EngineUnavailable(f"Device '{device}' does not exist; the NVIDIA driver knows {found.value} GPUs.")
    return _gpu(driver, int(number))


def _started_driver(device: str) -> ctypes.CDLL:
    try:
        driver = ctypes.CDLL(_DRIVER_LIBRARY)
    except OSError as error:
        raise EngineUnavailable(
            f"Device '{device}' needs an NVIDIA driver, and there is none here: {error}."
        ) from error
    failed = driver.cuInit(0)
    if failed:
        raise EngineUnavailable(f"Device '{device}' cannot be used: the NVIDIA driver gives CUDA error {failed}.")
    return driver


def _gpu(driver: ctypes.CDLL, index: int) -> Gpu:
    handle, version = ctypes.c_int(0), ctypes.c_int(0)
    name = ctypes.create_string_buffer(_NAME_BYTES)
    driver.cuDeviceGet(ctypes.byref(handle), index)
    driver.cuDeviceGetName(name, _NAME_BYTES, handle)
    driver.cuDriverGetVersion(ctypes.byref(version))
    return Gpu(index, name.value.decode(errors="replace"), version.value)
