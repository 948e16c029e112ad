"""Answers the contract's three requests."""

import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from litestar import Response

from models.options import OcrOverrides
from server.admission.caller_limits import ANYBODY
from server.config.contract_settings import CapSolverSettings
from server.contracts.base import AnyRequest
from server.contracts.capsolver import response
from server.contracts.capsolver.errors import BAD_SIZE, KEY_DENIED, UNKNOWN_TASK, Refused, failure_of
from server.contracts.capsolver.request import Fields, Task, check_task, decode_image, parse_fields
from server.contracts.capsolver.results import Outcome, Results
from server.contracts.capsolver.text import solution_text
from server.contracts.front_desk import FrontDesk, Visit
from server.decode.document import DocumentInfo
from server.errors import RequestError
from server.http.keys import KeyRing
from server.intake.raw_file import FileKind, RawFile
from server.service import Reading

BODY_SLACK_BYTES = 64 * 1024


Answer = Callable[[Visit], Coroutine[Any, Any, Response[bytes]]]


class CapSolverService:
    """Answers requests. Only their bodies name the caller.

    Args:
        desk: admits them and reads their pictures.
        settings: of the contract.
        keys: who may call.
    """

    def __init__(self, desk: FrontDesk, settings: CapSolverSettings, keys: KeyRing) -> None:
        self._desk = desk
        self._settings = settings
        self._keys = keys
        self._results = Results(settings)

    async def create_task(self, request: AnyRequest) -> Response[bytes]:
        """Read a picture and answer with its text."""
        return await self._serve(request, self._create, waits_for_text=True)

    async def get_task_result(self, request: AnyRequest) -> Response[bytes]:
        """Answer with the outcome of an earlier task."""
        return await self._serve(request, self._find)

    async def get_balance(self, request: AnyRequest) -> Response[bytes]:
        """Answer with the configured balance. Clients do not start with a balance of 0."""
        return await self._serve(request, self._balance)

    async def _serve(self, request: AnyRequest, answer: Answer, *, waits_for_text: bool = False) -> Response[bytes]:
        # Line breaks and escaped slashes in the base64 do not count towards its cap.
        cap = 2 * self._settings.max_base64_bytes + BODY_SLACK_BYTES
        return await self._desk.serve(request, answer, caller=None, max_body_bytes=cap, waits_for_text=waits_for_text)

    async def _create(self, visit: Visit) -> Response[bytes]:
        fields, key = await self._identified_fields(visit)
        return await self._solve(check_task(fields.get("task"), self._settings), key, visit)

    async def _find(self, visit: Visit) -> Response[bytes]:
        fields, key = await self._identified_fields(visit)
        task_id = fields.get("taskId")
        outcome = self._results.find(task_id, key) if isinstance(task_id, str) else None
        if outcome is None:
            raise Refused(UNKNOWN_TASK)
        if outcome.failure is not None:
            raise Refused(outcome.failure, str(task_id))
        return response.task_result(str(task_id), outcome.text or "")

    async def _balance(self, visit: Visit) -> Response[bytes]:
        await self._identified_fields(visit)
        return response.balance(self._settings.balance)

    async def _identified_fields(self, visit: Visit) -> tuple[Fields, str]:
        """The request's fields and its clientKey."""
        fields = await visit.in_thread(parse_fields, visit.take_body())
        # The vendor's client for Go writes the name with a capital letter.
        key = fields.get("clientKey", fields.get("ClientKey"))
        if not isinstance(key, str) or not key.strip():
            raise Refused(KEY_DENIED)
        caller = ANYBODY if self._keys.open else self._keys.find(key)
        if caller is None:
            raise Refused(KEY_DENIED)
        visit.identify(caller)
        return fields, key

    async def _solve(self, task: Task, key: str, visit: Visit) -> Response[bytes]:
        """Run a task, and keep its outcome. An error of the server is no outcome of the task, and is not kept."""
        task_id = str(uuid.uuid4())
        try:
            text = await self._read(task, visit)
        except RequestError as error:
            failure = failure_of(error)
            if failure.status >= 500:
                raise
            self._results.keep(task_id, key, Outcome(failure=failure))
            raise Refused(failure, task_id) from error
        self._results.keep(task_id, key, Outcome(text=text))
        return response.task_created(task_id, text)

    async def _read(self, task: Task, visit: Visit) -> str:
        data = await visit.in_thread(decode_image, task.body, self._settings.max_base64_bytes)
        document = await visit.read(
            RawFile(data, FileKind.IMAGE, composite_alpha=True),
            Reading(OcrOverrides(), max_pages=1, choose=self._first_if_not_too_large),
            lambda page: solution_text(page.result.lines, task),
            seconds=self._settings.timeout_seconds,
        )
        return document.pages[0]

    def _first_if_not_too_large(self, info: DocumentInfo) -> tuple[int]:
        if max(info.sizes[0]) > self._settings.max_side:
            raise Refused(BAD_SIZE)
        return (0,)
