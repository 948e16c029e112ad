"""Reads PaddleX's pipeline YAML: models, switches and option defaults, by PaddleX's own rules."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.config import LayoutConfig, ModuleConfig, PipelineConfig
from models.errors import InvalidOption
from models.modules import OPTIONAL_MODULES, PREPROCESSOR_SWITCH, TABLE_STRUCTURE, OptionalModule
from models.options import OcrDefaults, OcrOverrides
from server.config.base import ConfigurationError
from server.config.files import locate
from server.config.paddlex_schema import DocPreprocessor, LayoutDetection, Module, PipelineFile
from server.config.settings import ModelSettings
from server.config.wrong_values import describe

DETECTION_OPTIONS = ("limit_side_len", "limit_type", "max_side_limit", "thresh", "box_thresh", "unclip_ratio")
"""PaddleX's keys of the detector's options. `OcrDefaults` has them with ``text_det_`` before the name."""

_PREPROCESSOR = "SubPipelines.DocPreprocessor"


def parse_pipeline(document: Mapping[str, object], file: Path) -> PipelineFile:
    """Read the pipeline part of a file.

    Raises:
        ConfigurationError: a key is missing or has a value that cannot work here.
    """
    try:
        return PipelineFile.model_validate(document)
    except ValidationError as error:
        raise ConfigurationError(*describe(error, PipelineFile, lambda path: f"{file}: {'.'.join(path)}")) from None


def detection_options(defaults: OcrDefaults) -> dict[str, object]:
    """The detector's options by PaddleX's keys."""
    return {option: getattr(defaults, f"text_det_{option}") for option in DETECTION_OPTIONS}


def pipeline_config(parsed: PipelineFile, models: ModelSettings, file: Path) -> PipelineConfig:
    """Combine the parsed file with our own model settings. `server.config.engine` adds the engine.

    With ``optional_modules: as_configured``, a module whose switch is off is not part of the pipeline, as in PaddleX:
    requests cannot ask for it. Otherwise they can ask for every module that the file names.

    Raises:
        ConfigurationError: a switch is on for a module that the file does not name, a default is out of range, or a
            model directory is missing.
    """
    _require_modules(parsed, file)
    defaults = _defaults(parsed, file)
    on_request = models.optional_modules != "as_configured"
    return PipelineConfig(
        text_detection=_module(parsed.modules.text_detection, file, "SubModules.TextDetection"),
        text_recognition=_module(parsed.modules.text_recognition, file, "SubModules.TextRecognition"),
        **_optional_modules(parsed, defaults, file, on_request=on_request),
        defaults=defaults,
        optional=models.optional_modules,
    )


def _part(parsed: PipelineFile, module: OptionalModule) -> PipelineFile | DocPreprocessor | None:
    """The part of the file with the module's switch and model; None if the file has no such part."""
    return parsed.sub_pipelines.doc_preprocessor if module.in_preprocessor else parsed


def _switch(parsed: PipelineFile, module: OptionalModule) -> bool:
    part = _part(parsed, module)
    return part is not None and bool(getattr(part, module.switch))


def _named(parsed: PipelineFile, module: OptionalModule) -> Module | None:
    part = _part(parsed, module)
    named: Module | None = None if part is None else getattr(part.modules, module.name)
    return named


def _key(module: OptionalModule) -> str:
    """The place of the module's model in the file."""
    return f"{_PREPROCESSOR}.SubModules.{module.key}" if module.in_preprocessor else f"SubModules.{module.key}"


def _require_modules(parsed: PipelineFile, file: Path) -> None:
    """Refuse switches that are on without a model, as PaddleX does. A switch that is not in the file is on."""
    if parsed.use_doc_preprocessor and parsed.sub_pipelines.doc_preprocessor is None:
        raise _missing(file, PREPROCESSOR_SWITCH, _PREPROCESSOR)
    for module in OPTIONAL_MODULES:
        needed = parsed.use_doc_preprocessor if module.in_preprocessor else True
        if needed and _switch(parsed, module) and _named(parsed, module) is None:
            prefix = f"{_PREPROCESSOR}." if module.in_preprocessor else ""
            raise _missing(file, f"{prefix}{module.switch}", _key(module))
    if parsed.use_table_recognition and not parsed.use_layout_detection:
        raise _missing(file, TABLE_STRUCTURE.switch, "use_layout_detection: true, which finds the tables,")


def _missing(file: Path, switch: str, key: str) -> ConfigurationError:
    return ConfigurationError(
        f"{file}: {switch} is on (PaddleX's default if the file does not set it), but {key} is missing. Add it, or set "
        f"{switch}: false."
    )


def _defaults(parsed: PipelineFile, file: Path) -> OcrDefaults:
    detection, recognition = parsed.modules.text_detection, parsed.modules.text_recognition
    switches: dict[str, Any] = {module.switch: _switch(parsed, module) for module in OPTIONAL_MODULES}
    defaults = OcrDefaults(
        use_doc_preprocessor=parsed.use_doc_preprocessor,
        **switches,
        text_det_limit_side_len=detection.limit_side_len,
        text_det_limit_type=detection.limit_type,
        text_det_max_side_limit=detection.max_side_limit,
        text_det_thresh=detection.thresh,
        text_det_box_thresh=detection.box_thresh,
        text_det_unclip_ratio=detection.unclip_ratio,
        text_rec_score_thresh=recognition.score_thresh,
        return_word_box=recognition.return_word_box,
    )
    try:
        defaults.resolve(OcrOverrides())
    except InvalidOption as error:
        raise ConfigurationError(f"{file}: {error}.") from None
    return defaults


def _module(module: Module, file: Path, key: str) -> ModuleConfig:
    """A model. ``key`` is its place in the file."""
    directory = locate(module.model_dir, file) if module.model_dir else None
    if directory is not None and not os.path.isdir(directory):  # noqa: PTH112 - Path's own method fails on some paths
        raise ConfigurationError(
            f"{file}: {key}.model_dir: '{module.model_dir}' is not a directory, neither from the current directory nor "
            "from the file's. Correct the path, or remove model_dir to take the named model."
        )
    name = module.model_name.strip()
    if isinstance(module, LayoutDetection):
        return LayoutConfig(name, directory, module.batch_size, module.threshold)
    return ModuleConfig(name, directory, module.batch_size)


def _optional_modules(parsed: PipelineFile, defaults: OcrDefaults, file: Path, *, on_request: bool) -> dict[str, Any]:
    """The models of the modules that are on, and of those that a request may turn on, by field of `PipelineConfig`."""
    wanted = (
        module for module in OPTIONAL_MODULES if module.is_on(defaults) or (on_request and module.can_be_requested)
    )
    named = ((module, _named(parsed, module)) for module in wanted)
    return {module.name: _module(model, file, _key(module)) for module, model in named if model is not None}
