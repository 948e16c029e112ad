"""The choices that a configuration leaves to the pipeline: engine, precision, padding, threads and streams."""

import logging
import platform
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from models.config import Padding, PipelineConfig
from models.descriptions.model_directory import ModelDirectory
from models.engines.base import EngineOptions, Precision
from models.engines.choice import EngineChoice, kept_choice, measured_choice
from models.machine import usable_cores
from models.modules import DOC_UNWARPING
from models.stages.recognition import MAX_OWN_LINES

logger = logging.getLogger(__name__)

_MOST_STREAMS = 8
"""The most streams of one recogniser. For each, OpenVINO may keep what it prepared for every width."""

Probe = Callable[[], tuple[ModelDirectory, EngineOptions]]
"""Gives the model that engines are measured with, and how it will be opened."""


def choose_engine(name: str, model: ModelDirectory) -> str:
    """The first engine that could run a model where the configuration says ``auto``; see `usable_engines`."""
    return usable_engines(name, model)[0]


def usable_engines(name: str, model: ModelDirectory, device: str = "cpu") -> tuple[str, ...]:
    """The engines that could run a model, the one that is faster on most machines first.

    Paddle's own format needs Paddle. ONNX runs on ONNX Runtime, and on a CPU on OpenVINO where that is installed and
    made for the processor (x86). ``torch`` runs only where it is named.
    """
    if name != "auto":
        return (name,)
    if model.format == "paddle":
        return ("paddle",)
    on_x86 = device == "cpu" and platform.machine().lower() in ("x86_64", "amd64")
    return ("openvino", "onnxruntime") if on_x86 and find_spec("openvino") else ("onnxruntime",)


def threads_and_cores(config: PipelineConfig) -> tuple[int, int]:
    """The threads of each model, and the CPU cores of a pipeline."""
    cores = config.cores or usable_cores()
    if config.threads > cores:
        logger.warning(
            "engine.threads is %d, but there are %d cores for it: models get %d", config.threads, cores, cores
        )
    return min(config.threads or cores, cores), cores


class AutoChoices:
    """The choices for one preset of a pipeline.

    Args:
        config: what is configured; a value that is not ``auto`` is kept.
        memory: the directory that keeps the choice of the measured engine.
        threads: threads of each model.
    """

    def __init__(self, config: PipelineConfig, memory: Path, threads: int) -> None:
        self._config = config
        self._memory = memory
        self._chosen: str | None = None
        self.threads = threads

    @property
    def padding(self) -> Padding:
        """The way lines are padded to a common width. ``auto`` and ``fastest`` depend on the device."""
        chosen, on_gpu = self._config.padding, self._config.device != "cpu"
        if chosen == "auto":
            return "bucket" if on_gpu else "reference"
        if chosen == "fastest":
            return "bucket" if on_gpu else "tight"
        return chosen

    @property
    def streams(self) -> int:
        """Recognition batches that compute at once. Single lines are too little work to be shared among threads.

        Each stream has the same whole number of threads. The number of streams leaves the fewest threads idle.
        """
        if self._config.device != "cpu" or MAX_OWN_LINES.get(self.padding) != 1:
            return 1
        most = min(self.threads, _MOST_STREAMS)
        return max(range(most // 2 + 1, most + 1), key=lambda streams: (self.threads // streams * streams, streams))

    def precision(self, stage: str) -> Precision:
        """The precision of a stage: its own setting, or the common one, or the choice by device."""
        own = self._config.stage_precisions.get(stage)
        on_gpu = self._config.device != "cpu"
        if own is not None:
            return own
        if stage == DOC_UNWARPING.name:
            return "f32"  # it computes where pixels come from; fp16 knows a place to one part in 2,000, BF16 in 250
        chosen = self._config.precision
        if chosen == "auto":
            return "fast" if on_gpu else "f32"
        return "fast" if chosen == "fastest" else chosen

    def engine(self, model: ModelDirectory, probe: Probe) -> str:
        """The engine of a model. Where several could run it, they are measured once for all models.

        Args:
            model: the model to open.
            probe: gives the configured recogniser, which takes most of the time. Called only to measure engines.

        Raises:
            EngineUnavailable, EngineFailure: see `measured_choice`.
        """
        names = self._usable(model)
        if len(names) == 1:
            return names[0]
        if self._chosen is None:
            recogniser, options = probe()
            same = self._usable(recogniser) == names
            self._chosen = self._measured(names, recogniser, options).engine if same else names[0]
        return self._chosen

    def engine_choice(self, probe: Probe, *, measure: bool) -> EngineChoice | None:
        """The kept choice of an engine for the configured recogniser, or one that is measured now.

        Args:
            probe: see `engine`.
            measure: measure now, and keep the result.

        Returns:
            None if only one engine can run the recogniser, or none was measured yet.

        Raises:
            EngineUnavailable, EngineFailure: see `measured_choice`.
        """
        recogniser, options = probe()
        names = self._usable(recogniser)
        if len(names) == 1:
            return None
        if measure:
            return self._measured(names, recogniser, options, again=True)
        return kept_choice(names, recogniser.path, options, self._memory)

    def graph_engine(self, model: ModelDirectory) -> str:
        """The engine of a model with several inputs and outputs: for ONNX the one that runs any graph."""
        return self._usable(model)[-1]

    def _usable(self, model: ModelDirectory) -> tuple[str, ...]:
        return usable_engines(self._config.engine, model, self._config.device)

    def _measured(
        self, names: tuple[str, ...], recogniser: ModelDirectory, options: EngineOptions, *, again: bool = False
    ) -> EngineChoice:
        shape = recogniser.recognition().image_shape
        return measured_choice(names, recogniser.path, shape, options, self._memory, again=again)
