"""Paddle Inference: runs Paddle's own model directories as they are, on the CPU or an NVIDIA GPU.

Paddle's predictors are not thread-safe: when three threads shared one, 126 of 180 outputs were wrong. So each thread
that runs an engine has its own predictor. The predictors share their weights.

oneDNN stays off on the CPU. It makes recognisers and classifiers 2 to 6 times faster. But in Paddle 3.3, graphs that
enlarge (DB detection, UVDoc) fail at their first run with it. It also keeps prepared weights for each new input width:
1 GB after 13 widths of the server recogniser. If speed on a CPU matters, use a model in ONNX format.
"""

import threading
import warnings
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.engines.base import DEVICE_BATCH_SIZES, EngineOptions, run_failure
from models.engines.signal_guard import kept_signal_handlers
from models.errors import EngineFailure

# Paddle installs its own handlers, which end the process at SIGTERM, so the server could not finish its requests. It
# also warns about a missing compiler cache, which inference never uses.
with kept_signal_handlers(), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from paddle import inference

    from models.engines.paddle_config import configure


class _Predictor:
    """One predictor with its input and output, for one thread."""

    def __init__(self, predictor: inference.Predictor) -> None:
        self._predictor = predictor
        self._input = predictor.get_input_handle(predictor.get_input_names()[0])
        self._output = predictor.get_output_names()[0]

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self._input.copy_from_cpu(batch)
        self._predictor.run()
        return np.asarray(self._predictor.get_output_handle(self._output).copy_to_cpu(), np.float32)


class PaddleEngine:
    """One opened model, with a predictor for each thread that runs it."""

    name = "paddle"

    def __init__(self, predictor: inference.Predictor, device: str, permit: AbstractContextManager[object]) -> None:
        self._first: inference.Predictor | None = predictor
        self._permit = permit
        self._of_thread = threading.local()
        self.device = device
        self.batch_sizes: tuple[int, ...] = () if device == "cpu" else DEVICE_BATCH_SIZES

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`."""
        if self._first is None:
            raise EngineFailure("The Paddle predictor is closed.")
        try:
            with self._permit:
                return self._own(self._first).run(batch)
        except Exception as error:  # the library raises its own C++ exceptions as several plain classes
            raise run_failure(f"Paddle failed on a batch of shape {batch.shape}.", error) from error

    def _own(self, first: inference.Predictor) -> _Predictor:
        """The calling thread's predictor, made when the thread first runs."""
        found: _Predictor | None = getattr(self._of_thread, "predictor", None)
        if found is None:
            found = self._of_thread.predictor = _Predictor(first.clone())
        return found

    def twin(self) -> "PaddleEngine | None":
        """See `Engine.twin`. On a GPU, one lane reads its output while the other's batch is on the device."""
        if self._first is None or not self.batch_sizes:
            return None
        return PaddleEngine(self._first, self.device, self._permit)

    def close(self) -> None:
        """See `Engine.close`."""
        self._first = None
        self._of_thread = threading.local()


def open_model(directory: Path, options: EngineOptions) -> PaddleEngine:
    """Open ``inference.json`` (older: ``inference.pdmodel``) with ``inference.pdiparams``.

    Raises:
        EngineUnavailable: this build of Paddle, or the device, cannot do what the options want.
        EngineFailure: the files are not a model that Paddle can load.
    """
    config, device = configure(directory, options)
    try:
        with kept_signal_handlers():
            predictor = inference.create_predictor(config)
    except Exception as error:
        raise EngineFailure(f"Paddle cannot load the model in {directory}: {error}") from error
    return PaddleEngine(predictor, device, options.permit if device == "cpu" else nullcontext())
