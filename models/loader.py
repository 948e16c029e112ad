"""From a configuration and a model store to a running pipeline: which models, which engine, how many lanes."""

import os
import platform
from collections.abc import Callable
from importlib.util import find_spec
from typing import TypeVar

from models.config import ModuleConfig, PipelineConfig
from models.engines.base import Engine, EngineOptions, open_engine
from models.model_directory import ENGINE_FORMATS, ModelDirectory
from models.ops.line_groups import Padding
from models.optional_stage import Closable, ModuleStatus, OptionalStage
from models.pipeline import OcrPipeline, Stages
from models.stages.base import CpuPool
from models.stages.classification import Classifier
from models.stages.detection import DetectionStage
from models.stages.orientation import OrientationStage
from models.stages.recognition import RecognitionStage
from models.stages.unwarping import UnwarpingStage
from models.weights import ModelStore

S = TypeVar("S", bound=Closable)


def build_pipeline(config: PipelineConfig, store: ModelStore) -> OcrPipeline:
    """Open the required models and prepare the optional ones. Blocking: call it in a thread.

    Raises:
        ModelNotInstalled, WeightsMismatch, InvalidModelDirectory: a required model cannot be used.
        EngineUnavailable, EngineFailure: an engine cannot be opened.
    """
    return _Loader(config, store).build()


def usable_cores() -> int:
    """CPU cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def choose_engine(name: str, directory: ModelDirectory) -> str:
    """The engine for a model where the configuration says ``auto``.

    Paddle's own format needs Paddle. ONNX runs on OpenVINO where that is installed and made for the processor (x86),
    because it is the faster one there; elsewhere on ONNX Runtime.
    """
    if name != "auto":
        return name
    if directory.format == "paddle":
        return "paddle"
    on_x86 = platform.machine().lower() in ("x86_64", "amd64")
    return "openvino" if on_x86 and find_spec("openvino") else "onnxruntime"


class _Loader:
    def __init__(self, config: PipelineConfig, store: ModelStore) -> None:
        self._config = config
        self._store = store
        self._threads = config.threads or usable_cores()
        self._pool = CpuPool(self._threads)

    def build(self) -> OcrPipeline:
        config = self._config
        detection = self._detection(config.text_detection)
        recognition = self._recognition(config.text_recognition)
        defaults = config.defaults
        orientation_on = defaults.use_doc_preprocessor and defaults.use_doc_orientation_classify
        unwarping_on = defaults.use_doc_preprocessor and defaults.use_doc_unwarping
        stages = Stages(
            detection=detection,
            recognition=recognition,
            doc_orientation=self._optional(
                "doc_orientation", config.doc_orientation, self._orientation("doc_orientation"), orientation_on
            ),
            doc_unwarping=self._optional("doc_unwarping", config.doc_unwarping, self._unwarping, unwarping_on),
            textline_orientation=self._optional(
                "textline_orientation",
                config.textline_orientation,
                self._orientation("textline_orientation"),
                defaults.use_textline_orientation,
            ),
        )
        required = (_loaded(config.text_detection, detection), _loaded(config.text_recognition, recognition))
        return OcrPipeline(stages, defaults, self._pool, required)

    def _detection(self, module: ModuleConfig) -> DetectionStage:
        directory = self._directory(module)
        return DetectionStage(directory.detection(), self._engines(directory), self._pool)

    def _recognition(self, module: ModuleConfig) -> RecognitionStage:
        directory = self._directory(module)
        return RecognitionStage(
            directory.recognition(),
            self._engines(directory),
            self._pool,
            padding=self._padding(),
            group_size=module.batch_size,
        )

    def _orientation(self, name: str) -> Callable[[ModuleConfig], OrientationStage]:
        def open_stage(module: ModuleConfig) -> OrientationStage:
            directory = self._directory(module)
            spec = directory.classification()
            return OrientationStage(Classifier(name, spec, self._engines(directory), self._pool))

        return open_stage

    def _unwarping(self, module: ModuleConfig) -> UnwarpingStage:
        return UnwarpingStage(self._engines(self._directory(module)), self._pool)

    def _optional(
        self, name: str, module: ModuleConfig | None, opener: Callable[[ModuleConfig], S], on: bool
    ) -> OptionalStage[S]:
        allowed = module is not None and (on or self._config.optional != "as_configured")
        if module is None or not allowed:
            return OptionalStage(name, module.model_name if module else "", None)
        return OptionalStage(name, module.model_name, lambda: opener(module))

    def _directory(self, module: ModuleConfig) -> ModelDirectory:
        path = module.model_dir or self._store.find(module.model_name, ENGINE_FORMATS.get(self._config.engine))
        return ModelDirectory.read(path)

    def _engines(self, directory: ModelDirectory) -> list[Engine]:
        name = choose_engine(self._config.engine, directory)
        return [open_engine(name, directory.path, EngineOptions(self._config.device, self._threads))]

    def _padding(self) -> Padding:
        if self._config.padding != "auto":
            return self._config.padding
        return "reference" if self._config.device == "cpu" else "bucket"


def _loaded(module: ModuleConfig, stage: DetectionStage | RecognitionStage) -> ModuleStatus:
    return ModuleStatus(stage.batcher.name, module.model_name, "loaded", stage.runs_on)
