"""The loader builds a pipeline from these values. `server` fills them in from the configuration file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from models.options import OcrDefaults
from models.reading_aids import NO_AIDS, ReadingAids

Profile = Literal["exact", "fast"]
NamedPrecision = Literal["f32", "bf16", "fp16"]
Padding = Literal["reference", "tight", "bucket"]
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
class PipelineConfig:
    """The whole pipeline.

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
        profile: what ``auto`` means for the next two: ``exact`` gives the reference's texts, ``fast`` takes the fastest
            arithmetic and the least padding.
        precision: ``f32``, ``bf16``, ``fp16`` or ``auto`` (f32; in the fast profile what is fastest on this processor,
            on a GPU fp16).
        stage_precisions: precision of single stages by name. Unwarping is f32 on a GPU.
        gpu_memory_share: the most of a card's memory that this process may take, 0..1. Only torch can be held to one.
        hang_seconds: an engine that works on one batch for longer has hung, and the pipeline is no longer healthy.
        tensorrt: compile the models of fixed input sizes with TensorRT (onnxruntime and paddle on a GPU).
        torch_compile: compile the models with PyTorch's compiler (torch).
        padding: ``reference``, ``tight``, ``bucket`` or ``auto`` (on a CPU reference, or tight; bucket on a GPU).
        reading_aids: what the pipeline does beyond the reference for text that the reference reads badly.
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
    profile: Profile = "exact"
    precision: Literal["auto", NamedPrecision] = "auto"
    stage_precisions: Mapping[str, NamedPrecision] = field(default_factory=dict)
    padding: Literal["auto", Padding] = "auto"
    tensorrt: bool = False
    torch_compile: bool = False
    hang_seconds: float = float("inf")
    gpu_memory_share: float = 1.0
    reading_aids: ReadingAids = NO_AIDS
