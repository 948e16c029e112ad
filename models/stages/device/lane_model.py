"""What all models on a device have in common: a batch made and run on the lane, and its answer brought back."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from numpy.typing import NDArray

from models.engines.torch.graphs import Tensors
from models.engines.torch.readback import Readback, ReadbackRing
from models.engines.torch.session import TorchModel
from models.errors import EngineFailure
from models.stages.device.failures import as_engine_failure

Arrays: TypeAlias = tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and how the models of a pipeline run.

    Attributes:
        title: device and precision, for people.
        threads: of a CPU, for one model; 0 leaves torch its own number.
        turn: held while a CPU computes; a GPU takes batches of several lanes.
    """

    title: str
    threads: int = 0
    turn: AbstractContextManager[object] = field(default_factory=nullcontext)


class LaneModel:
    """A `StageModel` whose input is made on the device.

    Args:
        model: opened, on a lane that nobody else uses.
        placement: where that is.
        batch_sizes: numbers of items, ascending, that batches have.
    """

    name = "torch"

    def __init__(self, model: TorchModel, placement: Placement, batch_sizes: tuple[int, ...]) -> None:
        self.device = placement.title
        self.batch_sizes = batch_sizes
        self._model: TorchModel | None = model
        self._placement = placement
        self._ring: ReadbackRing | None = ReadbackRing(model.lane)

    def close(self) -> None:
        """See `StageModel.close`. Nothing here keeps the lane: its stream is the next one's."""
        self._model = self._ring = None

    def answers(self, runs: Sequence[Callable[[TorchModel], Tensors]]) -> list[Arrays]:
        """Queue runs of the model on the lane, one behind the other, and wait for what they give.

        Args:
            runs: each makes a batch, runs it and says which tensors are wanted on the host.

        Raises:
            EngineFailure: the model is closed, or the device failed.
            OutOfDeviceMemory: the device has no room for a batch.
        """
        sent = self._queue(runs)
        answers: list[Arrays] = []
        try:
            for readback in sent:
                answers.append(readback.arrays())  # noqa: PERF401 - what came before a failure is not taken again
        except Exception as error:  # a device tells what failed on it to who waits for it
            _drop(sent[len(answers) + 1 :])
            raise as_engine_failure(error) from error
        return answers

    def _queue(self, runs: Sequence[Callable[[TorchModel], Tensors]]) -> list[Readback]:
        if self._model is None or self._ring is None:
            raise EngineFailure("The PyTorch model is closed.")
        sent: list[Readback] = []
        try:
            with self._placement.turn, self._model.lane.active():
                self._use_own_threads()
                for run in runs:
                    sent.append(self._ring.send(run(self._model)))  # noqa: PERF401 - what was sent before a failure counts
        except Exception as error:  # torch raises plain RuntimeError, and several others
            _drop(sent)
            raise as_engine_failure(error) from error
        return sent

    def _use_own_threads(self) -> None:
        threads = self._placement.threads
        if threads and torch.get_num_threads() != threads:
            torch.set_num_threads(threads)  # each thread of ours has its own number


def _drop(sent: Sequence[Readback]) -> None:
    """Wait for results that nobody wants, so that their places in the ring are free. What failed before is told."""
    for readback in sent:
        with suppress(Exception):
            readback.arrays()
