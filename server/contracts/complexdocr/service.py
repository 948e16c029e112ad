"""What the contract's call does."""

import time

from litestar import Response

from models.options import OcrOverrides
from server.config.contract_settings import ComplexDocumentSettings
from server.contracts.base import AnyRequest
from server.contracts.complexdocr.access import Access
from server.contracts.complexdocr.content import PageContent, page_content
from server.contracts.complexdocr.errors import OUT_OF_RANGE, SUCCESS, Refused
from server.contracts.complexdocr.pictures import FigurePlan
from server.contracts.complexdocr.request import DOCUMENT, Call, Wishes, check_file, parse_call
from server.contracts.complexdocr.response import Envelope, words_result
from server.contracts.front_desk import FrontDesk, Reading, Visit
from server.decode.document import DocumentInfo
from server.intake.raw_file import RawFile
from server.runtime import Runtime
from server.service import RecognizedPage
from server.storage.base import new_document_id

MIN_SIDE = 15
"""Pixels of an image's shortest side."""
BODY_PER_FILE, BODY_SLACK_BYTES = 4, 64 * 1024
"""Bodies up to so many times the largest file are read, so that a file too large is told with its ``seqid``."""


class DocumentService:
    """Reads documents for this contract.

    Args:
        desk: admits requests and reads their documents.
        runtime: the running server.
        settings: the contract's.
    """

    def __init__(self, desk: FrontDesk, runtime: Runtime, settings: ComplexDocumentSettings) -> None:
        self._desk = desk
        self._runtime = runtime
        self._settings = settings
        self._access = Access(settings)

    async def recognize(self, request: AnyRequest) -> Response[bytes]:
        """Read a document."""
        cap = BODY_PER_FILE * self._settings.max_file_bytes + BODY_SLACK_BYTES
        return await self._desk.serve(request, self._answer, caller=self._access.caller(request), max_body_bytes=cap)

    async def _answer(self, visit: Visit) -> Response[bytes]:
        record = visit.record
        call = await visit.in_thread(parse_call, visit.take_body(), record, self._settings.max_file_bytes)
        pages = await self._read(call, visit)
        envelope = Envelope(record.log_id or "", self._settings.flag_as_string)
        content = await visit.in_thread(_encode, envelope, call.wishes, pages, record.begun)
        return Response(content, media_type="application/json")

    async def _read(self, call: Call, visit: Visit) -> tuple[PageContent, ...]:
        raw = await self._open(call, visit)
        figures = self._figures(call.wishes, visit)
        points: list[tuple[float, float] | None] = []

        def choose(info: DocumentInfo) -> range:
            points.extend(info.points or [None] * info.processed_pages)
            return self._all_pages(info)

        def make(page: RecognizedPage) -> PageContent:
            link = None if figures is None else figures.link
            return page_content(page, points[page.page.index], call.wishes.html_escape, link)

        def keep(content: PageContent) -> PageContent:
            visit.hold_bytes(sum(len(piece.picture or "") for piece in content.pieces))
            return content

        reading = Reading(self._overrides(call.wishes), self._settings.max_pages, choose=choose)
        document = await visit.read(raw, reading, make, keep=keep)
        return document.pages

    async def _open(self, call: Call, visit: Visit) -> RawFile:
        if isinstance(call.source, bytes):
            return RawFile(call.source, call.kind, composite_alpha=True)
        data = await visit.fetch(call.source)
        check_file(data, call.kind, self._settings.max_file_bytes)
        return RawFile(data, call.kind, composite_alpha=True)

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

    def _figures(self, wishes: Wishes, visit: Visit) -> FigurePlan | None:
        if not wishes.pictures:
            return None
        publisher = self._runtime.publisher if wishes.output_format == DOCUMENT else None
        limit = self._runtime.configuration.serving.max_output_img_size
        return FigurePlan(publisher, new_document_id(), visit.link_base, limit)


def _encode(envelope: Envelope, wishes: Wishes, pages: tuple[PageContent, ...], begun: float) -> bytes:
    content = words_result(pages, wishes, time.perf_counter() - begun)
    return envelope.encode(SUCCESS, time.perf_counter() - begun, content)
