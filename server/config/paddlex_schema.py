"""The schema of the keys of PaddleX's pipeline YAML that this server uses, with PaddleX's own defaults.

Other keys are kept in ``model_extra``, so that the start log can list them once. Numbers stay integer or float as they
are written, because answers echo them.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.options import LimitType
from server.config.values import (
    Count,
    FolderPath,
    Lifetime,
    ModelName,
    Real,
    RealAsWritten,
    Side,
    Whole,
    WrittenFolderPath,
)

MAX_DETECTION_SIDE = 16_384
"""Pixels of a page's longer side in the detector. A square of this side already takes gigabytes."""

Ratio = Annotated[RealAsWritten, Field(gt=0, le=1000)]


LinkSeconds = Lifetime | Literal[-1]
"""-1 is `server.config.serving_settings.NEVER_EXPIRES`."""


Score = Annotated[Real, Field(ge=0, le=1)]


class Part(BaseModel):
    """A mapping of the file. Its unknown keys are kept in ``model_extra``."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)


class Module(Part):
    """Any model of the pipeline. ``module_name`` only repeats its key in the file."""

    module_name: str | None = None
    model_name: ModelName
    model_dir: FolderPath | None = None
    batch_size: Annotated[Whole, Field(ge=1, le=1024)] = 1


class TextDetection(Module):
    """The detector."""

    limit_side_len: Side = 960
    limit_type: LimitType = "max"
    max_side_limit: Annotated[Whole, Field(ge=1, le=MAX_DETECTION_SIDE)] = 4000
    thresh: Ratio = 0.3
    box_thresh: Ratio = 0.6
    unclip_ratio: Ratio = 2.0


class TextRecognition(Module):
    """The recogniser."""

    score_thresh: Annotated[RealAsWritten, Field(ge=0, le=1)] = 0
    return_word_box: bool = False


class LayoutDetection(Module):
    """The layout model. ``threshold`` is the lowest score, for all classes or for each class by its number."""

    threshold: Score | dict[Annotated[Whole, Field(ge=0, le=1000)], Score] | None = None


class SubModules(Part):
    """The pipeline's own models."""

    text_detection: TextDetection = Field(alias="TextDetection")
    text_recognition: TextRecognition = Field(alias="TextRecognition")
    textline_orientation: Module | None = Field(default=None, alias="TextLineOrientation")
    layout_detection: LayoutDetection | None = Field(default=None, alias="LayoutDetection")
    table_structure: Module | None = Field(default=None, alias="TableStructureRecognition")


class DocModules(Part):
    """The document preprocessor's models."""

    doc_orientation: Module | None = Field(default=None, alias="DocOrientationClassify")
    doc_unwarping: Module | None = Field(default=None, alias="DocUnwarping")


class DocPreprocessor(Part):
    """The document preprocessor."""

    pipeline_name: str | None = None
    use_doc_orientation_classify: bool = True
    use_doc_unwarping: bool = True
    modules: DocModules = Field(default_factory=DocModules, alias="SubModules")


class SubPipelines(Part):
    """The only pipeline inside the pipeline."""

    doc_preprocessor: DocPreprocessor | None = Field(default=None, alias="DocPreprocessor")


class PipelineFile(Part):
    """A PaddleX ``OCR`` pipeline, with the layout models of ``PP-StructureV3`` as an extension.

    Text on seals (``text_type: seal``) needs other models and is not offered.
    """

    pipeline_name: Literal["OCR"] = "OCR"
    text_type: Literal["general"] = "general"
    use_doc_preprocessor: bool = True
    use_textline_orientation: bool = True
    use_layout_detection: bool = False
    use_table_recognition: bool = False
    sub_pipelines: SubPipelines = Field(default_factory=SubPipelines, alias="SubPipelines")
    modules: SubModules = Field(alias="SubModules")


class FileStoragePart(Part):
    """The storage of picture files."""

    type: str
    directory: WrittenFolderPath | None = None


class ServingExtra(Part):
    """PaddleX's ``Serving.extra``."""

    max_num_input_imgs: Count | None = 10
    file_storage: FileStoragePart | None = None
    return_img_urls: bool | None = None
    url_expires_in: LinkSeconds | None = None
    max_output_img_size: tuple[Side, Side] | None = (2000, 2000)


class ServingFile(Part):
    """PaddleX's ``Serving``."""

    visualize: bool = True
    return_urls: bool | None = None
    extra: ServingExtra | None = None


def unknown_keys(part: Part, prefix: str = "") -> list[str]:
    """List the full paths of all keys below a part that have no effect here."""
    found = [prefix + key for key in part.model_extra or {}]
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if isinstance(value, Part):
            found += unknown_keys(value, f"{prefix}{field.alias or name}.")
    return found
