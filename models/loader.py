"""From a configuration and a model store to a running pipeline: which models, which engine, how many lanes."""

import logging
import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

from models.config import LayoutConfig, ModuleConfig, PipelineConfig
from models.descriptions.layout_directory import layout_spec, table_spec
from models.descriptions.model_directory import ModelDirectory
from models.engines.base import BatchShape, Engine, EngineOptions, Precision, open_engine
from models.engines.choice import fastest_engine
from models.engines.registry import DEVICE_ENGINE, format_of, import_engine
from models.errors import EngineUnavailable
from models.languages.groups import GROUPS
from models.machine import usable_cores
from models.modules import (
    DOC_ORIENTATION,
    DOC_UNWARPING,
    LAYOUT_DETECTION,
    TABLE_STRUCTURE,
    TEXTLINE_ORIENTATION,
    OptionalModule,
)
from models.ops.bidi import has_right_to_left
from models.ops.line_groups import Padding
from models.optional_stage import Closable, ModuleStatus, OptionalStage
from models.pipeline import OcrPipeline, Opening, Stages, nobody
from models.recognisers import Recogniser, Recognisers
from models.scheduling.core_turns import EngineTurns
from models.stages.base import CpuPool
from models.stages.classification import Classifier, ImageClassifier, image_batch_shapes
from models.stages.detection import DetectionStage, Detector
from models.stages.host.classifier import HostClassifier
from models.stages.host.detector import HostDetector
from models.stages.host.flattener import HostFlattener
from models.stages.host.line_reader import HostLineReader
from models.stages.layout import LayoutStage
from models.stages.orientation import OrientationStage
from models.stages.pages import HostPages
from models.stages.recognition import MAX_OWN_LINES, LineReader, RecognitionStage, line_batch_shapes
from models.stages.tables import TableStage
from models.stages.unwarping import UnwarpingStage
from models.store.weights import ModelStore

if TYPE_CHECKING:
    from models.stages.device.opening import DeviceModels

logger = logging.getLogger(__name__)

S = TypeVar("S", bound=Closable)

_MOST_STREAMS = 8
"""Of a recogniser: each keeps what it prepared for every width, as far as OpenVINO has it for each stream."""

ARTEFACTS = "compiled"
"""In the model store's directory: what engines compiled for this machine."""


def build_pipeline(config: PipelineConfig, store: ModelStore, opening: Opening = nobody) -> OcrPipeline:
    """Open the required models and prepare the optional ones. Blocking: call it in a thread.

    Args:
        config: which models, and how they run.
        store: where the models are.
        opening: told the name of each module before it is opened, in the calling thread.

    Raises:
        ModelNotInstalled, WeightsMismatch, InvalidModelDirectory: a required model cannot be used.
        EngineUnavailable, EngineFailure: an engine cannot be opened.
    """
    return _Loader(config, store).build(opening)


def choose_engine(name: str, directory: ModelDirectory) -> str:
    """The first engine that could run a model where the configuration says ``auto``; see `usable_engines`."""
    return usable_engines(name, directory)[0]


def usable_engines(name: str, directory: ModelDirectory, device: str = "cpu") -> tuple[str, ...]:
    """The engines that could run a model, the one that is faster on most machines first.

    Paddle's own format needs Paddle. ONNX runs on ONNX Runtime, and on a CPU on OpenVINO where that is installed and
    made for the processor (x86). ``torch`` runs only where it is named.
    """
    if name != "auto":
        return (name,)
    if directory.format == "paddle":
        return ("paddle",)
    on_x86 = device == "cpu" and platform.machine().lower() in ("x86_64", "amd64")
    return ("openvino", "onnxruntime") if on_x86 and find_spec("openvino") else ("onnxruntime",)


class _Loader:
    def __init__(self, config: PipelineConfig, store: ModelStore) -> None:
        if config.gpu_memory_share < 1 and config.engine != DEVICE_ENGINE:
            raise EngineUnavailable(
                f"engine.gpu_memory_share needs engine.name: {DEVICE_ENGINE}; '{config.engine}' takes what it wants."
            )
        self._config = config
        self._store = store
        cores = config.cores or usable_cores()
        self._threads = min(config.threads or cores, cores)
        if config.threads > cores:
            logger.warning(
                "engine.threads is %d, but there are %d cores for it: models get %d", config.threads, cores, cores
            )
        self._pool = CpuPool(self._threads)
        self._chosen: str | None = None
        self._turns = EngineTurns(cores)
        self._device_models = self._open_device() if config.engine == DEVICE_ENGINE else None

    def build(self, opening: Opening) -> OcrPipeline:
        config = self._config
        opening("text_detection")
        detection = self._detection(config.text_detection)
        opening("text_recognition")
        recognition = self._recognisers(config.text_recognition)
        stages = Stages(
            pages=self._device_models.pages if self._device_models else HostPages(),
            detection=detection,
            recognition=recognition,
            doc_orientation=self._optional(DOC_ORIENTATION, self._orientation(DOC_ORIENTATION.name)),
            doc_unwarping=self._optional(DOC_UNWARPING, self._unwarping),
            textline_orientation=self._optional(TEXTLINE_ORIENTATION, self._orientation(TEXTLINE_ORIENTATION.name)),
            layout_detection=self._optional(LAYOUT_DETECTION, self._layout),
            table_structure=self._optional(TABLE_STRUCTURE, self._tables),
        )
        detector = ModuleStatus(detection.batcher.name, config.text_detection.model_name, "loaded", detection.runs_on)
        return OcrPipeline(stages, config.defaults, self._pool, (detector,), hang_seconds=config.hang_seconds)

    def _detection(self, module: ModuleConfig) -> DetectionStage:
        directory = self._directory(module)
        spec = directory.detection()
        detectors: Sequence[Detector]
        kept = 0
        if self._device_models:
            detectors = self._device_models.detectors(directory, self._precision("text_detection"))
        else:
            engines, kept = self._lanes(self._engine(directory, self._options(self._precision("text_detection"))), 1)
            detectors = [HostDetector(spec, engine) for engine in engines]
        return DetectionStage(spec, detectors, self._pool, kept_lanes=kept)

    def _recognisers(self, configured: ModuleConfig) -> Recognisers:
        names = dict.fromkeys(name for group in GROUPS.values() for name in group.models)
        packs = {name: self._language_pack(name, configured) for name in names if name != configured.model_name}
        wanted_format = format_of(self._config.engine)
        opened = self._recogniser("text_recognition", configured)
        return Recognisers(opened, packs, lambda name: self._store.installed(name, wanted_format))

    def _language_pack(self, model_name: str, configured: ModuleConfig) -> OptionalStage[Recogniser]:
        name = f"text_recognition:{model_name}"
        module = ModuleConfig(model_name, batch_size=configured.batch_size)
        return OptionalStage(name, model_name, lambda: self._recogniser(name, module))

    def _recogniser(self, name: str, module: ModuleConfig) -> Recogniser:
        directory = self._directory(module)
        spec = directory.recognition()
        readers, kept = self._line_readers(directory)
        stage = RecognitionStage(
            spec,
            readers,
            self._pool,
            padding=self._padding(),
            group_size=module.batch_size,
            kept_lanes=kept,
            name=name,
        )
        characters = frozenset(spec.characters)
        return Recogniser(stage, module.model_name, characters, has_right_to_left(spec.characters))

    def _line_readers(self, directory: ModelDirectory) -> tuple[Sequence[LineReader], int]:
        """One reader a lane, and how many lanes are kept for newcomers."""
        if self._device_models:
            precision, on_ladder = self._precision("text_recognition"), self._padding() == "bucket"
            return self._device_models.line_readers(directory, precision, on_ladder=on_ladder), 0
        # A lane more than there are streams: what one does before and after a batch keeps no stream waiting.
        engine = self._engine(directory, self._recognition_options(directory))
        engines, kept = self._lanes(engine, self._streams() + 1)
        return [HostLineReader(directory.recognition(), engine) for engine in engines], kept

    def _orientation(self, name: str) -> Callable[[ModuleConfig], OrientationStage]:
        def open_stage(module: ModuleConfig) -> OrientationStage:
            directory = self._directory(module)
            spec = directory.classification()
            models: Sequence[ImageClassifier]
            kept = 0
            if self._device_models:
                models = self._device_models.classifiers(directory, self._precision(name))
            else:
                options = self._options(self._precision(name), batch_shapes=image_batch_shapes(spec))
                engines, kept = self._lanes(self._engine(directory, options), 1)
                models = [HostClassifier(spec, engine) for engine in engines]
            return OrientationStage(Classifier(name, spec, models, self._pool, kept_lanes=kept))

        return open_stage

    def _unwarping(self, module: ModuleConfig) -> UnwarpingStage:
        directory = self._directory(module)
        if self._device_models:
            return UnwarpingStage(self._device_models.flatteners(directory), self._pool)
        engine = self._engine(directory, self._options(self._precision("doc_unwarping")))
        return UnwarpingStage([HostFlattener(engine)], self._pool)

    def _layout(self, module: ModuleConfig) -> LayoutStage:
        directory = self._directory(module)
        thresholds = module.threshold if isinstance(module, LayoutConfig) else None
        return LayoutStage(layout_spec(directory), self._graph_engines(directory), self._pool, thresholds)

    def _tables(self, module: ModuleConfig) -> TableStage:
        directory = self._directory(module)
        return TableStage(table_spec(directory), self._graph_engines(directory), self._pool)

    def _optional(self, module: OptionalModule, opener: Callable[[ModuleConfig], S]) -> OptionalStage[S]:
        configured = module.configured(self._config)
        if configured is None:
            return OptionalStage(module.name, "", None)
        allowed = module.is_on(self._config.defaults) or self._config.optional != "as_configured"
        return OptionalStage(module.name, configured.model_name, partial(opener, configured) if allowed else None)

    @cached_property
    def _configured_recogniser(self) -> ModelDirectory:
        """Read once, for the choice of the engine and for the stage: its dictionary takes a while."""
        return self._read(self._config.text_recognition)

    def _directory(self, module: ModuleConfig) -> ModelDirectory:
        return self._configured_recogniser if module is self._config.text_recognition else self._read(module)

    def _read(self, module: ModuleConfig) -> ModelDirectory:
        path = module.model_dir or self._store.find(module.model_name, format_of(self._config.engine))
        return ModelDirectory.read(path)

    def _engine(self, directory: ModelDirectory, options: EngineOptions) -> Engine:
        names = usable_engines(self._config.engine, directory, self._config.device)
        name = names[0] if len(names) == 1 else self._fastest(names)
        return open_engine(name, directory.path, options)

    def _lanes(self, engine: Engine, lanes: int) -> tuple[list[Engine], int]:
        """An engine and its twins for so many lanes, and on a CPU for one more, which is kept for newcomers.

        An engine without twins has one lane, and none is kept. On a device models do not take turns.
        """
        kept = 1 if self._config.device == "cpu" else 0
        twins = [engine.twin() for _ in range(lanes + kept - 1)]
        engines = [engine, *(twin for twin in twins if twin is not None)]
        return engines, max(0, len(engines) - lanes)

    def _recognition_options(self, directory: ModelDirectory) -> EngineOptions:
        options = self._options(
            self._precision("text_recognition"),
            few_shapes=self._padding() != "reference",
            batch_shapes=line_batch_shapes(directory.recognition(), self._padding()),
            streams=self._streams(),
        )
        return replace(options, best_class=True)

    def _options(
        self,
        precision: Precision,
        *,
        few_shapes: bool = False,
        batch_shapes: Sequence[BatchShape] = (),
        streams: int = 1,
    ) -> EngineOptions:
        return EngineOptions(
            self._config.device,
            self._threads,
            streams,
            precision,
            few_shapes=few_shapes,
            batch_shapes=tuple(batch_shapes),
            tensorrt=self._config.tensorrt,
            torch_compile=self._config.torch_compile,
            memory_share=self._config.gpu_memory_share,
            artefacts=self._store.directory / ARTEFACTS,
            turn=self._turns.of(self._threads // streams, streams),
        )

    def _open_device(self) -> "DeviceModels":
        """The device that whole pages are read on. The module, and its library, are imported here and not before."""
        options = self._options("f32")
        opened: DeviceModels = import_engine(DEVICE_ENGINE).DeviceModels.on(options)
        return opened

    def _graph_engines(self, directory: ModelDirectory) -> list[Engine]:
        """Engines of a model with several inputs and outputs: in f32, and ONNX on the engine that runs any graph.

        Raises:
            EngineUnavailable: the configured engine runs no such models.
        """
        if self._device_models:
            raise EngineUnavailable(
                f"Engine '{DEVICE_ENGINE}' cannot run layout or table models. Turn off use_layout_detection "
                "and use_table_recognition, or set engine.name to onnxruntime."
            )
        name = usable_engines(self._config.engine, directory, self._config.device)[-1]
        options = EngineOptions(self._config.device, self._threads, turn=self._turns.of(self._threads))
        return [open_engine(name, directory.path, options)]

    def _fastest(self, names: tuple[str, ...]) -> str:
        """One engine for all models, chosen by what takes most of the time: the configured recogniser."""
        if self._chosen is None:
            recogniser = self._configured_recogniser
            same = usable_engines(self._config.engine, recogniser, self._config.device) == names
            self._chosen = self._measured(names, recogniser) if same else names[0]
        return self._chosen

    def _measured(self, names: tuple[str, ...], recogniser: ModelDirectory) -> str:
        shape, options = recogniser.recognition().image_shape, self._recognition_options(recogniser)
        return fastest_engine(names, recogniser.path, shape, options, self._store.directory)

    def _streams(self) -> int:
        """Recognition batches that compute at once. Single lines are too little work to be shared among threads.

        As many as leave the fewest threads idle, because each has the same whole number of them.
        """
        if self._config.device != "cpu" or MAX_OWN_LINES.get(self._padding()) != 1:
            return 1
        most = min(self._threads, _MOST_STREAMS)
        return max(range(most // 2 + 1, most + 1), key=lambda streams: (self._threads // streams * streams, streams))

    def _precision(self, stage: str) -> Precision:
        """What a stage computes in: its own setting, the common one, or by profile and device."""
        own = self._config.stage_precisions.get(stage)
        on_gpu = self._config.device != "cpu"
        if own is not None:
            return own
        if stage == "doc_unwarping" and on_gpu:
            return "f32"  # it computes where pixels come from; fp16 knows a place to one part in two thousand
        if self._config.precision != "auto":
            return self._config.precision
        return "fast" if on_gpu or self._config.profile == "fast" else "f32"

    def _padding(self) -> Padding:
        if self._config.padding != "auto":
            return self._config.padding
        if self._config.device != "cpu":
            return "bucket"
        return "tight" if self._config.profile == "fast" else "reference"
