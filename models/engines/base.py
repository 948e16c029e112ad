"""The protocol that the pipeline needs from an inference library, and the registry that finds engines by name."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.config import NamedPrecision
from models.engines.registry import DEVICE_ENGINE, ENGINES, import_engine
from models.errors import EngineFailure, EngineUnavailable, OutOfDeviceMemory

Precision = Literal[NamedPrecision, "fast"]

BatchShape: TypeAlias = tuple[int, int, int, int]
"""The items, channels, height and width of a batch."""

DEVICE_BATCH_SIZES: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
"""The `Engine.batch_sizes` of a device on which a launch costs more than the blank rows that fill a batch up."""


def device_batch_shapes(item: tuple[int, int, int], most: int) -> tuple[BatchShape, ...]:
    """The shapes of batches of at most ``most`` items of one shape, filled up to `DEVICE_BATCH_SIZES`."""
    largest = next((size for size in DEVICE_BATCH_SIZES if size >= most), DEVICE_BATCH_SIZES[-1])
    return tuple((size, *item) for size in DEVICE_BATCH_SIZES if size <= largest)


BEST_CLASS_VALUES = 2
"""The values for each time step under `EngineOptions.best_class`: the index of the best class and its probability."""

LARGE_INPUT = 3 * 2048 * 2048
"""After a batch with more input values, an engine gives its working memory back. Otherwise a library would keep the
memory of its largest input for ever: after one page of 3200 x 3200 px, the detector keeps 1.7 to 1.9 GiB, and with this
limit 0.3 to 0.4."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """The options for opening a model.

    Attributes:
        device: ``cpu``, or ``gpu:N``. An engine that cannot use it raises. No engine takes another device instead.
        threads: CPU threads of one model; 0 lets the engine use every core it may run on.
        streams: batches that compute at the same time on a CPU, each with an equal share of ``threads``; for
            `Engine.twin`.
        precision: ``f32``, ``bf16``, ``fp16``, or ``fast``: the fastest that the engine has on this device. An engine
            without the named precision raises. Only ``fast`` leaves it the choice.
        few_shapes: whether the model only sees a limited number of input shapes. Then it is worth keeping what is
            prepared for each of them.
        batch_shapes: every (N, 3, H, W) that the model will be given on a device with `Engine.batch_sizes`; empty if
            any shape may come.
        best_class: whether only the best class of every time step of a recogniser is wanted. Then an engine that copies
            its output from a device to the host may give (N, T, 2), class index and probability, instead of
            (N, T, classes).
        tensorrt: whether models with known ``batch_shapes`` are compiled with TensorRT, on an NVIDIA GPU.
        memory_share: the greatest share of a card's memory that this process may take, 0..1.
        torch_compile: whether PyTorch makes its own kernels for the network.
        artefacts: a directory that keeps compiled models for the next start; None keeps none.
        permit: held while a CPU engine computes a batch. So models that use every core do not compute at the same time,
            which takes 4 % more CPU time for the same pages.
    """

    device: str = "cpu"
    threads: int = 0
    streams: int = 1
    precision: Precision = "f32"
    few_shapes: bool = False
    batch_shapes: tuple[BatchShape, ...] = ()
    best_class: bool = False
    tensorrt: bool = False
    torch_compile: bool = False
    memory_share: float = 1.0
    artefacts: Path | None = None
    permit: AbstractContextManager[object] = field(default_factory=nullcontext, compare=False)


class Engine(Protocol):
    """One opened model. Only one thread at a time may call ``run``."""

    @property
    def name(self) -> str:
        """The registry name of the inference library, e.g. ``onnxruntime``."""

    @property
    def device(self) -> str:
        """The device that really executes the model, as the library reports it after opening."""

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """The sizes of batches with items from several requests on this device, ascending. Each has its own kernel.

        It is empty on CPUs, where a batch with items of several requests is not faster than a batch for each.
        """

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run one batch.

        Args:
            batch: float32 (N, 3, H, W), contiguous.

        Returns:
            The model's first output, float32, first axis N (but see `EngineOptions.best_class`). It may be the
            library's own memory. It is valid only until the next run on this engine, and must not be written to. A copy
            would take 2 ms for the 17 MB of six short lines.

        Raises:
            EngineFailure: inference failed for this batch.
        """

    def twin(self) -> "Engine | None":
        """Another engine on the same opened model. Another thread may run it at the same time as this one.

        It is None if a second engine would not be faster.
        """

    def close(self) -> None:
        """Release the model. It is an error to use the engine after that."""


EngineOpener = Callable[[Path, EngineOptions], Engine]

_REGISTERED: dict[str, EngineOpener] = {}


@contextmanager
def registered_engine(name: str, opener: EngineOpener) -> Iterator[None]:
    """Register an engine outside this package for `open_engine`, for the length of a `with` block.

    Raises:
        ValueError: the name is taken.
    """
    if name in ENGINES or name in _REGISTERED:
        raise ValueError(f"There is an engine '{name}' already.")
    _REGISTERED[name] = opener
    try:
        yield
    finally:
        del _REGISTERED[name]


def open_engine(name: str, model_directory: Path, options: EngineOptions) -> Engine:
    """Open a model directory with the named engine. The library is imported here, not before.

    Args:
        name: any engine but `DEVICE_ENGINE`, which takes no batches of the host.
        model_directory: what to open.
        options: how to open it.

    Raises:
        EngineUnavailable: the name is unknown, the library is not installed, or the device cannot be used.
        EngineFailure: the library refuses the model.
    """
    if name == DEVICE_ENGINE:
        raise EngineUnavailable(f"Engine '{name}' runs whole pages and opens no single models.")
    if options.torch_compile:
        raise EngineUnavailable(f"engine.torch_compile is for engine '{DEVICE_ENGINE}', not for '{name}'.")
    opener: EngineOpener = _REGISTERED[name] if name in _REGISTERED else import_engine(name).open_model
    return opener(model_directory, options)


def refuse_precision(name: str, options: EngineOptions, *known: Precision) -> None:
    """Refuse a precision that an engine does not have on the device of the options.

    Raises:
        EngineUnavailable: the options name neither ``fast`` nor one of the known precisions.
    """
    if options.precision not in (*known, "fast"):
        raise EngineUnavailable(
            f"Engine '{name}' computes in {' or '.join(known)} on {options.device}; "
            f"engine.precision asks for {options.precision}."
        )


_NO_MEMORY = ("out of memory", "failed to allocate", "alloc_failed")
"""Words that inference libraries write when the device has no room. They have no special exception for it."""


def run_failure(message: str, error: Exception) -> EngineFailure:
    """The failure of a run. The words of the library show whether the device had no room for the batch."""
    written = str(error).lower()
    return OutOfDeviceMemory(message) if any(words in written for words in _NO_MEMORY) else EngineFailure(message)
