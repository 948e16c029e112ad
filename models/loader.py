"""From a configuration and a model store to a running pipeline: which models, which engine, how many lanes."""

import os
import platform
from collections.abc import Callable
from importlib.util import find_spec
from threading import Semaphore
from typing import TypeVar

from models.config import ModuleConfig, PipelineConfig
from models.engines.base import Engine, EngineOptions, Precision, open_engine
from models.engines.choice import fastest_engine
from models.languages import GROUPS
from models.model_directory import ENGINE_FORMATS, ModelDirectory
from models.ops.bidi import has_right_to_left
from models.ops.line_groups import Padding
from models.optional_stage import Closable, ModuleStatus, OptionalStage
from models.pipeline import OcrPipeline, Stages
from models.recognisers import Recogniser, Recognisers
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
    """The first engine that could run a model where the configuration says ``auto``; see `usable_engines`."""
    return usable_engines(name, directory)[0]


def usable_engines(name: str, directory: ModelDirectory) -> tuple[str, ...]:
    """The engines that could run a model on a CPU, the one that is faster on most machines first.

    Paddle's own format needs Paddle. ONNX runs on ONNX Runtime, and on OpenVINO where that is installed and made for
    the processor (x86).
    """
    if name != "auto":
        return (name,)
    if directory.format == "paddle":
        return ("paddle",)
    on_x86 = platform.machine().lower() in ("x86_64", "amd64")
    return ("openvino", "onnxruntime") if on_x86 and find_spec("openvino") else ("onnxruntime",)


class _Loader:
    def __init__(self, config: PipelineConfig, store: ModelStore) -> None:
        self._config = config
        self._store = store
        self._threads = config.threads or usable_cores()
        self._pool = CpuPool(self._threads)
        self._chosen: str | None = None
        # As many models compute at once as there are cores for the threads of each.
        self._turn = Semaphore(max(1, usable_cores() // self._threads))

    def build(self) -> OcrPipeline:
        config = self._config
        detection = self._detection(config.text_detection)
        recognition = self._recognisers(config.text_recognition)
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
        detector = ModuleStatus(detection.batcher.name, config.text_detection.model_name, "loaded", detection.runs_on)
        return OcrPipeline(stages, defaults, self._pool, (detector,))

    def _detection(self, module: ModuleConfig) -> DetectionStage:
        directory = self._directory(module)
        return DetectionStage(directory.detection(), self._engines(directory), self._pool)

    def _recognisers(self, configured: ModuleConfig) -> Recognisers:
        names = dict.fromkeys(name for group in GROUPS.values() for name in group.models)
        packs = {name: self._language_pack(name, configured) for name in names if name != configured.model_name}
        wanted_format = ENGINE_FORMATS.get(self._config.engine)
        opened = self._recogniser("text_recognition", configured)
        return Recognisers(opened, packs, lambda name: self._store.installed(name, wanted_format))

    def _language_pack(self, model_name: str, configured: ModuleConfig) -> OptionalStage[Recogniser]:
        name = f"text_recognition:{model_name}"
        module = ModuleConfig(model_name, batch_size=configured.batch_size)
        return OptionalStage(name, model_name, lambda: self._recogniser(name, module))

    def _recogniser(self, name: str, module: ModuleConfig) -> Recogniser:
        directory = self._directory(module)
        spec = directory.recognition()
        stage = RecognitionStage(
            spec,
            self._lanes(directory),
            self._pool,
            padding=self._padding(),
            group_size=module.batch_size,
            name=name,
        )
        characters = frozenset(spec.characters)
        return Recogniser(stage, module.model_name, characters, has_right_to_left(spec.characters))

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

    def _engines(self, directory: ModelDirectory, *, few_shapes: bool = False) -> list[Engine]:
        options = EngineOptions(self._config.device, self._threads, self._precision(), few_shapes, self._turn)
        names = usable_engines(self._config.engine, directory)
        name = names[0] if len(names) == 1 else self._fastest(names, options)
        return [open_engine(name, directory.path, options)]

    def _fastest(self, names: tuple[str, ...], options: EngineOptions) -> str:
        """One engine for all models, chosen by what takes most of the time: the configured recogniser."""
        if self._chosen is None:
            recogniser = self._directory(self._config.text_recognition)
            shape = recogniser.recognition().image_shape
            same = usable_engines(self._config.engine, recogniser) == names
            self._chosen = (
                fastest_engine(names, recogniser.path, shape, options, self._store.directory) if same else names[0]
            )
        return self._chosen

    def _lanes(self, directory: ModelDirectory) -> list[Engine]:
        """Engines for the stage that does most of the work: what a lane does before and after keeps none waiting."""
        engines = self._engines(directory, few_shapes=self._padding() != "reference")
        twins = [engine.twin() for engine in engines]
        return [*engines, *(twin for twin in twins if twin is not None)]

    def _precision(self) -> Precision:
        if self._config.precision != "auto":
            return self._config.precision
        return "fast" if self._config.profile == "fast" else "f32"

    def _padding(self) -> Padding:
        if self._config.padding != "auto":
            return self._config.padding
        if self._config.device != "cpu":
            return "bucket"
        return "tight" if self._config.profile == "fast" else "reference"
