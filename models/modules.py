"""The optional modules of a pipeline: one table of their names, their switches and their keys in PaddleX's file.

Code that goes through all of them takes them from `OPTIONAL_MODULES`. `models.loader` opens them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from models.config import ModuleConfig, PipelineConfig
from models.options import PADDLEX, OcrDefaults, OcrOptions, OcrOverrides

PREPROCESSOR_SWITCH = "use_doc_preprocessor"
_REQUESTED = frozenset(field.name for field in fields(OcrOverrides))


@dataclass(frozen=True, slots=True)
class OptionalModule:
    """A module that a configuration may leave out.

    Attributes:
        name: its stage in health checks and metrics, its field in `PipelineConfig` and in `models.pipeline.Stages`,
            and its task in the manifest of models.
        switch: its field in `OcrDefaults` and `OcrOptions`, and its key in PaddleX's file.
        key: its model below ``SubModules`` of PaddleX's file.
        needs: another switch that must be on too; None where its own is enough.
    """

    name: str
    switch: str
    key: str
    needs: str | None = None

    @property
    def in_preprocessor(self) -> bool:
        """Whether PaddleX's file has it in ``SubPipelines.DocPreprocessor``."""
        return self.needs == PREPROCESSOR_SWITCH

    @property
    def can_be_requested(self) -> bool:
        """Whether a request has the switch. The others run where a request asks for the page's structure."""
        return self.switch in _REQUESTED

    def is_on(self, options: OcrDefaults | OcrOptions) -> bool:
        """Whether these options turn it on. Defaults are read as a request that asks for the page's structure."""
        return bool(getattr(options, self.switch) and (self.needs is None or getattr(options, self.needs)))

    def configured(self, config: PipelineConfig) -> ModuleConfig | None:
        """The configuration of its model; None where the configuration leaves it out."""
        module: ModuleConfig | None = getattr(config, self.name)
        return module


DOC_ORIENTATION = OptionalModule(
    "doc_orientation", "use_doc_orientation_classify", "DocOrientationClassify", PREPROCESSOR_SWITCH
)
DOC_UNWARPING = OptionalModule("doc_unwarping", "use_doc_unwarping", "DocUnwarping", PREPROCESSOR_SWITCH)
TEXTLINE_ORIENTATION = OptionalModule("textline_orientation", "use_textline_orientation", "TextLineOrientation")
LAYOUT_DETECTION = OptionalModule("layout_detection", "use_layout_detection", "LayoutDetection")
TABLE_STRUCTURE = OptionalModule(
    "table_structure", "use_table_recognition", "TableStructureRecognition", LAYOUT_DETECTION.switch
)

OPTIONAL_MODULES = (DOC_ORIENTATION, DOC_UNWARPING, TEXTLINE_ORIENTATION, LAYOUT_DETECTION, TABLE_STRUCTURE)
"""All of them, in the order in which a page comes to them."""


def required_modules(config: PipelineConfig) -> tuple[ModuleConfig, ...]:
    """The modules without which the configured defaults cannot be served."""
    optional = (module.configured(config) for module in OPTIONAL_MODULES if module.is_on(config.defaults))
    return (*_reading(config, config.opened_presets), *filter(None, optional))


def configured_modules(config: PipelineConfig) -> tuple[ModuleConfig, ...]:
    """All modules that the pipeline may run."""
    optional = (module.configured(config) for module in OPTIONAL_MODULES)
    return (*_reading(config, (PADDLEX, *config.presets)), *filter(None, optional))


def _reading(config: PipelineConfig, presets: Sequence[str]) -> tuple[ModuleConfig, ...]:
    """The detectors and recognisers of these presets, each model once."""
    chosen = [own for name, own in config.by_preset().items() if name in presets]
    return tuple(dict.fromkeys(module for own in chosen for module in (own.text_detection, own.text_recognition)))


def modules_opened_at_start(config: PipelineConfig) -> int:
    """Modules that a start opens, to tell how far it is."""
    return len(configured_modules(config) if config.optional == "start" else required_modules(config))


def without_optional_modules() -> OcrOverrides:
    """The options of a request that turns off every module that it can."""
    switches: dict[str, Any] = {module.switch: False for module in OPTIONAL_MODULES if module.can_be_requested}
    return OcrOverrides(**switches)
