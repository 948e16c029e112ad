"""The loader builds a pipeline from these values. `server` fills them in from the configuration file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from models.options import PADDLEX, OcrDefaults, PresetDefaults
from models.reading_aids import NO_AIDS, ReadingAids

NamedPrecision = Literal["f32", "bf16", "fp16"]
Padding = Literal["reference", "tight", "bucket"]
PrecisionChoice = Literal["auto", "fastest", NamedPrecision]
PaddingChoice = Literal["auto", "fastest", Padding]
OptionalModules = Literal["as_configured", "first_use", "start"]


@dataclass(frozen=True, slots=True)
class ModuleConfig:
    """One model of the pipeline.

    Attributes:
        model_name: official name, e.g. ``PP-OCRv5_mobile_det``; the model store knows it by this name.
        model_dir: a PaddleX model directory to use instead of the store.
        batch_size: items the reference runs together; for recognition also the lines that share a padded width.
    """

    model_name: str
    model_dir: Path | None = None
    batch_size: int = 1


@dataclass(frozen=True, slots=True)
class LayoutConfig(ModuleConfig):
    """A layout model.

    Attributes:
        threshold: least score of a region, or of each class by its number; None takes the model's own.
    """

    threshold: float | dict[int, float] | None = None


@dataclass(frozen=True, slots=True)
class PresetConfig:
    """A detector, a recogniser and how they read. The attributes are those of `PipelineConfig`."""

    text_detection: ModuleConfig
    text_recognition: ModuleConfig
    defaults: OcrDefaults
    precision: PrecisionChoice = "auto"
    padding: PaddingChoice = "auto"
    reading_aids: ReadingAids = NO_AIDS


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """The whole pipeline. Its own detector, recogniser and defaults are the preset `PADDLEX`.

    Attributes:
        defaults: option defaults for requests that leave them out.
        optional: the stages that a request may switch: ``as_configured`` opens only those that the defaults turn on
            (others cannot be asked for), ``start`` opens all that are installed at start, ``first_use`` when asked for.
        engine: ``auto`` or an engine's registry name.
        device: ``cpu`` or ``gpu:N``.
        threads: CPU threads that each model may use. 0 means every one of ``cores``. A batch computes while it holds a
            permit for its cores.
        cores: this pipeline's share of the machine where others run beside it. 0 means every core that this process
            may run on.
        precision: ``f32``, ``bf16``, ``fp16``, ``fastest`` (what is fastest on this processor, on a GPU fp16) or
            ``auto`` (f32, on a GPU fp16).
        stage_precisions: precision of single stages by name. Unwarping is f32 on a GPU.
        gpu_memory_share: the most of a card's memory that this process may take, 0..1. Only torch can be held to one.
        hang_seconds: an engine that works on one batch for longer has hung, and the pipeline is no longer healthy.
        tensorrt: compile the models of fixed input sizes with TensorRT (onnxruntime and paddle on a GPU).
        torch_compile: compile the models with PyTorch's compiler (torch).
        padding: ``reference``, ``tight``, ``bucket``, ``fastest`` (tight, on a GPU bucket) or ``auto`` (reference, on a
            GPU bucket).
        reading_aids: what the pipeline does beyond the reference for text that the reference reads badly.
        presets: further presets, by name. All of them share the optional modules.
        opened_presets: names of the presets that open at the start. The others open at their first use.
    """

    text_detection: ModuleConfig
    text_recognition: ModuleConfig
    textline_orientation: ModuleConfig | None = None
    doc_orientation: ModuleConfig | None = None
    doc_unwarping: ModuleConfig | None = None
    layout_detection: LayoutConfig | None = None
    table_structure: ModuleConfig | None = None
    defaults: OcrDefaults = field(default_factory=OcrDefaults)
    optional: OptionalModules = "as_configured"
    engine: str = "auto"
    device: str = "cpu"
    threads: int = 0
    cores: int = 0
    precision: PrecisionChoice = "auto"
    stage_precisions: Mapping[str, NamedPrecision] = field(default_factory=dict)
    padding: PaddingChoice = "auto"
    tensorrt: bool = False
    torch_compile: bool = False
    hang_seconds: float = float("inf")
    gpu_memory_share: float = 1.0
    reading_aids: ReadingAids = NO_AIDS
    presets: Mapping[str, PresetConfig] = field(default_factory=dict)
    opened_presets: tuple[str, ...] = (PADDLEX,)

    @property
    def preset_defaults(self) -> PresetDefaults:
        """The defaults of every preset."""
        others = {name: preset.defaults for name, preset in self.presets.items()}
        return PresetDefaults({PADDLEX: self.defaults, **others})

    def only(self, preset: str) -> "PipelineConfig":
        """This configuration with one preset opened at the start."""
        return replace(self, opened_presets=(preset,))

    def by_preset(self) -> "dict[str, PipelineConfig]":
        """For every preset by name, this configuration with the preset's own values."""
        others = {
            name: replace(
                self,
                text_detection=preset.text_detection,
                text_recognition=preset.text_recognition,
                defaults=preset.defaults,
                precision=preset.precision,
                padding=preset.padding,
                reading_aids=preset.reading_aids,
            )
            for name, preset in self.presets.items()
        }
        return {PADDLEX: self, **others}
