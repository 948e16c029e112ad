"""The fields of a request of PaddleX's document pipelines, without its file: PP-StructureV3's and PaddleOCR-VL's.

Some belong to modules or models that this server lacks. They are checked and have no effect.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from models.options import OcrOverrides
from server.contracts.paddlex_shapes.document_blocks import IGNORED_LABELS
from server.contracts.paddlex_shapes.document_style import PICTURE_FOLDER, DocumentStyle
from server.contracts.paddlex_shapes.lax_fields import LimitTypeText, PositiveOrZero, Probability, SideOrZero, Text
from server.contracts.paddlex_shapes.parameters import ReadingParameters

MOST_LABELS = 100
"""So many labels a request may name."""

Ratio = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Ratios = Ratio | Annotated[tuple[Ratio, Ratio], Field()]
MergeMode = Literal["large", "small", "union"]
ClassId = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(gt=0)]


def _no_writer(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name != "docx":
            raise PydanticCustomError("value_error", "Value error, Input should be 'docx'")
        raise PydanticCustomError("value_error", "Value error, 'docx' is not available on this server")
    return names


def _one_of(*names: str) -> AfterValidator:
    known = ", ".join(f"'{name}'" for name in names)

    def check(value: str) -> str:
        if value not in names:
            raise PydanticCustomError("value_error", "Value error, Input should be one of {known}", {"known": known})
        return value

    return AfterValidator(check)


def _within(is_allowed: Callable[[float], bool], bounds: str) -> AfterValidator:
    def check(value: float) -> float:
        if not math.isfinite(value) or not is_allowed(value):
            raise PydanticCustomError("value_error", "Value error, Input should be {bounds}", {"bounds": bounds})
        return value

    return AfterValidator(check)


class DocumentParameters(ReadingParameters):
    """All fields but the file. ``None`` is absent."""

    layout_threshold: Probability | dict[ClassId, Probability] | None = None
    layout_nms: bool | None = None
    layout_unclip_ratio: Ratios | dict[ClassId, Ratios] | None = None
    layout_merge_bboxes_mode: MergeMode | dict[ClassId, MergeMode] | None = None
    format_block_content: bool | None = None
    markdown_ignore_labels: Annotated[tuple[Text, ...], Field(max_length=MOST_LABELS)] | None = None
    prettify_markdown: bool | None = None
    show_formula_number: bool | None = None
    return_markdown_images: bool | None = None
    output_formats: Annotated[tuple[str, ...], AfterValidator(_no_writer)] | None = None
    use_chart_recognition: bool | None = None
    use_seal_recognition: bool | None = None
    # PP-StructureV3's own.
    use_table_recognition: bool | None = None
    use_formula_recognition: bool | None = None
    use_region_detection: bool | None = None
    seal_det_limit_side_len: SideOrZero | None = None
    seal_det_limit_type: LimitTypeText | None = None
    seal_det_thresh: PositiveOrZero | None = None
    seal_det_box_thresh: PositiveOrZero | None = None
    seal_det_unclip_ratio: PositiveOrZero | None = None
    seal_rec_score_thresh: Probability | None = None
    use_wired_table_cells_trans_to_html: bool = False  # PaddleX refuses null here
    use_wireless_table_cells_trans_to_html: bool = False
    use_table_orientation_classify: bool | None = None
    use_ocr_results_with_table_cells: bool | None = None
    use_e2e_wired_table_rec_model: bool | None = Field(None, alias="useE2eWiredTableRecModel")
    use_e2e_wireless_table_rec_model: bool | None = Field(None, alias="useE2eWirelessTableRecModel")
    # PaddleOCR-VL's own.
    use_layout_detection: bool | None = None
    use_ocr_for_image_block: bool | None = None
    layout_shape_mode: Annotated[str, _one_of("rect", "quad", "poly", "auto")] | None = None
    prompt_label: Annotated[str, _one_of("ocr", "formula", "table", "chart", "seal", "spotting")] | None = None
    repetition_penalty: Annotated[float, _within(lambda value: value > 0, "greater than 0")] | None = None
    temperature: Annotated[float, _within(lambda value: value >= 0, "greater than or equal to 0")] | None = None
    top_p: Annotated[float, _within(lambda value: 0 < value <= 1, "greater than 0 and at most 1")] | None = None
    min_pixels: Positive | None = None
    max_pixels: Positive | None = None
    max_new_tokens: Positive | None = None
    merge_layout_blocks: bool | None = None
    vlm_extra_args: dict[str, object] | None = None
    restructure_pages: bool | None = None
    merge_tables: bool | None = None
    relevel_titles: bool | None = None
    visualize: bool | None = None
    log_id: Text | None = None

    def overrides(self) -> OcrOverrides:
        """The parameters that the pipeline takes. The page's structure is always wanted."""
        return replace(super().overrides(), structure=True)

    def style(self, *, vision_language: bool = False, picture_folder: str = PICTURE_FOLDER) -> DocumentStyle:
        """The form of the pages that the request wants.

        Args:
            vision_language: whether they have the shape of PaddleOCR-VL.
            picture_folder: the begin of the pictures' names.
        """
        ignored = self.markdown_ignore_labels
        return DocumentStyle(
            tables=self.use_table_recognition is not False,
            format_block_content=bool(self.format_block_content),
            ignored_labels=IGNORED_LABELS if ignored is None else ignored,
            pretty=self.prettify_markdown is not False,
            markdown_images=self.return_markdown_images is not False,
            vision_language=vision_language,
            picture_folder=picture_folder,
            layout_threshold=self._thresholds(),
        )

    def unavailable(self) -> Iterator[str]:
        """The modules that the request asks for, and that this server lacks: a sentence for each."""
        asked = {
            "formula": self.use_formula_recognition,
            "chart": self.use_chart_recognition,
            "seal": self.use_seal_recognition,
        }
        for name, wanted in asked.items():
            if wanted:
                yield f"{name} recognition is not available"

    def _thresholds(self) -> float | Mapping[int, float]:
        given = self.layout_threshold
        return given if isinstance(given, dict) else given or 0.0
