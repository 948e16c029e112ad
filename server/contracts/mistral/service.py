"""Answers `POST /v1/ocr` and `GET /v1/models`."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import partial

from litestar import Response

from models.options import OcrOverrides
from server.config.contract_settings import MistralSettings
from server.contracts.base import AnyRequest
from server.contracts.front_desk import FrontDesk, Visit
from server.contracts.mistral.errors import DOCUMENT, FileTooLarge, InvalidModel, Location, UnknownFile, WrongField
from server.contracts.mistral.file_store import FileStore
from server.contracts.mistral.links import linked_file
from server.contracts.mistral.page_choice import LOCATION, Ranges, chosen_pages
from server.contracts.mistral.page_part import PagePart, page_part
from server.contracts.mistral.request import Source, parse_call
from server.contracts.mistral.response import model_list, ocr_answer
from server.decode.document import DocumentInfo
from server.errors import EmptyFile, UnreadableKind, UrlNotFetched
from server.http.auth import signed_in
from server.http.json_outline import LongString, pieces_of
from server.http.json_response import json_response
from server.intake.base64_input import DATA_URI, decode_base64
from server.intake.raw_file import RawFile
from server.intake.sniff import sniff_kind
from server.intake.url_rules import MAX_LENGTH, is_too_long, is_url
from server.runtime import Runtime
from server.service import Reading

OTHER_BYTES = 1024 * 1024
"""Bytes that a body may hold beside its document."""
SHOWN = 60
"""Characters of a wrong name that are repeated."""
NOT_AN_ADDRESS = "Send an http or https address, or 'data:<type>;base64,' and the document."
MAX_FILE_ID = 100


class MistralService:
    """Reads documents.

    Args:
        desk: admits requests and reads documents.
        runtime: the running server.
        files: that were uploaded.
        settings: of the contract.
    """

    def __init__(self, desk: FrontDesk, runtime: Runtime, files: FileStore, settings: MistralSettings) -> None:
        self._desk = desk
        self._runtime = runtime
        self._files = files
        self._settings = settings
        self._keys = runtime.key_rings.of("mistral")
        self._model = own_model(runtime)

    async def ocr(self, request: AnyRequest) -> Response[bytes]:
        """Read a document, and answer with its pages."""
        caller = signed_in(request, self._keys)
        # Base64 has four characters for three bytes.
        most = self._settings.max_upload_bytes * 4 // 3 + OTHER_BYTES
        return await self._desk.serve(
            request, partial(self._answer, owner=caller.name), caller=caller, max_body_bytes=most
        )

    async def models(self, request: AnyRequest) -> Response[bytes]:
        """List the names that a request may give as its model."""
        signed_in(request, self._keys)
        plain = [name for name in self._settings.models if "*" not in name]
        return json_response(model_list(list(dict.fromkeys((*plain, self._model)))))

    async def _answer(self, visit: Visit, *, owner: str) -> Response[bytes]:
        call = await visit.in_thread(parse_call, visit.take_body(), visit.content_type)
        self._check_model(call.model)
        raw = await self._open(visit, call.source, owner)
        wanted, size, ranges = call.wanted, len(raw.data), call.pages
        del call

        def keep(part: PagePart) -> PagePart:
            visit.hold_bytes(part.picture_bytes)
            return part

        reading = Reading(OcrOverrides(structure=True), None, choose=partial(self._choose, ranges))
        document = await visit.read(raw, reading, partial(page_part, wanted=wanted), keep=keep)
        answer = await visit.in_thread(ocr_answer, document.pages, document.info, wanted, self._model, size)
        return await visit.in_thread(json_response, answer)

    def _check_model(self, name: str | None) -> None:
        if name is None or name == self._model:
            return
        if not any(fnmatchcase(name, pattern) for pattern in self._settings.models):
            raise InvalidModel(f"Invalid model: {name[:SHOWN]}")

    async def _open(self, visit: Visit, source: Source, owner: str) -> RawFile:
        """Get the document's bytes, and find its kind by them. What the request says of its type does not count."""
        data = await self._bytes(visit, source, owner)
        if not data:
            raise EmptyFile
        if len(data) > self._settings.max_upload_bytes:
            raise FileTooLarge(
                f"The document is larger than the {self._settings.max_upload_bytes} bytes that this server takes."
            )
        kind = sniff_kind(data)
        if kind is None:
            raise UnreadableKind
        return RawFile(data, kind, composite_alpha=True)

    async def _bytes(self, visit: Visit, source: Source, owner: str) -> bytes:
        location: Location = (*DOCUMENT, source.field)
        # More than the longest address is not needed to tell an address from base64.
        start = source.text.head(MAX_LENGTH + 1) if isinstance(source.text, LongString) else source.text
        if source.field == "file_id":
            if len(start) > MAX_FILE_ID:
                raise UnknownFile
            return self._files.get(start, owner).data
        if DATA_URI.match(start):
            return await visit.in_thread(decode_base64, pieces_of(source.text))
        linked = linked_file(self._runtime.signer, start, location)
        if linked is not None:
            return self._files.behind_link(linked).data
        if not is_url(start):
            raise WrongField(location, NOT_AN_ADDRESS)
        if is_too_long(start):
            raise UrlNotFetched("malformed")
        return await visit.fetch(start)

    def _choose(self, ranges: Ranges, info: DocumentInfo) -> Sequence[int]:
        """The pages to read. Nothing is left out without an error.

        Raises:
            WrongField: the document has none of the pages, or they are too many.
        """
        chosen = chosen_pages(ranges, info.total_pages)
        if not chosen:
            raise WrongField(LOCATION, f"The document has none of these pages: it has {info.total_pages}, from 0 on.")
        if len(chosen) > self._settings.max_pages:
            raise WrongField(
                LOCATION,
                f"{len(chosen)} pages are more than the {self._settings.max_pages} that one request may read. "
                "Name fewer pages in this field.",
            )
        if chosen[-1] >= info.processed_pages:
            raise WrongField(
                LOCATION,
                f"This server reads only the first {info.processed_pages} pages of a document. Name pages among them.",
            )
        return chosen


def own_model(runtime: Runtime) -> str:
    """The name of what reads: ours, and that of the recogniser."""
    configuration = runtime.configuration
    pipeline = configuration.pipeline.by_preset().get(configuration.preset_of("mistral"))
    name = (pipeline or configuration.pipeline).text_recognition.model_name
    return f"ppocr-server/{name.removesuffix('_rec')}"
