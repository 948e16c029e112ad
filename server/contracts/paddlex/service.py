"""Answers `POST /ocr`."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

from litestar import Response

from models.options import OcrOverrides
from server.config.serving_settings import ServingSettings
from server.contracts.base import AnyRequest
from server.contracts.front_desk import FrontDesk, Visit
from server.contracts.paddlex.response import encode_answer
from server.contracts.paddlex_shapes.body import Call, parse_call
from server.contracts.paddlex_shapes.diagnostics import Diagnostics
from server.contracts.paddlex_shapes.envelope import new_log_id
from server.contracts.paddlex_shapes.file import open_file
from server.contracts.paddlex_shapes.page_part import PicturePlan, page_part
from server.contracts.paddlex_shapes.request import OcrParameters
from server.contracts.paddlex_shapes.validation_errors import refusal
from server.errors import PresetUnavailable
from server.http.auth import Authenticator
from server.service import Reading
from server.storage.base import new_document_id
from server.storage.publisher import PicturePublisher

PAGES_HEADER = "X-Document-Pages"


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
        """Read the text of an image, a PDF or a TIFF."""
        caller = self._authenticator.caller(request.headers.get("authorization"))
        return await self._desk.serve(request, self._answer, caller=caller)

    async def _answer(self, visit: Visit) -> Response[bytes]:
        call = await visit.in_thread(_parse, visit, visit.take_body())
        parameters, preset_in = call.parameters, call.preset_in
        self._check_preset(parameters, preset_in)
        raw = await open_file(visit, call.file, parameters.file_type)
        reading = Reading(parameters.overrides(), self._serving.max_num_input_imgs)
        pictures, formats = self._pictures(visit, parameters), parameters.output_formats or ()
        part = partial(page_part, plan=pictures, formats=formats, zeros=parameters.zeros())
        diagnosed = (
            self._desk.options(OcrOverrides(preset=parameters.preset)).preset if parameters.diagnostics else None
        )
        # So the base64 of a large file does not stay in memory while the file is read.
        del call, parameters
        try:
            document = await visit.read(raw, reading, part)
        except PresetUnavailable as error:
            said = f"{error.reason} There are: {', '.join(self._presets)}."
            refused = refusal([("preset_unavailable", (preset_in, "preset"), said)])
            refused.reason_word = error.reason_word
            raise refused from error
        log_id = visit.record.log_id = visit.record.log_id or new_log_id()
        done = None
        if diagnosed:
            facts = [page.facts for page in document.pages]
            done = await visit.in_thread(self._diagnostics.make, diagnosed, document.info, facts)
        content = await visit.in_thread(encode_answer, log_id, document.info, document.pages, done)
        pages = f"{document.info.processed_pages}/{document.info.total_pages}"
        return Response(content, media_type="application/json", headers={PAGES_HEADER: pages})

    def _check_preset(self, parameters: OcrParameters, place: Literal["body", "query"]) -> None:
        if parameters.preset and parameters.preset not in self._presets:
            known = ", ".join(f"'{name}'" for name in self._presets)
            raise refusal([("literal_error", (place, "preset"), f"Input should be one of {known}")])

    def _pictures(self, visit: Visit, parameters: OcrParameters) -> PicturePlan | None:
        wanted = self._serving.visualize if parameters.visualize is None else parameters.visualize
        if not wanted:
            return None
        return PicturePlan(self._publisher, new_document_id(), visit.link_base, self._serving.max_output_img_size)


def _parse(visit: Visit, body: bytes) -> Call:
    # Even the query, which may be as long as a head, is parsed here and not in the event loop.
    return parse_call(body, visit.content_type, dict(visit.request.query_params.items()), visit.record)
