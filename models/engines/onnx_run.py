"""Calls of ONNX Runtime that are the same on every device."""

from collections.abc import Mapping

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.engines.base import run_failure
from models.errors import EngineFailure


def run_all(
    session: ort.InferenceSession | None, inputs: Mapping[str, NDArray[np.float32]]
) -> tuple[NDArray[np.float32], ...]:
    """Run a model with several inputs and outputs, see `GraphEngine.run_all`. A closed session is None.

    Raises:
        EngineFailure: inference failed for these inputs, or the session is closed.
    """
    if session is None:
        raise EngineFailure("The ONNX Runtime session is closed.")
    try:
        outputs = session.run(None, dict(inputs))
    except Exception as error:  # the library raises its own C++ exceptions as plain classes
        raise run_failure("ONNX Runtime failed on a model with several outputs.", error) from error
    return tuple(np.array(output, np.float32) for output in outputs)


def shrinking(arena: str) -> ort.RunOptions:
    """The options of a run after which an arena gives unused memory back."""
    options = ort.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", arena)
    return options
