"""Reads PaddleX's pipeline YAML: models, switches and option defaults, by PaddleX's own rules."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from models.config import LayoutConfig, ModuleConfig, PipelineConfig
from models.errors import InvalidOption
from models.options import OcrDefaults, OcrOverrides
from server.config.base import ConfigurationError
from server.config.files import locate
from server.config.lookup import describe
from server.config.paddlex_schema import DocPreprocessor, Module, PipelineFile
from server.config.settings import ModelSettings


def parse_pipeline(document: Mapping[str, object], file: Path) -> PipelineFile:
    """Read the pipeline part of a file.

    Raises:
        ConfigurationError: a key is missing or has a value that cannot work here.
    """
    try:
        return PipelineFile.model_validate(document)
    except ValidationError as error:
        raise ConfigurationError(describe(error, lambda path: f"{file}: {'.'.join(path)}")) from None


def pipeline_config(parsed: PipelineFile, models: ModelSettings, file: Path) -> PipelineConfig:
    """Combine the parsed file with our own model settings. The engine is left to `server.config.engine`.

    With ``optional_modules: as_configured`` a module that the file's switches leave off is not part of the pipeline, as
    in PaddleX: it cannot be asked for. Otherwise every module that the file names can be.

    Raises:
        ConfigurationError: a switch is on for a module that the file does not name, a default is out of range, or a
            model directory is missing.
    """
    doc = parsed.sub_pipelines.doc_preprocessor
    _require_modules(parsed, doc, file)
    on_request = models.optional_modules != "as_configured"
    preprocess = parsed.use_doc_preprocessor or on_request
    lines = parsed.use_textline_orientation or on_request
    return PipelineConfig(
        text_detection=_module(parsed.modules.text_detection, file),
        text_recognition=_module(parsed.modules.text_recognition, file),
        textline_orientation=_optional(parsed.modules.textline_orientation, lines, file),
        doc_orientation=_optional(
            doc.modules.doc_orientation if doc else None,
            preprocess and (on_request or (doc is not None and doc.use_doc_orientation_classify)),
            file,
        ),
        doc_unwarping=_optional(
            doc.modules.doc_unwarping if doc else None,
            preprocess and (on_request or (doc is not None and doc.use_doc_unwarping)),
            file,
        ),
        layout_detection=_layout(parsed, file),
        table_structure=_optional(
            parsed.modules.table_structure, parsed.use_layout_detection and parsed.use_table_recognition, file
        ),
        defaults=_defaults(parsed, doc, file),
        optional=models.optional_modules,
    )


def _require_modules(parsed: PipelineFile, doc: DocPreprocessor | None, file: Path) -> None:
    """Refuse switches that are on without a model, as PaddleX does; it is on where the file is silent."""
    wanted = [
        ("use_textline_orientation", parsed.use_textline_orientation, parsed.modules.textline_orientation is not None,
         "SubModules.TextLineOrientation"),
        ("use_doc_preprocessor", parsed.use_doc_preprocessor, doc is not None, "SubPipelines.DocPreprocessor"),
        ("use_layout_detection", parsed.use_layout_detection, parsed.modules.layout_detection is not None,
         "SubModules.LayoutDetection"),
        ("use_table_recognition", parsed.use_table_recognition, parsed.modules.table_structure is not None,
         "SubModules.TableStructureRecognition"),
        ("use_table_recognition", parsed.use_table_recognition, parsed.use_layout_detection,
         "use_layout_detection: true, which finds the tables,"),
    ]  # fmt: skip
    if parsed.use_doc_preprocessor and doc is not None:
        inner = "SubPipelines.DocPreprocessor."
        wanted += [
            (f"{inner}use_doc_orientation_classify", doc.use_doc_orientation_classify,
             doc.modules.doc_orientation is not None, f"{inner}SubModules.DocOrientationClassify"),
            (f"{inner}use_doc_unwarping", doc.use_doc_unwarping,
             doc.modules.doc_unwarping is not None, f"{inner}SubModules.DocUnwarping"),
        ]  # fmt: skip
    for switch, on, present, key in wanted:
        if on and not present:
            raise ConfigurationError(
                f"{file}: {switch} is on (PaddleX's default where a file does not say), but {key} is missing; "
                f"add it, or set {switch}: false."
            )


def _defaults(parsed: PipelineFile, doc: DocPreprocessor | None, file: Path) -> OcrDefaults:
    detection, recognition = parsed.modules.text_detection, parsed.modules.text_recognition
    defaults = OcrDefaults(
        use_doc_preprocessor=parsed.use_doc_preprocessor,
        use_doc_orientation_classify=doc is not None and doc.use_doc_orientation_classify,
        use_doc_unwarping=doc is not None and doc.use_doc_unwarping,
        use_textline_orientation=parsed.use_textline_orientation,
        use_layout_detection=parsed.use_layout_detection,
        use_table_recognition=parsed.use_table_recognition,
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


def _module(module: Module, file: Path) -> ModuleConfig:
    directory = locate(module.model_dir, file) if module.model_dir else None
    if directory is not None and not directory.is_dir():
        raise ConfigurationError(
            f"{file}: model_dir of {module.model_name}: '{module.model_dir}' is not a directory, neither from the "
            "current directory nor from the file's."
        )
    return ModuleConfig(module.model_name.strip(), directory, module.batch_size)


def _layout(parsed: PipelineFile, file: Path) -> LayoutConfig | None:
    module = parsed.modules.layout_detection
    if module is None or not parsed.use_layout_detection:
        return None
    plain = _module(module, file)
    return LayoutConfig(plain.model_name, plain.model_dir, plain.batch_size, module.threshold)


def _optional(module: Module | None, wanted: bool, file: Path) -> ModuleConfig | None:
    return _module(module, file) if module is not None and wanted else None
