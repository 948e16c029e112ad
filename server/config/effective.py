"""Writes the configuration in force as YAML that could be a configuration file itself, with secrets masked."""

import yaml

from models.config import ModuleConfig, PipelineConfig
from server.config.load import SECTION, Configuration
from server.config.serving_settings import FileSystemStorage, ServingSettings


def effective_yaml(configuration: Configuration) -> str:
    """Dump every value in force, in the order of the manual."""
    document = {
        **_pipeline(configuration.pipeline),
        "Serving": _serving(configuration.serving),
        SECTION: configuration.settings.model_dump(mode="json"),
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    return f"# from {configuration.source}, the environment and the command line\n{text}"


def _pipeline(pipeline: PipelineConfig) -> dict[str, object]:
    defaults = pipeline.defaults
    doc_modules = {"DocOrientationClassify": pipeline.doc_orientation, "DocUnwarping": pipeline.doc_unwarping}
    detection = {
        "limit_side_len": defaults.text_det_limit_side_len,
        "limit_type": defaults.text_det_limit_type,
        "max_side_limit": defaults.text_det_max_side_limit,
        "thresh": defaults.text_det_thresh,
        "box_thresh": defaults.text_det_box_thresh,
        "unclip_ratio": defaults.text_det_unclip_ratio,
    }
    recognition = {"score_thresh": defaults.text_rec_score_thresh, "return_word_box": defaults.return_word_box}
    modules = {"TextDetection": _module(pipeline.text_detection) | detection}
    if pipeline.textline_orientation:
        modules["TextLineOrientation"] = _module(pipeline.textline_orientation)
    if pipeline.layout_detection:
        threshold = {"threshold": pipeline.layout_detection.threshold}
        modules["LayoutDetection"] = _module(pipeline.layout_detection) | threshold
    if pipeline.table_structure:
        modules["TableStructureRecognition"] = _module(pipeline.table_structure)
    modules["TextRecognition"] = _module(pipeline.text_recognition) | recognition
    return {
        "pipeline_name": "OCR",
        "text_type": "general",
        "use_doc_preprocessor": defaults.use_doc_preprocessor,
        "use_textline_orientation": defaults.use_textline_orientation,
        "use_layout_detection": defaults.use_layout_detection,
        "use_table_recognition": defaults.use_table_recognition,
        "SubPipelines": {
            "DocPreprocessor": {
                "use_doc_orientation_classify": defaults.use_doc_orientation_classify,
                "use_doc_unwarping": defaults.use_doc_unwarping,
                "SubModules": {key: _module(module) for key, module in doc_modules.items() if module},
            }
        },
        "SubModules": modules,
    }


def _module(module: ModuleConfig) -> dict[str, object]:
    return {
        "model_name": module.model_name,
        "model_dir": str(module.model_dir) if module.model_dir else None,
        "batch_size": module.batch_size,
    }


def _serving(serving: ServingSettings) -> dict[str, object]:
    extra: dict[str, object] = {
        "max_num_input_imgs": serving.max_num_input_imgs,
        "max_output_img_size": list(serving.max_output_img_size) if serving.max_output_img_size else None,
        "url_expires_in": serving.url_expires_in,
    }
    if isinstance(serving.file_storage, FileSystemStorage):
        extra["file_storage"] = {"type": "file_system", "directory": str(serving.file_storage.directory)}
    elif serving.file_storage:
        extra["file_storage"] = {"type": "memory"}
    return {"visualize": serving.visualize, "return_urls": serving.return_urls, "extra": extra}
