"""The files of a finished job: a line of JSON for each page, and the Markdown of the whole document."""

import re
from collections.abc import Callable
from typing import Any

from server.contracts.paddleocr_jobs.envelope import encode
from server.contracts.paddleocr_jobs.kept_page import DocumentNote, KeptPage
from server.contracts.paddlex_shapes.page_part import data_info
from server.decode.document import DocumentInfo

Link = Callable[[str], str]
"""Gives the address of a page's picture by its name."""

_REFERENCE = re.compile(r'(?P<begin>src="|\]\()(?P<name>img_in_[a-z_]+_box_[0-9_]+(?:p[0-9]+)?\.jpg)(?P<end>"|\))')


def result_line(page: KeptPage, number: int, log_id: str, document: DocumentNote, link: Link) -> bytes:
    """A page as one line of JSON, without its line end. It describes this page alone.

    Args:
        page: the page.
        number: of the page, from 1 on.
        log_id: of the job.
        document: the facts of the document.
        link: gives the address of a picture.
    """
    item = _item(page, link)
    shown = [link(page.preprocessed)] if page.preprocessed else []
    about = {"dataInfo": _page_info(document.info, number), "preprocessedImages": shown}
    results = "ocrResults" if page.markdown is None else "layoutParsingResults"
    return b"".join(
        (
            b'{"logId":' + encode(log_id) + b',"result":{"' + results.encode() + b'":[{"prunedResult":',
            page.pruned,
            b"," + encode(item)[1:-1] if item else b"",
            b"}]," + encode(about)[1:-1] + b'},"errorCode":0,"errorMsg":"Success"}',
        )
    )


def linked_markdown(page: KeptPage, link: Link) -> str:
    """The Markdown of a page, whose pictures are addresses."""
    names = set(page.images)
    return _REFERENCE.sub(
        lambda found: f"{found['begin']}{link(found['name'])}{found['end']}" if found["name"] in names else found[0],
        page.markdown or "",
    )


def _item(page: KeptPage, link: Link) -> dict[str, Any]:
    drawn = {field: link(name) for field, name in page.drawn.items()}
    shown = {"inputImage": link(page.input_image)} if page.input_image else {}
    if page.markdown is None:
        return {**drawn, **shown}
    markdown: dict[str, object] = {"text": page.markdown}
    if not page.vision:
        markdown |= {"isStart": page.is_start, "isEnd": page.is_end}
    markdown["images"] = {name: link(name) for name in page.images}
    return {"markdown": markdown, "outputImages": drawn, **shown}


def _page_info(info: DocumentInfo, number: int) -> dict[str, object]:
    """The outline of one page, as if the document had no others."""
    one = DocumentInfo(info.kind, 1, 1, (info.sizes[number - 1],))
    return data_info(one)
