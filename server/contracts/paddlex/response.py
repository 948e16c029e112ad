"""The answer of `POST /ocr`: exact keys, order and number types, nothing null, compact JSON.

Pages are turned into their part of the answer one by one, as they are read, in threads: drawing and encoding cost CPU.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from models.document import PageResult
from models.layout.analyse import analyse_layout
from server.contracts.paddlex.request import OutputFormat
from server.contracts.paddlex_shapes.pictures import draw_page
from server.contracts.paddlex_shapes.pruned import pruned_result
from server.decode.document import DocumentInfo
from server.export.markdown import page_markdown
from server.export.text import page_text
from server.service import RecognizedPage
from server.storage.publisher import PicturePublisher

PICTURE_FIELDS = ("ocrImage", "docPreprocessingImage", "inputImage")


@dataclass(frozen=True, slots=True)
class PicturePlan:
    """What to do with the pictures of one document.

    Attributes:
        publisher: keeps them where configured, and makes the values of their fields.
        document_id: the name under which they are kept; never made from the caller's words.
        link_base: what links begin with.
        size_limit: width and height that they are scaled down to, or None.
    """

    publisher: PicturePublisher
    document_id: str
    link_base: str
    size_limit: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """One item of ``ocrResults``.

    Attributes:
        pruned: the contract's ``prunedResult``.
        pictures: base64 or link by field; empty where no pictures were asked for.
        texts: the page as Markdown or plain text by field; empty where neither was asked for.
    """

    pruned: dict[str, object]
    pictures: dict[str, str]
    texts: dict[str, str]


def page_answer(page: RecognizedPage, plan: PicturePlan | None, formats: Collection[OutputFormat] = ()) -> PageAnswer:
    """Turn a page into its part of the answer. Draws, encodes and may write files: call it in a thread.

    Args:
        page: the page and what was read on it.
        plan: None draws no pictures.
        formats: other forms of the text that were asked for.
    """
    pictures: dict[str, str] = {}
    if plan is not None:
        drawn = draw_page(page.page, page.result, plan.size_limit)
        pictures = plan.publisher.publish(drawn, plan.document_id, plan.link_base)
    return PageAnswer(pruned_result(page.result), pictures, _texts(page.result, formats))


def _texts(result: PageResult, formats: Collection[OutputFormat]) -> dict[str, str]:
    if not formats:
        return {}
    layout = analyse_layout(result.preprocessed.image, result.lines, result.regions)
    texts: dict[str, str] = {}
    if "markdown" in formats:
        texts["markdown"] = page_markdown(result.lines, layout, escape=True, figure=None)
    if "text" in formats:
        texts["text"] = page_text(result.lines, layout)
    return texts


def encode_answer(log_id: str, info: DocumentInfo, pages: Sequence[PageAnswer]) -> bytes:
    """The whole answer as UTF-8 JSON."""
    answer = {
        "logId": log_id,
        "result": {"ocrResults": [_item(page) for page in pages], "dataInfo": data_info(info)},
        "errorCode": 0,
        "errorMsg": "Success",
    }
    return json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")


def data_info(info: DocumentInfo) -> dict[str, object]:
    """Describe the input file: pixel sizes as decoded, and of the processed pages only."""
    sizes = [{"width": width, "height": height} for width, height in info.sizes]
    if info.kind == "image":
        return {**sizes[0], "type": "image"}
    return {"numPages": len(sizes), "pages": sizes, "type": info.kind}


def _item(page: PageAnswer) -> dict[str, object]:
    shown = {field: page.pictures[field] for field in PICTURE_FIELDS if field in page.pictures}
    return {"prunedResult": page.pruned, **shown, **page.texts}
