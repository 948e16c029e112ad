"""The base of all models on a device: makes and runs a batch on the lane, and brings its output back."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from numpy.typing import NDArray

from models.engines.torch.failure import device_failure
from models.engines.torch.graphs import Tensors
from models.engines.torch.readback import Readback, ReadbackRing
from models.engines.torch.session import TorchModel
from models.errors import EngineFailure

Arrays: TypeAlias = tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """The device that the models of a pipeline run on, and how they use it.

    Attributes:
        title: device and precision, for people.
        threads: CPU threads of one model; 0 leaves torch its own number.
        permit: held while a CPU computes. A GPU takes batches of several lanes at the same time.
    """

    title: str
    threads: int = 0
    permit: AbstractContextManager[object] = field(default_factory=nullcontext)


Warm: TypeAlias = Callable[[TorchModel], object]
"""Prepares a model for its first batch, in its lane's thread."""


def nothing(_model: TorchModel) -> None:
    """The preparation of a model that needs none."""


class LaneModel:
    """A `StageModel` that makes its input on the device.

    Args:
        model: opened, on a lane of its own.
        placement: the lane's device.
        batch_sizes: possible numbers of items in a batch, ascending.
        warm: captures or runs what the lane's thread needs before its first batch.
    """

    name = "torch"

    def __init__(
        self, model: TorchModel, placement: Placement, batch_sizes: tuple[int, ...], warm: Warm = nothing
    ) -> None:
        self.device = placement.title
        self.batch_sizes = batch_sizes
        self._model: TorchModel | None = model
        self._placement = placement
        self._warm = warm
        self._on = model.lane.device
        self._ring: ReadbackRing | None = ReadbackRing(model.lane)

    def warm_up(self) -> None:
        """See `WarmedModel.warm_up`. cuDNN's plans, cuBLAS's workspaces and both libraries' handles are a thread's own.

        A graph that another thread captured would outlive the plans that it was captured with.

        Raises:
            EngineFailure: the model is closed, or the device failed.
        """
        if self._model is None:
            raise EngineFailure("The PyTorch model is closed.")
        with self._placement.permit:
            self._use_own_threads()
            self._warm(self._model)

    def close(self) -> None:
        """See `StageModel.close`. The model lets go of its lane, so that the next lane can have its stream."""
        self._model = self._ring = None

    def run_on_lane(self, runs: Sequence[Callable[[TorchModel], Tensors]]) -> list[Arrays]:
        """Queue runs of the model on the lane, one after the other, and wait for their results.

        Args:
            runs: each makes a batch, runs it and returns the tensors that are wanted on the host.

        Raises:
            EngineFailure: the model is closed, or the device failed.
            OutOfDeviceMemory: the device has no room for a batch.
        """
        sent = self._queue(runs)
        results: list[Arrays] = []
        try:
            for readback in sent:
                results.append(readback.arrays())  # noqa: PERF401 - results before a failure are not taken again
        except Exception as error:  # the call that waits for a device gets the device's failure
            _drop(sent[len(results) + 1 :])
            raise self._failure(error) from error
        return results

    def _queue(self, runs: Sequence[Callable[[TorchModel], Tensors]]) -> list[Readback]:
        if self._model is None or self._ring is None:
            raise EngineFailure("The PyTorch model is closed.")
        sent: list[Readback] = []
        try:
            with self._placement.permit, self._model.lane.active():
                self._use_own_threads()
                for run in runs:
                    sent.append(self._ring.send(run(self._model)))  # noqa: PERF401 - runs before a failure were sent
        except Exception as error:  # torch raises plain RuntimeError, and several others
            _drop(sent)
            raise self._failure(error) from error
        return sent

    def _failure(self, error: Exception) -> EngineFailure:
        return device_failure("PyTorch failed on the device.", error, self._on)

    def _use_own_threads(self) -> None:
        threads = self._placement.threads
        if threads and torch.get_num_threads() != threads:
            torch.set_num_threads(threads)  # torch keeps this number for each thread of ours


def _drop(sent: Sequence[Readback]) -> None:
    """Wait for results that are not wanted any more, to free their slots. The first failure is the one reported."""
    for readback in sent:
        with suppress(Exception):
            readback.arrays()
