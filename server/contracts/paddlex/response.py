"""The answer of `POST /ocr`: exact keys, order and number types, nothing null, compact JSON."""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO

from server.contracts.paddlex.liteparse import results_of
from server.contracts.paddlex_shapes.page_part import PagePart, data_info, page_item, settled_parts
from server.decode.document import DocumentInfo

SUCCESS = {"errorCode": 0, "errorMsg": "Success"}


def encode_answer(
    log_id: str,
    info: DocumentInfo,
    pages: Sequence[PagePart],
    diagnostics: Mapping[str, object] | None = None,
    *,
    liteparse: bool = False,
) -> bytes:
    """The whole answer as UTF-8 JSON, with diagnostics if there are any, and the key ``results`` for LiteParse."""
    answer = BytesIO()
    answer.write(b'{"logId":' + _json(log_id) + b',"result":{"ocrResults":[')
    # Page by page, because one call of the encoder for all of them would hold up the event loop.
    for number, page in enumerate(settled_parts(pages)):
        answer.write(b"," if number else b"")
        answer.write(_json(page_item(page)))
    answer.write(b'],"dataInfo":' + _json(data_info(info)))
    if diagnostics is not None:
        answer.write(b',"diagnostics":' + _json(diagnostics))
    more = {"results": results_of(pages)} if liteparse else {}
    answer.write(b"}," + _json({**SUCCESS, **more})[1:])
    return answer.getvalue()


def encode_page(log_id: str, page: PagePart) -> bytes:
    """One page of an answer that is sent page by page, as UTF-8 JSON on one line."""
    return _json({"logId": log_id, "result": {"ocrResults": [page_item(page)]}, **SUCCESS})


def encode_end(log_id: str, info: DocumentInfo, diagnostics: Mapping[str, object] | None = None) -> bytes:
    """The end of an answer that is sent page by page, as UTF-8 JSON on one line."""
    more = {} if diagnostics is None else {"diagnostics": diagnostics}
    return _json({"logId": log_id, "result": {"dataInfo": data_info(info), **more}, **SUCCESS})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
