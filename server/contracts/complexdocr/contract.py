"""Puts the contract together: its route and the shape of its errors."""

import time
from functools import partial

from litestar import Response, post

from server.admission.caller_limits import CallerLimits
from server.contracts.base import AnyRequest, Contract
from server.contracts.complexdocr.access import Access
from server.contracts.complexdocr.errors import code_of, status_of
from server.contracts.complexdocr.openapi import openapi_paths
from server.contracts.complexdocr.response import Envelope
from server.contracts.complexdocr.service import DocumentService
from server.contracts.front_desk import admitted
from server.errors import RequestError
from server.http.auth import PUBLIC
from server.runtime import Runtime
from server.telemetry.record import record_of

PATH = "/aipaas/ocr/v1/identify/complexDOcr"
OWNED = "/aipaas/"
BODY_PER_FILE, BODY_SLACK_BYTES = 4, 64 * 1024
"""Bodies up to so many times the largest file are read, so that a file too large is told with its ``seqid``."""
_BEGUN = "complexdocr_begun"


def build_complexdocr(runtime: Runtime) -> Contract:
    """Build the contract."""
    settings = runtime.configuration.settings.contracts.complexdocr
    service = DocumentService(runtime, settings)
    access = Access(settings)
    limits = CallerLimits(settings)
    max_body_bytes = BODY_PER_FILE * settings.max_file_bytes + BODY_SLACK_BYTES

    @post(PATH, status_code=200, media_type="application/json", request_max_body_size=None, opt={PUBLIC: True})
    async def complex_document_ocr(request: AnyRequest) -> Response[bytes]:
        """Read a document."""
        begun = request.scope["state"][_BEGUN] = time.perf_counter()
        with limits.enter(access.caller(request), record_of(request.scope)):  # type: ignore[arg-type]
            answer = partial(service.answer, request, begun)
            return await admitted(request, runtime, answer, max_body_bytes=max_body_bytes)

    def answer_error(request: AnyRequest, error: RequestError) -> Response[bytes]:
        begun = request.scope["state"].get(_BEGUN)
        seconds = 0.0 if begun is None else time.perf_counter() - begun
        record = record_of(request.scope)  # type: ignore[arg-type]
        content = Envelope(record.log_id or "", settings.flag_as_string).encode(code_of(error), seconds)
        return Response(content, status_code=status_of(error), media_type="application/json")

    return Contract("complexdocr", (complex_document_ocr,), (OWNED,), answer_error, openapi_paths(PATH))
