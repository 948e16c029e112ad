"""Answers the contract's requests."""

import logging
from dataclasses import replace
from functools import partial

from litestar import Response

from models.options import OcrOverrides
from server.config.contract_settings import BaiduSettings
from server.contracts.baidu.callers import Callers
from server.contracts.baidu.errors import NO_PERMISSION, NOT_ENOUGH_PARAM, Refused
from server.contracts.baidu.fields import parse_fields, query_fields
from server.contracts.baidu.oauth import grant_token
from server.contracts.baidu.request import Api, Call, check_call
from server.contracts.baidu.response import answer, page_part
from server.contracts.baidu.source import choose_page, open_file
from server.contracts.base import AnyRequest, Json
from server.contracts.front_desk import FrontDesk, Visit
from server.errors import InvalidModelSettings, LanguageUnavailable
from server.http.keys import KeyRing
from server.intake.raw_file import RawFile
from server.service import Reading, RecognizedDocument
from server.telemetry.record import record_of

logger = logging.getLogger(__name__)

TOKEN_BODY_BYTES = 64 * 1024
BODY_SLACK_BYTES = 64 * 1024


class BaiduService:
    """Answers requests for tokens and for recognition.

    Args:
        desk: admits them and reads their documents.
        settings: of the contract.
        keys: the configured pairs of API key and secret key.
    """

    def __init__(self, desk: FrontDesk, settings: BaiduSettings, keys: KeyRing) -> None:
        self._desk = desk
        self._callers = Callers(settings, keys)
        self._allowed = frozenset(settings.apis)

    async def token(self, request: AnyRequest) -> Response[bytes]:
        """Issue a token."""
        return await self._desk.serve(
            request, self._grant, caller=None, max_body_bytes=TOKEN_BODY_BYTES, waits_for_text=False
        )

    async def read_nothing(self, _request: AnyRequest) -> Response[bytes]:
        """Answer a GET at the address of an API: it has no form, so it is a call without parameters."""
        raise Refused(NOT_ENOUGH_PARAM)

    async def recognize(self, api: Api, request: AnyRequest) -> Response[bytes]:
        """Read a document. The caller is identified before the body is read, unless only the form names the caller."""
        caller = self._callers.identify(request)
        if caller is not None:
            record_of(request.scope).caller = caller.name  # type: ignore[arg-type]
            self._check_permission(api)
        # Escaped, each character of the base64 takes up to three bytes.
        cap = 3 * api.max_base64_bytes + BODY_SLACK_BYTES
        return await self._desk.serve(
            request, partial(self._answer, api, caller is not None), caller=caller, max_body_bytes=cap
        )

    async def _grant(self, visit: Visit) -> Response[bytes]:
        form = await visit.in_thread(parse_fields, visit.take_body(), visit.content_type)
        fields = {**form.texts, **query_fields(visit.request)}
        return answer(grant_token(fields, self._callers.keys, self._callers.issuer))

    async def _answer(self, api: Api, known: bool, visit: Visit) -> Response[bytes]:
        fields = await visit.in_thread(parse_fields, visit.take_body(), visit.content_type)
        if not known:
            caller = self._callers.identify_by_form(fields.texts)
            visit.record.caller = caller.name
            self._check_permission(api)
            visit.identify(caller)
        call = check_call(fields, api)
        document = await self._read(await open_file(fields, call, api, visit), call, api, visit)
        content = document.pages[0]
        visit.record.log_id = str(content["log_id"])
        if call.source == "pdf_file":
            content["pdf_file_size"] = str(document.info.total_pages)
        return answer(content)

    def _check_permission(self, api: Api) -> None:
        """Refuse a call that is not allowed; it does not count for its caller's limits."""
        if api.name not in self._allowed:
            raise Refused(NO_PERMISSION)

    async def _read(self, raw: RawFile, call: Call, api: Api, visit: Visit) -> RecognizedDocument[Json]:
        """Read the page. Without an orientation model it is read as it is, and its direction is unknown."""
        overrides = OcrOverrides(
            use_doc_orientation_classify=call.detect_direction,
            # Positions must be those of the submitted image.
            use_doc_unwarping=False,
            language=call.group,
            structure=call.paragraph,
        )
        try:
            return await self._recognize(raw, overrides, call, api, visit)
        except LanguageUnavailable:
            raise
        except InvalidModelSettings:
            if not call.detect_direction:
                raise
        as_it_is = replace(overrides, use_doc_orientation_classify=False)
        return await self._recognize(raw, as_it_is, call, api, visit)

    async def _recognize(
        self, raw: RawFile, overrides: OcrOverrides, call: Call, api: Api, visit: Visit
    ) -> RecognizedDocument[Json]:
        reading = Reading(overrides, call.page + 1, choose=partial(choose_page, call, api), pdf_max_side=api.max_side)
        try:
            return await visit.read(raw, reading, lambda page: page_part(page.result, call))
        except LanguageUnavailable as error:
            # The contract's message is fixed. The log tells the operator what to install.
            logger.info("A requested language cannot be read: %s", error.reason)
            raise
