"""What the loader needs to know to build a pipeline. `server` fills it in from the configuration file."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from models.options import OcrDefaults


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
class PipelineConfig:
    """The whole pipeline.

    Attributes:
        defaults: option defaults for requests that leave them out.
        optional: the stages that a request may switch: ``as_configured`` opens only those that the defaults turn on
            (others cannot be asked for), ``start`` opens all that are installed at start, ``first_use`` when asked for.
        engine: ``auto`` or an engine's registry name.
        device: ``cpu`` or ``gpu:N``.
        threads: CPU threads that each model may use; under load the stages take turns, but pages in different stages
            may run several models at once. 0 means every core that this process may run on.
        profile: what ``auto`` means for the next two: ``exact`` gives the reference's texts, ``fast`` takes the fastest
            arithmetic and the least padding.
        precision: ``f32``, ``bf16`` or ``auto`` (f32, or what is fastest on this processor).
        padding: ``reference``, ``tight``, ``bucket`` or ``auto`` (on a CPU reference, or tight; bucket on a GPU).
    """

    text_detection: ModuleConfig
    text_recognition: ModuleConfig
    textline_orientation: ModuleConfig | None = None
    doc_orientation: ModuleConfig | None = None
    doc_unwarping: ModuleConfig | None = None
    defaults: OcrDefaults = field(default_factory=OcrDefaults)
    optional: Literal["as_configured", "first_use", "start"] = "as_configured"
    engine: str = "auto"
    device: str = "cpu"
    threads: int = 0
    profile: Literal["exact", "fast"] = "exact"
    precision: Literal["auto", "f32", "bf16"] = "auto"
    padding: Literal["auto", "reference", "tight", "bucket"] = "auto"
