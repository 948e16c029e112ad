"""Writes the configuration in force as YAML, with secrets masked. It has the form of a configuration file.

Each value may have a comment with its source.
"""

from collections.abc import Iterator, Mapping, Sequence

import yaml

from models.config import LayoutConfig, ModuleConfig, PipelineConfig
from models.modules import OPTIONAL_MODULES, OptionalModule
from models.options import OcrDefaults
from server.config.load import SECTION, Configuration
from server.config.lookup import KeyPath
from server.config.paddlex_pipeline import detection_options
from server.config.serving_settings import FileSystemStorage, ServingSettings
from server.config.sources import Sources
from server.printable import printable


def effective_yaml(configuration: Configuration, sources: Sources | None = None) -> str:
    """Write every value in force, in the order of the manual.

    Args:
        configuration: to be written.
        sources: where its values come from, to be told beside each; None leaves that out.
    """
    document = {
        **_pipeline(configuration.pipeline),
        "Serving": _serving(configuration.serving),
        SECTION: configuration.settings.model_dump(mode="json"),
    }
    if sources is None:
        return f"# from {printable(str(configuration.source))}, the environment and the command line\n{_dump(document)}"
    return "".join((f"# {printable(sources.head)}\n", *(f"{line}\n" for line in _with_sources(document, sources))))


def _with_sources(tree: Mapping[str, object], sources: Sources, path: KeyPath = ()) -> Iterator[str]:
    indent = "  " * len(path)
    for key, value in tree.items():
        below = (*path, str(key))
        if isinstance(value, Mapping) and value:
            yield f"{indent}{_dump({key: None}).partition(':')[0]}:"
            yield from _with_sources(value, sources, below)
            continue
        first, *rest = _dump({key: value}).splitlines()
        if rest and not isinstance(value, (list, tuple)):  # a comment would become part of a text of several lines
            yield f"{indent}# {sources.of(below)}"
            yield from (f"{indent}{line}" for line in (first, *rest))
        else:
            yield f"{indent}{first}  # {sources.of(below)}"
            yield from (f"{indent}{line}" for line in rest)


def _dump(tree: Mapping[str, object]) -> str:
    return yaml.safe_dump(dict(tree), sort_keys=False, allow_unicode=True, width=120)


def _pipeline(pipeline: PipelineConfig) -> dict[str, object]:
    defaults = pipeline.defaults
    detection = detection_options(defaults)
    recognition = {"score_thresh": defaults.text_rec_score_thresh, "return_word_box": defaults.return_word_box}
    in_preprocessor = [module for module in OPTIONAL_MODULES if module.in_preprocessor]
    others = [module for module in OPTIONAL_MODULES if not module.in_preprocessor]
    return {
        "pipeline_name": "OCR",
        "text_type": "general",
        "use_doc_preprocessor": defaults.use_doc_preprocessor,
        **_switches(others, defaults),
        "SubPipelines": {
            "DocPreprocessor": {
                **_switches(in_preprocessor, defaults),
                "SubModules": _optional(in_preprocessor, pipeline),
            }
        },
        "SubModules": {
            "TextDetection": _module(pipeline.text_detection) | detection,
            **_optional(others, pipeline),
            "TextRecognition": _module(pipeline.text_recognition) | recognition,
        },
    }


def _switches(modules: Sequence[OptionalModule], defaults: OcrDefaults) -> dict[str, object]:
    return {module.switch: getattr(defaults, module.switch) for module in modules}


def _optional(modules: Sequence[OptionalModule], pipeline: PipelineConfig) -> dict[str, object]:
    configured = ((module.key, module.configured(pipeline)) for module in modules)
    return {key: _module(module) for key, module in configured if module}


def _module(module: ModuleConfig) -> dict[str, object]:
    written: dict[str, object] = {
        "model_name": module.model_name,
        "model_dir": str(module.model_dir) if module.model_dir else None,
        "batch_size": module.batch_size,
    }
    return written | ({"threshold": module.threshold} if isinstance(module, LayoutConfig) else {})


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
