"""`POST /ocr`: the PP-OCRv5 service contract."""

from functools import partial
from typing import Any

from litestar import Request, Response, post

from server.admission.requests import Ticket
from server.contracts.front_desk import admitted
from server.contracts.paddlex.body import parse_call
from server.contracts.paddlex.errors import new_log_id
from server.contracts.paddlex.request import OcrParameters, OutputFormat
from server.contracts.paddlex.response import PageAnswer, PicturePlan, encode_answer, page_answer
from server.intake.raw_file import RawFile
from server.runtime import Runtime, RuntimeDependency
from server.service import RecognizedPage
from server.storage.base import new_document_id
from server.telemetry.record import RequestRecord, record_of

PAGES_HEADER = "X-Document-Pages"

OcrRequest = Request[Any, Any, Any]


@post("/ocr", status_code=200, media_type="application/json", request_max_body_size=None, name="ocr")
async def ocr(request: OcrRequest, runtime: RuntimeDependency) -> Response[bytes]:
    """Read the text of an image, a PDF or a TIFF."""
    caller = runtime.authenticator.caller(request.headers.get("authorization"))
    with runtime.caller_limits.enter(caller, record_of(request.scope)):  # type: ignore[arg-type]
        return await admitted(request, runtime, partial(_answer, request, runtime))


async def _answer(request: OcrRequest, runtime: Runtime, ticket: Ticket, body: list[bytes]) -> Response[bytes]:
    deadline = runtime.deadline()
    record = record_of(request.scope)  # type: ignore[arg-type]
    parameters, raw = await _take_in(request, runtime, ticket, body.pop())
    document = await runtime.recognizer.recognize(
        raw,
        parameters.overrides(),
        partial(_finish, runtime, record, _pictures(request, runtime, parameters), parameters.output_formats or ()),
        max_pages=runtime.configuration.serving.max_num_input_imgs,
        deadline=deadline,
    )
    log_id = record.log_id or new_log_id()
    content = await runtime.workers.run(encode_answer, log_id, document.info, document.pages)
    pages = f"{document.info.processed_pages}/{document.info.total_pages}"
    return Response(content, status_code=200, media_type="application/json", headers={PAGES_HEADER: pages})


async def _take_in(request: OcrRequest, runtime: Runtime, ticket: Ticket, body: bytes) -> tuple[OcrParameters, RawFile]:
    record = record_of(request.scope)  # type: ignore[arg-type]
    content_type = request.headers.get("content-type", "")
    call = await runtime.workers.run(parse_call, body, content_type, dict(request.query_params.items()), record)
    raw = await runtime.intake.open(call.file, call.parameters.file_type, ticket.add_bytes)
    return call.parameters, raw


async def _finish(
    runtime: Runtime,
    record: RequestRecord,
    pictures: PicturePlan | None,
    formats: tuple[OutputFormat, ...],
    page: RecognizedPage,
) -> PageAnswer:
    record.pages += 1
    return await runtime.workers.run(page_answer, page, pictures, formats)


def _pictures(request: OcrRequest, runtime: Runtime, parameters: OcrParameters) -> PicturePlan | None:
    serving = runtime.configuration.serving
    wanted = serving.visualize if parameters.visualize is None else parameters.visualize
    if not wanted:
        return None
    return PicturePlan(runtime.publisher, new_document_id(), runtime.link_base(request), serving.max_output_img_size)
