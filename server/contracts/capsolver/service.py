"""What the contract's three calls do."""

import asyncio
import uuid
from dataclasses import dataclass

from litestar import Response

from models.options import OcrOverrides
from server.admission.caller_limits import ANYBODY, CallerLimits
from server.config.contract_settings import CapSolverSettings
from server.contracts.capsolver import response
from server.contracts.capsolver.errors import BAD_SIZE, KEY_DENIED, UNKNOWN_TASK, TaskRefused, failure_of
from server.contracts.capsolver.request import Fields, Task, check_task, decode_image, parse_body
from server.contracts.capsolver.results import Outcome, Results
from server.contracts.capsolver.text import solution_text
from server.decode.document import DocumentInfo
from server.errors import RequestError
from server.http.keys import KeyRing
from server.intake.raw_file import FileKind, RawFile
from server.runtime import Runtime
from server.service import RecognizedPage


@dataclass(frozen=True, slots=True)
class _Caller:
    client_key: str
    name: str


class TaskService:
    """Answers bodies that were admitted.

    Args:
        runtime: the running server.
        settings: the contract's.
    """

    def __init__(self, runtime: Runtime, settings: CapSolverSettings) -> None:
        self._runtime = runtime
        self._settings = settings
        self._keys = KeyRing(settings.keys)
        self._limits = CallerLimits(settings)
        self._results = Results(settings)

    async def create_task(self, body: list[bytes]) -> Response[bytes]:
        """Read a picture and answer with its text."""
        fields, caller = await self._take_in(body)
        with self._limits.enter(caller.name):
            task = check_task(fields.get("task"), self._settings)
            return await self._solve(task, caller)

    async def get_task_result(self, body: list[bytes]) -> Response[bytes]:
        """Answer once more how a task ended."""
        fields, caller = await self._take_in(body)
        with self._limits.enter(caller.name):
            task_id = fields.get("taskId")
            outcome = self._results.find(task_id, caller.client_key) if isinstance(task_id, str) else None
            if outcome is None:
                raise TaskRefused(UNKNOWN_TASK)
            if outcome.failure is not None:
                raise TaskRefused(outcome.failure, str(task_id))
            return response.task_result(str(task_id), outcome.text or "")

    async def get_balance(self, body: list[bytes]) -> Response[bytes]:
        """Answer that there is enough left: clients do not start at 0."""
        _, caller = await self._take_in(body)
        with self._limits.enter(caller.name):
            return response.balance(self._settings.balance)

    async def _take_in(self, body: list[bytes]) -> tuple[Fields, _Caller]:
        fields = await self._runtime.workers.run(parse_body, body.pop())
        # The vendor's client for Go writes it with a capital.
        key = fields.get("clientKey", fields.get("ClientKey"))
        if not isinstance(key, str) or not key.strip():
            raise TaskRefused(KEY_DENIED)
        name = ANYBODY if self._keys.open else self._keys.find(key)
        if name is None:
            raise TaskRefused(KEY_DENIED)
        return fields, _Caller(key, name)

    async def _solve(self, task: Task, caller: _Caller) -> Response[bytes]:
        """Run a task. What is wrong with it is remembered; that the server could not run it is not the task's."""
        task_id = str(uuid.uuid4())
        try:
            text = await self._read(task, caller)
        except RequestError as error:
            failure = failure_of(error)
            if failure.status >= 500:
                raise
            self._results.keep(task_id, caller.client_key, Outcome(failure=failure))
            raise TaskRefused(failure, task_id) from error
        self._results.keep(task_id, caller.client_key, Outcome(text=text))
        return response.task_created(task_id, text)

    async def _read(self, task: Task, caller: _Caller) -> str:
        runtime = self._runtime
        seconds = asyncio.get_running_loop().time() + self._settings.timeout_seconds
        data = await runtime.workers.run(decode_image, task.body, self._settings.max_base64_bytes)

        async def finish(page: RecognizedPage) -> str:
            self._limits.spend(caller.name, 1)
            return solution_text(page.result.lines, task)

        document = await runtime.recognizer.recognize(
            RawFile(data, FileKind.IMAGE, flatten=True),
            OcrOverrides(),
            finish,
            max_pages=1,
            deadline=min(seconds, runtime.deadline()),
            choose=self._first_if_not_too_large,
        )
        return document.pages[0]

    def _first_if_not_too_large(self, info: DocumentInfo) -> tuple[int]:
        if max(info.sizes[0]) > self._settings.max_side:
            raise TaskRefused(BAD_SIZE)
        return (0,)
