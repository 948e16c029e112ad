"""Answers `POST /ocr`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from litestar import Response

from models.options import OcrOverrides
from server.admission.caller_limits import Caller
from server.config.serving_settings import ServingSettings
from server.contracts.base import AnyRequest
from server.contracts.front_desk import FrontDesk, Visit
from server.contracts.paddlex.body import Call, parse_call
from server.contracts.paddlex.liteparse import PRESET
from server.contracts.paddlex.page_stream import JSON_LINES, PageSender, PageStream
from server.contracts.paddlex.response import encode_answer, encode_end, encode_page
from server.contracts.paddlex_shapes.diagnostics import Diagnostics, PageFacts
from server.contracts.paddlex_shapes.envelope import new_log_id
from server.contracts.paddlex_shapes.file import open_file
from server.contracts.paddlex_shapes.page_part import PagePart, PicturePlan, page_part
from server.contracts.paddlex_shapes.parameters import OcrParameters
from server.contracts.paddlex_shapes.presets import check_preset, preset_refusal
from server.decode.document import DocumentInfo
from server.errors import PresetUnavailable
from server.http.accept import prefers
from server.http.auth import Authenticator
from server.intake.raw_file import RawFile
from server.service import Reading, RecognizedPage
from server.storage.base import new_document_id
from server.storage.publisher import PicturePublisher

JSON = "application/json"
PAGES_HEADER = "X-Document-Pages"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that was understood.

    Attributes:
        raw: the file.
        reading: how to read it.
        make_part: makes a page's part of the answer.
        diagnosed: the preset that the diagnostics are about; None if none are wanted.
        preset_in: the place where a preset was or could be named.
        liteparse: whether the client is LiteParse.
    """

    raw: RawFile
    reading: Reading
    make_part: Callable[[RecognizedPage], PagePart]
    diagnosed: str | None
    preset_in: str
    liteparse: bool


class PaddleXService:
    """Answers requests.

    Args:
        desk: admits them and reads their documents.
        authenticator: names the caller.
        presets: the names of all presets.
        diagnostics: makes the diagnostics of a document.
        serving: PaddleX's own settings.
        publisher: keeps pictures if that is configured.
    """

    def __init__(
        self,
        desk: FrontDesk,
        authenticator: Authenticator,
        presets: Sequence[str],
        diagnostics: Diagnostics,
        serving: ServingSettings,
        publisher: PicturePublisher,
    ) -> None:
        self._desk = desk
        self._authenticator = authenticator
        self._presets = tuple(presets)
        self._diagnostics = diagnostics
        self._serving = serving
        self._publisher = publisher

    async def ocr(self, request: AnyRequest) -> Response[bytes]:
        """Read the text of an image, a PDF or a TIFF. Clients that prefer JSON lines get it page by page."""
        caller = self._authenticator.caller(request.headers.get("authorization"))
        if prefers(request.headers.getall("accept", []), JSON_LINES, JSON):
            return PageStream(partial(self._stream, request, caller))
        return await self._desk.serve(request, self._answer, caller=caller)

    async def _stream(self, request: AnyRequest, caller: Caller, sender: PageSender) -> None:
        await self._desk.serve(request, partial(self._answer_pages, sender=sender), caller=caller)

    async def _answer(self, visit: Visit) -> Response[bytes]:
        asked = await self._understand(visit)
        with self._presets_named(asked.preset_in):
            document = await visit.read(asked.raw, asked.reading, asked.make_part)
        log_id = visit.record.log_id = visit.record.log_id or new_log_id()
        facts = [page.facts for page in document.pages]
        done = await self._diagnose(visit, asked, document.info, facts)
        content = await visit.in_thread(
            encode_answer, log_id, document.info, document.pages, done, liteparse=asked.liteparse
        )
        return Response(content, media_type=JSON, headers=_pages_header(document.info))

    async def _answer_pages(self, visit: Visit, sender: PageSender) -> None:
        asked = await self._understand(visit)
        log_id = visit.record.log_id = visit.record.log_id or new_log_id()
        facts: list[PageFacts] = []

        def make_line(page: RecognizedPage) -> bytes:
            part = asked.make_part(page)
            if asked.diagnosed:
                facts.append(part.facts)
            return encode_page(log_id, part)

        async def send(info: DocumentInfo, line: bytes) -> None:
            await sender.send(line, _pages_header(info))

        with self._presets_named(asked.preset_in):
            info = await visit.read_in_turn(asked.raw, asked.reading, make_line, send)
        facts.sort(key=lambda page: page.index)
        done = await self._diagnose(visit, asked, info, facts)
        await sender.send(await visit.in_thread(encode_end, log_id, info, done), {})

    async def _understand(self, visit: Visit) -> _Asked:
        # The call is forgotten at the end, so the base64 of a large file does not stay in memory while it is read.
        call = await visit.in_thread(_parse, visit, visit.take_body())
        parameters, liteparse = call.parameters, call.language is not None
        if liteparse and not parameters.preset and PRESET in self._presets:
            parameters = parameters.model_copy(update={"preset": PRESET})
        check_preset(parameters.preset, self._presets, call.preset_in)
        raw = await open_file(visit, call.file, parameters.file_type)
        pictures, formats = self._pictures(visit, parameters), parameters.output_formats or ()
        return _Asked(
            raw=raw,
            reading=Reading(
                parameters.overrides(), self._serving.max_num_input_imgs, pictures=bool(pictures or formats)
            ),
            make_part=partial(page_part, plan=pictures, formats=formats, zeros=parameters.zeros()),
            diagnosed=self._desk.options(OcrOverrides(preset=parameters.preset)).preset
            if parameters.diagnostics
            else None,
            preset_in=call.preset_in,
            liteparse=liteparse,
        )

    @contextmanager
    def _presets_named(self, preset_in: str) -> Iterator[None]:
        """Name the presets in the refusal of one that cannot be used."""
        try:
            yield
        except PresetUnavailable as error:
            raise preset_refusal(error, self._presets, preset_in) from error

    async def _diagnose(
        self, visit: Visit, asked: _Asked, info: DocumentInfo, facts: Sequence[PageFacts]
    ) -> dict[str, object] | None:
        if asked.diagnosed is None:
            return None
        return await visit.in_thread(self._diagnostics.make, asked.diagnosed, info, facts)

    def _pictures(self, visit: Visit, parameters: OcrParameters) -> PicturePlan | None:
        wanted = self._serving.visualize if parameters.visualize is None else parameters.visualize
        if not wanted:
            return None
        return PicturePlan(self._publisher, new_document_id(), visit.link_base, self._serving.max_output_img_size)


def _pages_header(info: DocumentInfo) -> dict[str, str]:
    return {PAGES_HEADER: f"{info.processed_pages}/{info.total_pages}"}


def _parse(visit: Visit, body: bytes) -> Call:
    # Even the query, which may be as long as a head, is parsed here and not in the event loop.
    return parse_call(body, visit.content_type, dict(visit.request.query_params.items()), visit.record)
