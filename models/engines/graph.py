"""Engines that also run models with several inputs or outputs, as layout and table models have them."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from models.engines.base import Engine
from models.errors import EngineUnavailable


@runtime_checkable
class GraphEngine(Engine, Protocol):
    """An engine that runs any graph of float32 inputs by their names."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the model calls its inputs."""

    def run_all(self, inputs: Mapping[str, NDArray[np.float32]]) -> tuple[NDArray[np.float32], ...]:
        """Run one batch.

        Args:
            inputs: each of ``input_names``; contiguous.

        Returns:
            All outputs of the model in its order, as float32 copies.

        Raises:
            EngineFailure: inference failed for this batch.
        """


def graph_engine(engine: Engine) -> GraphEngine:
    """The same engine, if it can run such models.

    Raises:
        EngineUnavailable: it cannot.
    """
    if not isinstance(engine, GraphEngine):
        raise EngineUnavailable(f"Engine '{engine.name}' cannot run layout or table models.")
    return engine
