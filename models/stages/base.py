"""What every stage needs: a pool for array work off the event loop, and an engine call whose answer is checked."""

import asyncio
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Generic, ParamSpec, Protocol, TypeAlias, TypeVar

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
"""What a model's own ``prepare`` made for its own ``run``; nobody else looks inside."""


class CpuPool:
    """Threads for NumPy and OpenCV work, which releases the interpreter lock for most of its time."""

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
    """A model with all that it takes to make its input. Its lane's thread alone runs it."""

    @property
    def name(self) -> str:
        """Registry name of the engine."""

    @property
    def device(self) -> str:
        """What really executes the model."""

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """See `Engine.batch_sizes`."""

    def close(self) -> None:
        """Release the model."""


Model = TypeVar("Model", bound=StageModel)


class EngineModel:
    """A `StageModel` on an engine that takes arrays of the host."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name = engine.name
        self.device = engine.device
        self.batch_sizes = engine.batch_sizes

    def close(self) -> None:
        """See `StageModel.close`."""
        self.engine.close()


class ModelStage(ABC, Generic[Model, Item, Output]):
    """A stage that owns opened models, one a lane, and the batcher in front of them.

    Args:
        name: stage name.
        models: the same model, opened once for each lane.
        pool: for array work before and after.
        max_items: see `Batcher`.
        max_cost: see `Batcher`.
        kept_lanes: see `Batcher`.
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
        self.batcher = Batcher(name, lanes, max_items=max_items, max_cost=max_cost, kept_lanes=kept_lanes)

    @property
    def runs_on(self) -> str:
        """Engine, device and number of lanes, for people."""
        return f"{self._models[0].name} on {self._models[0].device}, lanes: {len(self._models)}"

    @abstractmethod
    def _run(self, model: Model, items: list[Item]) -> list[Output]:
        """Run one batch of items of equal key on one model, in that model's thread."""

    async def close(self) -> None:
        """Fail what waits, let running batches finish, release the engines."""
        await self.batcher.close()
        for model in self._models:
            model.close()


class EngineStage(ModelStage[Engine, Item, Output], ABC, Generic[Item, Output]):
    """A stage whose models take arrays of the host that the stage itself makes."""


def checked_run(engine: Engine, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run a batch and refuse an answer that cannot be right: a wrong count, or anything that is not a number.

    What it returns lasts until the engine's next run.

    Raises:
        EngineFailure: as above, or the engine's own.
    """
    output = run_rows(engine, batch)
    refuse_nonsense(engine, output)
    return output


def run_rows(engine: Engine, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run a batch and refuse an answer with a wrong count of rows. What it returns lasts until the engine's next run.

    Raises:
        EngineFailure: as above, or the engine's own.
    """
    output = engine.run(batch)
    if len(output) != len(batch):
        raise EngineFailure(f"Engine '{engine.name}' gave {len(output)} rows for a batch of {len(batch)}.")
    return output


def refuse_nonsense(engine: StageModel, values: NDArray[np.float32]) -> None:
    """Refuse values of which any is no finite number.

    Raises:
        EngineFailure: as above.
    """
    # One pass without a temporary array: a NaN or an infinity anywhere makes the sum one too.
    if not np.isfinite(values.sum()):
        raise EngineFailure(f"Engine '{engine.name}' gave values that are not finite numbers.")


def planes_in_order(image: Image, channels: ChannelOrder) -> Image:
    """A BGR image as the model was trained to see it; a view, not a copy."""
    return image if channels == "BGR" else image[:, :, ::-1]
