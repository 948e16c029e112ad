"""One item of ``layoutParsingResults`` as JSON, with its pictures as base64 or links.

It is made as soon as the page is read, in a thread: analysing, drawing and encoding cost CPU.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.contracts.layout_parsing.response import to_json
from server.contracts.paddlex_shapes.document_part import DocumentPart, document_part
from server.contracts.paddlex_shapes.document_style import PICTURE_FOLDER, DocumentStyle
from server.contracts.paddlex_shapes.page_part import PicturePlan
from server.service import RecognizedPage
from server.storage.base import Picture

INPUT = "inputImage"


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """The wishes of a request about each page.

    Attributes:
        style: the form of the pages.
        visualize: whether pictures show how they were read.
        zeros: values of ``text_det_params`` that the request gave and that meant the default.
        pictures: how pictures are made.
    """

    style: DocumentStyle
    visualize: bool
    zeros: Mapping[str, float]
    pictures: PicturePlan


def page_item(page: RecognizedPage, plan: ItemPlan) -> bytes:
    """Make a page's item, with its keys in the contract's order. What was not produced is absent.

    Raises:
        PictureEncodingFailed: the page is too long for a picture.
        PictureTooLarge, PicturesNotKept: the storage does not take a picture.
    """
    pictures = plan.pictures
    part = document_part(page, plan.style, visualize=plan.visualize, limit=pictures.size_limit, zeros=plan.zeros)
    shown = pictures.publisher.publish(_pictures(part, page.page.index), pictures.document_id, pictures.link_base)
    item: dict[str, object] = {"prunedResult": part.pruned, "markdown": _markdown(part, plan.style, shown)}
    if part.drawn:
        item["outputImages"] = {name: shown[name] for name in part.drawn}
    if part.input_image is not None:
        item[INPUT] = shown[INPUT]
    return to_json(item)


def _markdown(part: DocumentPart, style: DocumentStyle, shown: Mapping[str, str]) -> dict[str, object]:
    markdown: dict[str, object] = {"text": part.markdown}
    if not style.vision_language:
        markdown |= {"isStart": part.is_start, "isEnd": part.is_end}
    if style.markdown_images:
        markdown["images"] = {name: shown[name] for name in part.images}
    return markdown


def _pictures(part: DocumentPart, page_index: int) -> Iterator[Picture]:
    """The page's pictures with the names under which they are kept."""
    for name, jpeg in part.images.items():
        yield Picture(name, name.removeprefix(PICTURE_FOLDER), jpeg)
    for name, jpeg in part.drawn.items():
        yield Picture(name, f"{name}_{page_index}.jpg", jpeg)
    if part.input_image is not None:
        yield Picture(INPUT, f"input_img_{page_index}.jpg", part.input_image)
