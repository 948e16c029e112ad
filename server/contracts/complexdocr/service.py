"""From an admitted body to the answer."""

import time

from litestar import Response

from models.options import OcrOverrides
from server.admission.requests import Ticket
from server.config.contract_settings import ComplexDocumentSettings
from server.contracts.base import AnyRequest
from server.contracts.complexdocr.content import PageContent, page_content
from server.contracts.complexdocr.errors import OUT_OF_RANGE, SUCCESS, Refused
from server.contracts.complexdocr.pictures import FigurePlan
from server.contracts.complexdocr.request import DOCUMENT, Call, Wishes, check_file, parse_call
from server.contracts.complexdocr.response import Envelope, words_result
from server.decode.document import DocumentInfo
from server.intake.raw_file import RawFile
from server.runtime import Runtime
from server.service import RecognizedPage
from server.storage.base import new_document_id
from server.telemetry.record import RequestRecord, record_of

MIN_SIDE = 15
"""Pixels of an image's shortest side."""


class DocumentService:
    """Reads documents for this contract.

    Args:
        runtime: the running server.
        settings: the contract's.
    """

    def __init__(self, runtime: Runtime, settings: ComplexDocumentSettings) -> None:
        self._runtime = runtime
        self._settings = settings

    async def answer(self, request: AnyRequest, begun: float, ticket: Ticket, body: list[bytes]) -> Response[bytes]:
        """Answer one request.

        Args:
            request: its body was read.
            begun: `time.perf_counter` at its begin.
            ticket: charged with what is kept for it.
            body: holds the body, and is emptied.
        """
        deadline = self._runtime.deadline()
        record = record_of(request.scope)  # type: ignore[arg-type]
        workers = self._runtime.workers
        call = await workers.run(parse_call, body.pop(), record, self._settings.max_file_bytes)
        pages = await self._read(call, deadline, ticket, self._figures(request, call.wishes), record)
        content = await workers.run(
            _encode, Envelope(record.log_id or "", self._settings.flag_as_string), call.wishes, pages, begun
        )
        return Response(content, status_code=200, media_type="application/json")

    async def _read(
        self, call: Call, deadline: float, ticket: Ticket, figures: FigurePlan | None, record: RequestRecord
    ) -> tuple[PageContent, ...]:
        raw = await self._open(call, ticket)
        points: list[tuple[float, float] | None] = []

        def choose(info: DocumentInfo) -> range:
            points.extend(info.points or [None] * info.processed_pages)
            return self._all_pages(info)

        async def finish(page: RecognizedPage) -> PageContent:
            record.pages += 1
            link = None if figures is None else figures.link
            size = points[page.page.index]
            content = await self._runtime.workers.run(page_content, page, size, call.wishes.html_escape, link)
            ticket.add_bytes(sum(len(piece.picture or "") for piece in content.pieces))
            return content

        document = await self._runtime.recognizer.recognize(
            raw,
            self._overrides(call.wishes),
            finish,
            max_pages=self._settings.max_pages,
            deadline=deadline,
            choose=choose,
        )
        return document.pages

    async def _open(self, call: Call, ticket: Ticket) -> RawFile:
        if isinstance(call.source, bytes):
            return RawFile(call.source, call.kind, flatten=True)
        data = await self._runtime.fetcher.fetch(call.source, ticket.add_bytes)
        check_file(data, call.kind, self._settings.max_file_bytes)
        return RawFile(data, call.kind, flatten=True)

    def _all_pages(self, info: DocumentInfo) -> range:
        """Every page or, where that is more than may be, none at all."""
        if info.total_pages > min(self._settings.max_pages, info.processed_pages):
            raise Refused(OUT_OF_RANGE)
        if info.kind != "pdf" and min(info.sizes[0]) < MIN_SIDE:
            raise Refused(OUT_OF_RANGE)
        return range(info.total_pages)

    def _overrides(self, wishes: Wishes) -> OcrOverrides:
        """Places on the page must be places on the submitted page: it may be turned, but not flattened."""
        if wishes.output_format != DOCUMENT:
            return OcrOverrides(structure=True)
        defaults = self._runtime.pipeline.defaults
        turn = defaults.use_doc_preprocessor and defaults.use_doc_orientation_classify
        return OcrOverrides(use_doc_orientation_classify=turn, use_doc_unwarping=False, structure=True)

    def _figures(self, request: AnyRequest, wishes: Wishes) -> FigurePlan | None:
        if not wishes.pictures:
            return None
        publisher = self._runtime.publisher if wishes.output_format == DOCUMENT else None
        limit = self._runtime.configuration.serving.max_output_img_size
        return FigurePlan(publisher, new_document_id(), self._runtime.link_base(request), limit)


def _encode(envelope: Envelope, wishes: Wishes, pages: tuple[PageContent, ...], begun: float) -> bytes:
    content = words_result(pages, wishes, time.perf_counter() - begun)
    return envelope.encode(SUCCESS, time.perf_counter() - begun, content)
