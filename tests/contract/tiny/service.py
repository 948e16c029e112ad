"""This answers the contract's one call."""

from litestar import Response

from models.options import OcrOverrides
from server.contracts.base import AnyRequest
from server.contracts.front_desk import FrontDesk, Visit
from server.http.keys import KeyRing
from server.service import Reading, RecognizedPage
from tests.contract.tiny.request import KEY_HEADER, caller_of, file_of
from tests.contract.tiny.response import read

MAX_PAGES = 10


class TinyService:
    """Answers calls.

    Args:
        desk: admits them and reads their files.
        keys: who may call.
    """

    def __init__(self, desk: FrontDesk, keys: KeyRing) -> None:
        self._desk = desk
        self._keys = keys

    async def read(self, request: AnyRequest) -> Response[bytes]:
        """Read the text of an image or of the first pages of a PDF."""
        caller = caller_of(request.headers.get(KEY_HEADER, ""), self._keys)
        return await self._desk.serve(request, self._answer, caller=caller)

    async def _answer(self, visit: Visit) -> Response[bytes]:
        file = file_of(visit.take_body(), visit.content_type)
        return read((await visit.read(file, Reading(OcrOverrides(), MAX_PAGES), lines_of)).pages)


def lines_of(page: RecognizedPage) -> tuple[str, ...]:
    """A page's part of the answer."""
    return tuple(line.text for line in page.result.lines)
