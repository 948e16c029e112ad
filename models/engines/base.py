"""The one thing the pipeline needs from an inference library, and how a model is opened with one."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.engines.registry import DEVICE_ENGINE, ENGINES, import_engine
from models.errors import EngineFailure, EngineUnavailable, OutOfDeviceMemory

Precision = Literal["f32", "bf16", "fp16", "fast"]

BatchShape: TypeAlias = tuple[int, int, int, int]
"""Items, channels, height, width of a batch."""

DEVICE_BATCH_SIZES: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
"""`Engine.batch_sizes` of a device whose launches cost more than the blank rows that fill a batch up."""


def device_batch_shapes(item: tuple[int, int, int], most: int) -> tuple[BatchShape, ...]:
    """The shapes of batches of at most ``most`` items of one shape, filled up to `DEVICE_BATCH_SIZES`."""
    largest = next((size for size in DEVICE_BATCH_SIZES if size >= most), DEVICE_BATCH_SIZES[-1])
    return tuple((size, *item) for size in DEVICE_BATCH_SIZES if size <= largest)


BEST_CLASS_VALUES = 2
"""What a recogniser answers a time step under `EngineOptions.best_class`: the class's index and its probability."""

LARGE_INPUT = 3 * 2048 * 2048
"""Input values of a batch after which an engine gives its working memory back. Libraries keep the most that any input
took, for good: one page of 3200 x 3200 px leaves the detector at 1.7 to 1.9 GiB, and with this at 0.3 to 0.4."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How to open a model.

    Attributes:
        device: ``cpu``, or ``gpu:N``. An engine that cannot use it raises; none falls back to another device.
        threads: CPU threads of one model; 0 lets the engine use every core it may run on.
        streams: batches that compute at once on a CPU, with an equal share of ``threads`` each; for `Engine.twin`.
        precision: ``f32``, ``bf16``, ``fp16``, or ``fast``: the fastest that the engine has on this device. An engine
            that cannot compute in what is named here raises; only ``fast`` leaves it the choice.
        few_shapes: whether the model only ever sees a limited number of input shapes, so that what is prepared for each
            is worth keeping.
        batch_shapes: every (N, 3, H, W) that the model will be given on a device with `Engine.batch_sizes`; empty where
            any may come.
        best_class: of a recogniser, only the best class of every time step is wanted: an engine that carries its answer
            from a device to the host may answer (N, T, 2), class index and probability, instead of (N, T, classes).
        tensorrt: compile models whose ``batch_shapes`` are known with TensorRT, on an NVIDIA GPU.
        memory_share: the most of a card's memory that this process may take, 0..1.
        torch_compile: let PyTorch make kernels of its own for the network.
        artefacts: a directory that compiled models are kept in for the next start; None keeps none.
        turn: held while a CPU engine computes a batch. Models that would each use every core take turns: run at once,
            they took 4 % more CPU time for the same pages.
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
    turn: AbstractContextManager[object] = field(default_factory=nullcontext, compare=False)


class Engine(Protocol):
    """One model, opened. ``run`` may be called from one thread at a time."""

    @property
    def name(self) -> str:
        """Registry name of the inference library, e.g. ``onnxruntime``."""

    @property
    def device(self) -> str:
        """What really executes the model, as the library reports it after opening."""

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """Sizes, ascending, that batches of items from several requests have on this device, with a kernel for each.

        Empty where a batch of several requests gains nothing over one of each: on CPUs.
        """

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run one batch.

        Args:
            batch: float32 (N, 3, H, W), contiguous.

        Returns:
            The model's first output, float32, first axis N (but see `EngineOptions.best_class`). It may be the
            library's own memory: valid only until the next run on this engine, and not to be written to. Copying took
            2 ms for the 17 MB of six short lines.

        Raises:
            EngineFailure: inference failed for this batch.
        """

    def twin(self) -> "Engine | None":
        """Another engine on the same opened model, which a thread of its own may run beside this one.

        None where there is nothing to gain from it.
        """

    def close(self) -> None:
        """Release the model. Using the engine afterwards is an error."""


EngineOpener = Callable[[Path, EngineOptions], Engine]

_REGISTERED: dict[str, EngineOpener] = {}


@contextmanager
def registered_engine(name: str, opener: EngineOpener) -> Iterator[None]:
    """Make an engine that is not part of this package known to `open_engine` for the length of a `with` block.

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
        EngineUnavailable: unknown name, library not installed, or device not usable.
        EngineFailure: the library refuses the model.
    """
    if name == DEVICE_ENGINE:
        raise EngineUnavailable(f"Engine '{name}' runs whole pages and opens no single models.")
    if options.torch_compile:
        raise EngineUnavailable(f"engine.torch_compile is for engine '{DEVICE_ENGINE}', not for '{name}'.")
    opener: EngineOpener = _REGISTERED[name] if name in _REGISTERED else import_engine(name).open_model
    return opener(model_directory, options)


def refuse_precision(name: str, options: EngineOptions, *known: Precision) -> None:
    """For engines that compute in some precisions only on the device that is asked for.

    Raises:
        EngineUnavailable: another one than those, or ``fast``, is asked for.
    """
    if options.precision not in (*known, "fast"):
        raise EngineUnavailable(
            f"Engine '{name}' computes in {' or '.join(known)} on {options.device}; "
            f"engine.precision asks for {options.precision}."
        )


_NO_MEMORY = ("out of memory", "failed to allocate", "alloc_failed")
"""What inference libraries write when the device has no room; they have no exception of its own for it."""


def run_failure(message: str, error: Exception) -> EngineFailure:
    """The failure of a run, told apart by what the library wrote: no room for the batch, or anything else."""
    written = str(error).lower()
    return OutOfDeviceMemory(message) if any(words in written for words in _NO_MEMORY) else EngineFailure(message)
