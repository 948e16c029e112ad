"""From a configuration and a model store to a running pipeline: opens the models and puts the stages together."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from models.auto_choices import AutoChoices, threads_and_cores
from models.config import LayoutConfig, ModuleConfig, PipelineConfig
from models.descriptions.layout_directory import layout_spec, table_spec
from models.descriptions.model_directory import ModelDirectory
from models.engines.base import BatchShape, Engine, EngineOptions, Precision, open_engine
from models.engines.choice import EngineChoice
from models.engines.registry import DEVICE_ENGINE, format_of, import_engine
from models.errors import EngineUnavailable
from models.languages.groups import GROUPS
from models.modules import (
    DOC_ORIENTATION,
    DOC_UNWARPING,
    LAYOUT_DETECTION,
    TABLE_STRUCTURE,
    TEXTLINE_ORIENTATION,
    OptionalModule,
)
from models.ops.bidi import has_right_to_left
from models.optional_stage import Closable, OptionalStage
from models.options import PADDLEX
from models.pipeline import OcrPipeline, Opening, PresetStages, Stages, tell_nobody
from models.recognisers import Recogniser, Recognisers
from models.scheduling.core_scheduler import CoreScheduler
from models.stages.base import CpuPool
from models.stages.classification import Classifier, ImageClassifier, image_batch_shapes
from models.stages.detection import DetectionStage, Detector
from models.stages.host.classifier import HostClassifier
from models.stages.host.detector import HostDetector
from models.stages.host.line_reader import HostLineReader
from models.stages.host.unwarper import HostUnwarper
from models.stages.layout import LayoutStage
from models.stages.orientation import OrientationStage
from models.stages.pages import HostPages
from models.stages.recognition import LineReader, RecognitionStage, line_batch_shapes
from models.stages.tables import TableStage
from models.stages.unwarping import UnwarpingStage
from models.store.weights import ModelStore

if TYPE_CHECKING:
    from models.stages.device.opening import DeviceModels

S = TypeVar("S", bound=Closable)

ARTEFACTS = "compiled"
"""In the model store's directory: what engines compiled for this machine."""


def build_pipeline(config: PipelineConfig, store: ModelStore, opening: Opening = tell_nobody) -> OcrPipeline:
    """Open the required models and prepare the optional ones. Blocking: call it in a thread.

    Args:
        config: which models, and how they run.
        store: where the models are.
        opening: told the name of each module before it is opened, in the calling thread.

    Raises:
        ModelNotInstalled, WeightsMismatch, InvalidModelDirectory: a required model cannot be used.
        EngineUnavailable, EngineFailure: an engine cannot be opened.
    """
    shared = _Shared(config, store)
    loaders = {name: _Loader(name, own, shared) for name, own in config.by_preset().items()}
    presets = {
        name: loader.preset(opening if name in config.opened_presets else None) for name, loader in loaders.items()
    }
    stages = Stages(
        pages=shared.device_models.pages if shared.device_models else HostPages(),
        presets=presets,
        **loaders[PADDLEX].optional_stages(),
    )
    return OcrPipeline(stages, config.preset_defaults, shared.pool, hang_seconds=config.hang_seconds)


def engine_choice(config: PipelineConfig, preset: str, store: ModelStore, *, measure: bool) -> EngineChoice | None:
    """The choice of a preset's engine, where the configuration says ``auto``. Blocking: call it in a thread.

    Args:
        config: of the pipeline.
        preset: its name.
        store: where the models and the choices are.
        measure: measure now, and keep the result for the next start.

    Returns:
        None if there is nothing to choose, or nothing was measured yet.

    Raises:
        ModelNotInstalled, WeightsMismatch, InvalidModelDirectory: the recogniser of the preset cannot be used.
        EngineUnavailable, EngineFailure: an engine cannot be measured.
    """
    if config.engine != "auto":
        return None
    shared = _Shared(config, store)
    try:
        return _Loader(preset, config.by_preset()[preset], shared).engine_choice(measure=measure)
    finally:
        shared.pool.close()


class _Shared:
    """The parts that all presets share: threads, cores, a device, and the stages of models that several of them name.

    Raises:
        EngineUnavailable: the configured device cannot be used.
    """

    def __init__(self, config: PipelineConfig, store: ModelStore) -> None:
        if config.gpu_memory_share < 1 and config.engine != DEVICE_ENGINE:
            raise EngineUnavailable(
                f"engine.gpu_memory_share needs engine.name: {DEVICE_ENGINE}; '{config.engine}' takes what it wants."
            )
        self.store = store
        self.threads, cores = threads_and_cores(config)
        self.pool = CpuPool(self.threads)
        self.scheduler = CoreScheduler(cores)
        self.device_models = self._open_device(config) if config.engine == DEVICE_ENGINE else None
        self._stages: dict[Hashable, OptionalStage[Any]] = {}

    def stage(self, key: Hashable, make: Callable[[], OptionalStage[S]]) -> OptionalStage[S]:
        """The stage of this key. The first preset that asks for it makes it."""
        if key not in self._stages:
            self._stages[key] = make()
        return self._stages[key]

    def _open_device(self, config: PipelineConfig) -> "DeviceModels":
        """The device that whole pages are read on. The module, and its library, are imported here and not before."""
        options = EngineOptions(
            config.device,
            self.threads,
            tensorrt=config.tensorrt,
            torch_compile=config.torch_compile,
            memory_share=config.gpu_memory_share,
            artefacts=self.store.directory / ARTEFACTS,
            permit=self.scheduler.permit(self.threads),
        )
        opened: DeviceModels = import_engine(DEVICE_ENGINE).DeviceModels.on(options)
        return opened


class _Loader:
    """Opens the stages of one preset.

    Args:
        name: of the preset.
        config: with the values of the preset.
        shared: what it shares with other presets.
    """

    def __init__(self, name: str, config: PipelineConfig, shared: _Shared) -> None:
        self._name = name
        self._config = config
        self._shared = shared
        self._store = shared.store
        self._pool = shared.pool
        self._device_models = shared.device_models
        self._auto = AutoChoices(config, shared.store.directory, shared.threads)

    def preset(self, opening: Opening | None) -> PresetStages:
        """The detector and the recognisers.

        Args:
            opening: opens the models now, and is called before each. None: they open at their first use.
        """
        config = self._config
        detection = self._required(
            "text_detection",
            config.text_detection,
            (config.text_detection, self._auto.precision("text_detection")),
            partial(self._detection, config.text_detection),
            opening,
        )
        recognition = self._required(
            "text_recognition",
            config.text_recognition,
            self._recogniser_key(config.text_recognition),
            partial(self._recogniser, "text_recognition", config.text_recognition),
            opening,
        )
        return PresetStages(detection, self._recognisers(recognition), config.reading_aids)

    def optional_stages(self) -> dict[str, OptionalStage[Any]]:
        """The stages of the optional modules, by name."""
        openers: dict[OptionalModule, Callable[[ModuleConfig], Any]] = {
            DOC_ORIENTATION: self._orientation(DOC_ORIENTATION.name),
            DOC_UNWARPING: self._unwarping,
            TEXTLINE_ORIENTATION: self._orientation(TEXTLINE_ORIENTATION.name),
            LAYOUT_DETECTION: self._layout,
            TABLE_STRUCTURE: self._tables,
        }
        return {module.name: self._optional(module, opener) for module, opener in openers.items()}

    def engine_choice(self, *, measure: bool) -> EngineChoice | None:
        """See `engine_choice`."""
        return self._auto.engine_choice(self._probe, measure=measure)

    def _required(
        self,
        stage: str,
        module: ModuleConfig,
        key: Hashable,
        opener: Callable[[], S],
        opening: Opening | None,
    ) -> OptionalStage[S]:
        """A stage without which the preset cannot read."""
        name = self._stage_name(stage)
        made = self._shared.stage((stage, key), lambda: OptionalStage(name, module.model_name, opener))
        if opening is not None and made.opened is None:
            opening(name)
            made.open_now()
        return made

    def _stage_name(self, stage: str) -> str:
        """Names in health checks and metrics: those of PaddleX's preset are PaddleX's own."""
        return stage if self._name == PADDLEX else f"{stage}:{self._name}"

    def _recogniser_key(self, module: ModuleConfig) -> Hashable:
        return module, self._auto.precision("text_recognition"), self._auto.padding

    def _detection(self, module: ModuleConfig) -> DetectionStage:
        directory = self._directory(module)
        spec = directory.detection()
        precision = self._auto.precision("text_detection")
        detectors: Sequence[Detector]
        kept = 0
        if self._device_models:
            detectors = self._device_models.detectors(directory, precision)
        else:
            engines, kept = self._lanes(self._engine(directory, self._options(precision)), 1)
            detectors = [HostDetector(spec, engine) for engine in engines]
        return DetectionStage(spec, detectors, self._pool, kept_lanes=kept, name=self._stage_name("text_detection"))

    def _recognisers(self, configured: OptionalStage[Recogniser]) -> Recognisers:
        names = dict.fromkeys(name for group in GROUPS.values() for name in group.models)
        packs = {name: self._language_pack(name) for name in names if name != configured.model_name}
        wanted_format = format_of(self._config.engine)
        return Recognisers(configured, packs, lambda name: self._store.installed(name, wanted_format))

    def _language_pack(self, model_name: str) -> OptionalStage[Recogniser]:
        module = ModuleConfig(model_name, batch_size=self._config.text_recognition.batch_size)
        stage = f"text_recognition:{model_name}"
        opener = partial(self._recogniser, stage, module)
        return self._shared.stage(
            ("text_recognition", self._recogniser_key(module)),
            lambda: OptionalStage(self._stage_name(stage), model_name, opener),
        )

    def _recogniser(self, stage_name: str, module: ModuleConfig) -> Recogniser:
        directory = self._directory(module)
        spec = directory.recognition()
        readers, kept = self._line_readers(directory)
        stage = RecognitionStage(
            spec,
            readers,
            self._pool,
            padding=self._auto.padding,
            group_size=module.batch_size,
            kept_lanes=kept,
            name=self._stage_name(stage_name),
        )
        characters = frozenset(spec.characters)
        return Recogniser(stage, module.model_name, characters, has_right_to_left(spec.characters))

    def _line_readers(self, directory: ModelDirectory) -> tuple[Sequence[LineReader], int]:
        """One reader a lane, and how many lanes are kept for newcomers."""
        if self._device_models:
            precision, on_ladder = self._auto.precision("text_recognition"), self._auto.padding == "bucket"
            return self._device_models.line_readers(directory, precision, on_ladder=on_ladder), 0
        # A lane more than there are streams: what one does before and after a batch keeps no stream waiting.
        engine = self._engine(directory, self._recognition_options(directory))
        engines, kept = self._lanes(engine, self._auto.streams + 1)
        return [HostLineReader(directory.recognition(), engine) for engine in engines], kept

    def _orientation(self, name: str) -> Callable[[ModuleConfig], OrientationStage]:
        def open_stage(module: ModuleConfig) -> OrientationStage:
            directory = self._directory(module)
            spec = directory.classification()
            models: Sequence[ImageClassifier]
            kept = 0
            if self._device_models:
                models = self._device_models.classifiers(directory, self._auto.precision(name))
            else:
                options = self._options(self._auto.precision(name), batch_shapes=image_batch_shapes(spec))
                engines, kept = self._lanes(self._engine(directory, options), 1)
                models = [HostClassifier(spec, engine) for engine in engines]
            return OrientationStage(Classifier(name, spec, models, self._pool, kept_lanes=kept))

        return open_stage

    def _unwarping(self, module: ModuleConfig) -> UnwarpingStage:
        directory = self._directory(module)
        if self._device_models:
            return UnwarpingStage(self._device_models.unwarpers(directory), self._pool)
        engine = self._engine(directory, self._options(self._auto.precision(DOC_UNWARPING.name)))
        return UnwarpingStage([HostUnwarper(engine)], self._pool)

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
        return open_engine(self._auto.engine(directory, self._probe), directory.path, options)

    def _probe(self) -> tuple[ModelDirectory, EngineOptions]:
        recogniser = self._configured_recogniser
        return recogniser, self._recognition_options(recogniser)

    def _lanes(self, engine: Engine, lanes: int) -> tuple[list[Engine], int]:
        """An engine and its twins for so many lanes, and on a CPU for one more, which is kept for newcomers.

        An engine without twins has one lane, and none is kept. On a device models need no permits.
        """
        kept = 1 if self._config.device == "cpu" else 0
        twins = [engine.twin() for _ in range(lanes + kept - 1)]
        engines = [engine, *(twin for twin in twins if twin is not None)]
        return engines, max(0, len(engines) - lanes)

    def _recognition_options(self, directory: ModelDirectory) -> EngineOptions:
        options = self._options(
            self._auto.precision("text_recognition"),
            few_shapes=self._auto.padding != "reference",
            batch_shapes=line_batch_shapes(directory.recognition(), self._auto.padding),
            streams=self._auto.streams,
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
            self._auto.threads,
            streams,
            precision,
            few_shapes=few_shapes,
            batch_shapes=tuple(batch_shapes),
            tensorrt=self._config.tensorrt,
            torch_compile=self._config.torch_compile,
            memory_share=self._config.gpu_memory_share,
            artefacts=self._store.directory / ARTEFACTS,
            permit=self._shared.scheduler.permit(self._auto.threads // streams, streams),
        )

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
        threads = self._auto.threads
        options = EngineOptions(self._config.device, threads, permit=self._shared.scheduler.permit(threads))
        return [open_engine(self._auto.graph_engine(directory), directory.path, options)]
