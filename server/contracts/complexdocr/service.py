"""Answers the contract's request."""

import time

from litestar import Response

from models.options import OcrOverrides
from server.config.contract_settings import ComplexDocumentSettings
from server.contracts.base import AnyRequest
from server.contracts.complexdocr.callers import Callers
from server.contracts.complexdocr.content import PagePart, page_part
from server.contracts.complexdocr.errors import OUT_OF_RANGE, SUCCESS, Refused
from server.contracts.complexdocr.pictures import FigurePlan
from server.contracts.complexdocr.request import DOCUMENT, AnswerOptions, Call, check_file, parse_call
from server.contracts.complexdocr.response import Envelope, words_result
from server.contracts.front_desk import FrontDesk, Visit
from server.decode.document import DocumentInfo
from server.intake.raw_file import RawFile
from server.runtime import Runtime
from server.service import Reading, RecognizedPage
from server.storage.base import new_document_id

MIN_SIDE = 15
"""Shortest side of an image, in pixels."""
BODY_PER_FILE, BODY_SLACK_BYTES = 3, 64 * 1024
"""A body may be this many times as large as the largest base64, so that a refused large file has its ``seqid``."""


class ComplexDocrService:
    """Answers requests.

    Args:
        desk: admits them and reads their documents.
        runtime: the running server.
        settings: of the contract.
    """

    def __init__(self, desk: FrontDesk, runtime: Runtime, settings: ComplexDocumentSettings) -> None:
        self._desk = desk
        self._runtime = runtime
        self._settings = settings
        self._callers = Callers(settings, runtime.key_rings.of("complexdocr"))

    async def recognize(self, request: AnyRequest) -> Response[bytes]:
        """Read a document."""
        caller = self._callers.identify(request)
        cap = BODY_PER_FILE * self._settings.max_base64_bytes + BODY_SLACK_BYTES
        return await self._desk.serve(request, self._answer, caller=caller, max_body_bytes=cap)

    async def _answer(self, visit: Visit) -> Response[bytes]:
        record = visit.record
        call = await visit.in_thread(parse_call, visit.take_body(), record, self._settings.max_base64_bytes)
        pages = await self._read(call, visit)
        envelope = Envelope(record.log_id or "", self._settings.flag_as_string)
        content = await visit.in_thread(_encode, envelope, call.options, pages, record.begun)
        return Response(content, media_type="application/json")

    async def _read(self, call: Call, visit: Visit) -> tuple[PagePart, ...]:
        raw = await self._open_file(call, visit)
        figures = self._figures(call.options, visit)
        points: list[tuple[float, float] | None] = []

        def choose(info: DocumentInfo) -> range:
            points.extend(info.points or [None] * info.processed_pages)
            return self._all_pages(info)

        def make_part(page: RecognizedPage) -> PagePart:
            link = None if figures is None else figures.link
            return page_part(page, points[page.page.index], call.options.html_escape, link)

        def keep(part: PagePart) -> PagePart:
            visit.hold_bytes(sum(len(item.picture or "") for item in part.items))
            return part

        reading = Reading(self._overrides(call.options), self._settings.max_pages, choose=choose)
        document = await visit.read(raw, reading, make_part, keep=keep)
        return document.pages

    async def _open_file(self, call: Call, visit: Visit) -> RawFile:
        if isinstance(call.source, bytes):
            return RawFile(call.source, call.kind, composite_alpha=True)
        data = await visit.fetch(call.source)
        check_file(data, call.kind, self._settings.max_base64_bytes)
        return RawFile(data, call.kind, composite_alpha=True)

    def _all_pages(self, info: DocumentInfo) -> range:
        """Choose every page, or refuse a document that has too many."""
        if info.total_pages > min(self._settings.max_pages, info.processed_pages):
            raise Refused(OUT_OF_RANGE)
        if info.kind != "pdf" and min(info.sizes[0]) < MIN_SIDE:
            raise Refused(OUT_OF_RANGE)
        return range(info.total_pages)

    def _overrides(self, options: AnswerOptions) -> OcrOverrides:
        """Choose the pipeline's options. Positions are those of the submitted page: it may be rotated, not unwarped."""
        if options.output_format != DOCUMENT:
            return OcrOverrides(structure=True)
        rotate = self._desk.options(OcrOverrides()).use_doc_orientation_classify
        return OcrOverrides(use_doc_orientation_classify=rotate, use_doc_unwarping=False, structure=True)

    def _figures(self, options: AnswerOptions, visit: Visit) -> FigurePlan | None:
        if not options.pictures:
            return None
        publisher = self._runtime.publisher if options.output_format == DOCUMENT else None
        limit = self._runtime.configuration.serving.max_output_img_size
        return FigurePlan(publisher, new_document_id(), visit.link_base, limit)


def _encode(envelope: Envelope, options: AnswerOptions, pages: tuple[PagePart, ...], begun: float) -> bytes:
    content = words_result(pages, options, time.perf_counter() - begun)
    return envelope.encode(SUCCESS, time.perf_counter() - begun, content)
