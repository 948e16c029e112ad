"""The base of all stages: a pool for array work outside the event loop, and engine calls with a checked output."""

import asyncio
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Generic, ParamSpec, Protocol, TypeAlias, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from models.batching import Batcher, Lane
from models.descriptions.model_directory import ChannelOrder
from models.document import Image
from models.engines.base import Engine
from models.errors import EngineFailure, PipelineStopped

P = ParamSpec("P")
R = TypeVar("R")
Item = TypeVar("Item")
Output = TypeVar("Output")

Prepared: TypeAlias = Any
"""An input that a model's ``prepare`` made for its own ``run``. No other code looks inside."""


class CpuPool:
    """Threads for NumPy and OpenCV work, which runs mostly without the interpreter lock."""

    def __init__(self, threads: int) -> None:
        self._executor = ThreadPoolExecutor(threads, "cpu")
        self._closed = False

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function in a thread of the pool.

        Raises:
            PipelineStopped: the pool is closed.
        """
        if self._closed:
            raise PipelineStopped("The pipeline is closed.")
        return await asyncio.get_running_loop().run_in_executor(self._executor, lambda: function(*args, **kwargs))

    def close(self) -> None:
        """Wait for running calls and end the threads."""
        self._closed = True
        self._executor.shutdown()


class StageModel(Protocol):
    """A model that can make its own input. Only the thread of its lane runs it."""

    @property
    def name(self) -> str:
        """The registry name of the engine."""

    @property
    def device(self) -> str:
        """The device that really executes the model, for people."""

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """See `Engine.batch_sizes`."""

    def close(self) -> None:
        """Release the model."""


@runtime_checkable
class WarmedModel(Protocol):
    """A model whose lane's thread has work to do before its first batch."""

    def warm_up(self) -> None:
        """Do that work. Called once, in the thread that runs all later batches."""


Model = TypeVar("Model", bound=StageModel)


class EngineModel:
    """A `StageModel` on an engine that takes host arrays."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name = engine.name
        self.device = engine.device
        self.batch_sizes = engine.batch_sizes

    def close(self) -> None:
        """See `StageModel.close`."""
        self.engine.close()


class ModelStage(ABC, Generic[Model, Item, Output]):
    """A stage that owns opened models, one for each lane, and the batcher in front of them.

    Args:
        name: stage name.
        models: the same model, opened once for each lane.
        pool: threads for array work before and after the model.
        max_items: see `Batcher`.
        max_cost: see `Batcher`.
        kept_lanes: see `Batcher`.

    Raises:
        EngineFailure: a model cannot be warmed up, see `WarmedModel`.
    """

    def __init__(
        self,
        name: str,
        models: Sequence[Model],
        pool: CpuPool,
        *,
        max_items: int,
        max_cost: int = sys.maxsize,
        kept_lanes: int = 0,
    ) -> None:
        self._models = tuple(models)
        self._pool = pool
        lanes: list[Lane[Item, Output]] = [partial(self._run, model) for model in models]
        given: Sequence[object] = models
        warm = [model.warm_up for model in given if isinstance(model, WarmedModel)]
        self.batcher = Batcher(name, lanes, max_items=max_items, max_cost=max_cost, kept_lanes=kept_lanes, warm=warm)

    @property
    def runs_on(self) -> str:
        """The engine, the device and the number of lanes, for people."""
        return f"{self._models[0].name} on {self._models[0].device}, lanes: {len(self._models)}"

    @abstractmethod
    def _run(self, model: Model, items: list[Item]) -> list[Output]:
        """Run one batch of items with equal keys on one model, in that model's thread."""

    async def close(self) -> None:
        """Fail the waiting items, let running batches finish, and release the engines."""
        await self.batcher.close()
        for model in self._models:
            model.close()


class EngineStage(ModelStage[Engine, Item, Output], ABC, Generic[Item, Output]):
    """A stage that makes host arrays itself and gives them to its models."""


def checked_run(engine: Engine, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run a batch. An output with a wrong number of rows, or with values that are not finite, is refused.

    The output is valid until the engine's next run.

    Raises:
        EngineFailure: the output is refused, or the engine failed.
    """
    output = run_rows(engine, batch)
    refuse_nonsense(engine, output)
    return output


def run_rows(engine: Engine, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run a batch. An output with a wrong number of rows is refused. It is valid until the engine's next run.

    Raises:
        EngineFailure: the output is refused, or the engine failed.
    """
    output = engine.run(batch)
    if len(output) != len(batch):
        raise EngineFailure(f"Engine '{engine.name}' gave {len(output)} rows for a batch of {len(batch)}.")
    return output


def refuse_nonsense(engine: StageModel, values: NDArray[np.float32]) -> None:
    """Refuse an output with a value that is not a finite number.

    Raises:
        EngineFailure: there is such a value.
    """
    # One pass without a temporary array: the sum is not finite if one value is not.
    if not np.isfinite(values.sum()):
        raise EngineFailure(f"Engine '{engine.name}' gave values that are not finite numbers.")


def planes_in_order(image: Image, channels: ChannelOrder) -> Image:
    """A BGR image with its channels in the model's order. It is a view, not a copy."""
    return image if channels == "BGR" else image[:, :, ::-1]
