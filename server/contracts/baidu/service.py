"""What the calls do."""

import logging
from dataclasses import replace
from functools import partial

from litestar import Response

from models.options import OcrOverrides
from server.admission.caller_limits import CallerLimits
from server.admission.requests import Ticket
from server.config.contract_settings import BaiduSettings
from server.contracts.baidu.callers import Callers
from server.contracts.baidu.errors import NO_PERMISSION, Refused
from server.contracts.baidu.fields import parse_fields, query_fields
from server.contracts.baidu.oauth import grant_token
from server.contracts.baidu.request import Api, Call, check_call
from server.contracts.baidu.response import answer, page_answer
from server.contracts.baidu.source import choose_page, open_source
from server.contracts.base import AnyRequest, Json
from server.contracts.front_desk import admitted
from server.errors import InvalidModelSettings, LanguageUnavailable
from server.intake.raw_file import RawFile
from server.runtime import Runtime
from server.service import RecognizedDocument, RecognizedPage
from server.telemetry.record import RequestRecord, record_of

logger = logging.getLogger(__name__)

TOKEN_BODY_BYTES = 64 * 1024
BODY_SLACK_BYTES = 64 * 1024


class BaiduService:
    """Answers requests for tokens and for recognition.

    Args:
        runtime: the running server.
        settings: the contract's.
    """

    def __init__(self, runtime: Runtime, settings: BaiduSettings) -> None:
        self._runtime = runtime
        self._callers = Callers(settings)
        self._limits = CallerLimits(settings)
        self._allowed = frozenset(settings.apis)

    async def token(self, request: AnyRequest) -> Response[bytes]:
        """Give a token."""

        async def give(_: Ticket, body: list[bytes]) -> Response[bytes]:
            form = parse_fields(body.pop(), request.headers.get("content-type", ""))
            fields = {**form.texts, **query_fields(request)}
            return answer(grant_token(fields, self._callers.keys, self._callers.issuer))

        return await admitted(
            request, self._runtime, give, max_body_bytes=TOKEN_BODY_BYTES, waits_for_text=False, stranger=True
        )

    async def recognize(self, request: AnyRequest, api: Api) -> Response[bytes]:
        """Read a document. Who calls is found out before the body is read, unless the form itself has to tell."""
        caller = self._callers.identify(request)
        # Escaped, each character of the base64 takes up to three bytes.
        cap = 3 * api.max_base64_bytes + BODY_SLACK_BYTES
        answer = partial(self._answer, request, api, caller)
        return await admitted(request, self._runtime, answer, max_body_bytes=cap, stranger=caller is None)

    async def _answer(
        self, request: AnyRequest, api: Api, caller: str | None, ticket: Ticket, body: list[bytes]
    ) -> Response[bytes]:
        runtime = self._runtime
        deadline = runtime.deadline()
        fields = await runtime.workers.run(parse_fields, body.pop(), request.headers.get("content-type", ""))
        name = self._callers.identify_by_form(fields.texts) if caller is None else caller
        if api.name not in self._allowed:
            raise Refused(NO_PERMISSION)
        record = record_of(request.scope)  # type: ignore[arg-type]
        with self._limits.enter(name, record):
            call = check_call(fields, api)
            raw = await open_source(
                fields, call, api, partial(runtime.fetcher.fetch, charge=ticket.add_bytes), runtime.workers
            )
            document = await self._read(raw, call, api, deadline, record)
        content = document.pages[0]
        if call.source == "pdf_file":
            content["pdf_file_size"] = str(document.info.total_pages)
        return answer(content)

    async def _read(
        self, raw: RawFile, call: Call, api: Api, deadline: float, record: RequestRecord
    ) -> RecognizedDocument[Json]:
        """Read the page; without an orientation model as it is, and its direction is then unknown."""
        wishes = OcrOverrides(
            use_doc_orientation_classify=call.detect_direction,
            # Positions must be those of the submitted image.
            use_doc_unwarping=False,
            language=call.group,
            structure=call.paragraph,
        )
        try:
            return await self._recognize(raw, wishes, call, api, deadline, record)
        except LanguageUnavailable:
            raise
        except InvalidModelSettings:
            if not call.detect_direction:
                raise
        upright = replace(wishes, use_doc_orientation_classify=False)
        return await self._recognize(raw, upright, call, api, deadline, record)

    async def _recognize(
        self, raw: RawFile, wishes: OcrOverrides, call: Call, api: Api, deadline: float, record: RequestRecord
    ) -> RecognizedDocument[Json]:
        async def finish(page: RecognizedPage) -> Json:
            record.pages += 1
            return await self._runtime.workers.run(page_answer, page.result, call)

        try:
            return await self._runtime.recognizer.recognize(
                raw,
                wishes,
                finish,
                max_pages=call.page + 1,
                deadline=deadline,
                choose=partial(choose_page, call, api),
                pdf_max_side=api.max_side,
            )
        except LanguageUnavailable as error:
            # The contract's message is fixed; the operator learns here what to install.
            logger.info("A language that was asked for cannot be read: %s", error.reason)
            raise
