"""Answers `POST /layout-parsing`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from litestar import Response

from server.config.contract_settings import LayoutParsingSettings
from server.contracts.base import AnyRequest
from server.contracts.front_desk import FrontDesk, Visit
from server.contracts.layout_parsing.page_item import ItemPlan, page_item
from server.contracts.layout_parsing.request import LayoutParsingRequest
from server.contracts.layout_parsing.response import answer_headers, encode_answer
from server.contracts.paddlex_shapes.envelope import new_log_id
from server.contracts.paddlex_shapes.file import open_file
from server.contracts.paddlex_shapes.json_request import parse_json
from server.contracts.paddlex_shapes.page_part import PicturePlan
from server.contracts.paddlex_shapes.readers import Readers
from server.contracts.paddlex_shapes.validation_errors import missing
from server.errors import InvalidModelSettings
from server.http.auth import signed_in
from server.http.json_outline import LongString
from server.intake.raw_file import RawFile
from server.intake.sniff import sniff_kind
from server.runtime import Runtime
from server.service import Reading
from server.storage.base import new_document_id

JSON = "application/json"
REMEDY = "Leave the switch out, or send false."


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that was understood.

    Attributes:
        raw: the file.
        reading: how to read it.
        plan: what is wanted of each page.
        reader: what reads it.
        warnings: of what is asked for and is not here.
    """

    raw: RawFile
    reading: Reading
    plan: ItemPlan
    reader: Mapping[str, str]
    warnings: tuple[str, ...]


class LayoutParsingService:
    """Answers requests.

    Args:
        desk: admits them and reads their documents.
        runtime: the running server.
        settings: of the contract.
    """

    def __init__(self, desk: FrontDesk, runtime: Runtime, settings: LayoutParsingSettings) -> None:
        configuration = runtime.configuration
        self._desk = desk
        self._settings = settings
        self._serving = configuration.serving
        self._publisher = runtime.publisher
        self._keys = runtime.key_rings.of("layout_parsing")
        self._preset = configuration.preset_of("layout_parsing")
        self._readers = Readers(configuration, desk)

    async def parse(self, request: AnyRequest) -> Response[bytes]:
        """Read the structure and the text of an image, a PDF or a TIFF."""
        return await self._desk.serve(request, self._answer, caller=signed_in(request, self._keys))

    async def _answer(self, visit: Visit) -> Response[bytes]:
        asked = await self._understand(visit)
        document = await visit.read(asked.raw, asked.reading, partial(page_item, plan=asked.plan))
        log_id = visit.record.log_id = visit.record.log_id or new_log_id()
        content = await visit.in_thread(encode_answer, log_id, document.info, document.pages, asked.warnings)
        return Response(content, media_type=JSON, headers=answer_headers(document.info, asked.reader, asked.warnings))

    async def _understand(self, visit: Visit) -> _Asked:
        # The file's text is forgotten at the end, so that it does not stay in memory while the document is read.
        request, file = await visit.in_thread(_parse, visit, visit.take_body())
        warnings = tuple(request.unavailable())
        if warnings and self._settings.unavailable_modules == "refuse":
            raise InvalidModelSettings(f"{', '.join(warnings)}. {REMEDY}")
        raw = await open_file(visit, file, request.file_type)
        if self._settings.sniff_file_type:
            raw = replace(raw, kind=sniff_kind(raw.data) or raw.kind)
        overrides = replace(request.overrides(), preset=self._preset)
        return _Asked(
            raw=raw,
            reading=Reading(overrides, self._serving.max_num_input_imgs),
            plan=self._plan(visit, request),
            reader=self._readers.of(overrides),
            warnings=warnings,
        )

    def _plan(self, visit: Visit, request: LayoutParsingRequest) -> ItemPlan:
        visualize = self._serving.visualize if request.visualize is None else request.visualize
        pictures = PicturePlan(self._publisher, new_document_id(), visit.link_base, self._serving.max_output_img_size)
        style = request.style(vision_language=self._settings.result_shape == "vl")
        return ItemPlan(style, visualize, request.zeros(), pictures)


def _parse(visit: Visit, body: bytes) -> tuple[LayoutParsingRequest, str | LongString]:
    if not body:
        raise missing("body")
    return parse_json(body, visit.content_type, visit.record, LayoutParsingRequest)
