"""Engines that also run models with several inputs or outputs, such as layout and table models."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from models.engines.base import Engine
from models.errors import EngineUnavailable


@runtime_checkable
class GraphEngine(Engine, Protocol):
    """An engine that runs any graph with float32 inputs, which are given by name."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the model's inputs."""

    def run_all(self, inputs: Mapping[str, NDArray[np.float32]]) -> tuple[NDArray[np.float32], ...]:
        """Run one batch.

        Args:
            inputs: one contiguous array for each of ``input_names``.

        Returns:
            All outputs in the model's order, as float32 copies.

        Raises:
            EngineFailure: inference failed for this batch.
        """


def graph_engine(engine: Engine) -> GraphEngine:
    """The engine itself, if it can run such models.

    Raises:
        EngineUnavailable: it cannot.
    """
    if not isinstance(engine, GraphEngine):
        raise EngineUnavailable(f"Engine '{engine.name}' cannot run layout or table models.")
    return engine
