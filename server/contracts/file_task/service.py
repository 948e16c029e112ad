"""Answers the contract's requests: create a task, ask for it, download its result."""

import asyncio
import re
from contextlib import suppress

import msgspec
from litestar import Response

from models.errors import LanguageNotInstalled
from models.options import OcrOverrides
from server.config.contract_settings import FileTaskSettings
from server.contracts.base import AnyRequest
from server.contracts.file_task.errors import BadParameter
from server.contracts.file_task.fields import parse_fields
from server.contracts.file_task.request import Call, TaskSpec, check_call, read_spec
from server.contracts.file_task.response import result_name, task_response
from server.contracts.front_desk import FrontDesk, Visit
from server.errors import NotFound, NotReady
from server.export.files.result_file import RESULT_FORMATS
from server.http.auth import signed_in
from server.jobs.job import Job
from server.jobs.keeper import Keeper
from server.jobs.runner import JobRunner
from server.runtime import Runtime
from server.telemetry.record import record_of

FORM_BYTES = 1024 * 1024
"""Bytes that a form may hold beside its file."""

UNKNOWN_TYPE = "application/octet-stream"

_TASK_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_FILE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class FileTaskService:
    """Answers requests.

    Args:
        desk: admits requests and reads their bodies.
        runtime: the running server.
        runner: runs the tasks.
        keeper: keeps their results.
        settings: of the contract.
    """

    def __init__(
        self,
        desk: FrontDesk,
        runtime: Runtime,
        runner: JobRunner,
        keeper: Keeper,
        settings: FileTaskSettings,
    ) -> None:
        self._desk = desk
        self._runtime = runtime
        self._runner = runner
        self._keeper = keeper
        self._settings = settings
        self._keys = runtime.key_rings.of("file_task")

    async def create(self, request: AnyRequest) -> Response[bytes]:
        """Create a task for a document, and wait for its result for a while.

        The task goes on if the client goes away while it waits. The client may still ask for it later.
        """
        caller = signed_in(request, self._keys)
        self._runner.check_room()
        job = await self._desk.serve(
            request,
            self._take,
            caller=caller,
            max_body_bytes=self._settings.max_upload_bytes + FORM_BYTES,
            waits_for_text=False,
            afterwards=self._wait,
        )
        # Set only now: the pages already count for the task's owner as they are read, and must not count twice.
        record_of(request.scope).pages = job.pages_read  # type: ignore[arg-type]
        return self._answer(request, job)

    async def find(self, request: AnyRequest) -> Response[bytes]:
        """Answer with the state of a task, to the key that created it."""
        task_id: str = request.path_params["task_id"]
        owner = signed_in(request, self._keys).name
        job = await self._runner.find(task_id, owner) if _TASK_ID.fullmatch(task_id) else None
        if job is None:
            raise NotFound("There is no such task, or none any more.")
        return self._answer(request, job)

    async def download(self, request: AnyRequest) -> Response[bytes]:
        """Give a result. Its address is the credential."""
        token, name = request.path_params["token"], request.path_params["name"]
        self._runtime.downloads.check_room()
        task_id = name.partition(".")[0]
        found = await self._keeper.result(task_id, token) if _TASK_ID.fullmatch(task_id) else None
        if found is None or result_name(found[0], spec := _spec(found[0])) != name:
            raise NotFound("There is no such file, or none any more.")
        self._runtime.downloads.check_room()  # Other downloads may have begun meanwhile.
        _, data = found
        disposition = f'attachment; filename="{name}"'
        headers = {**_FILE_HEADERS, "Content-Disposition": disposition}
        # The format may be gone since the result was made.
        media_type = RESULT_FORMATS[spec.format].media_type if spec.format in RESULT_FORMATS else UNKNOWN_TYPE
        media_type = media_type.partition(";")[0]  # the framework adds the charset of a text
        return Response(data, media_type=media_type, headers=headers)

    async def _take(self, visit: Visit) -> Job:
        fields = await visit.in_thread(parse_fields, visit.take_body(), visit.content_type)
        call = check_call(fields, self._settings.max_upload_bytes)
        await self._check_language(call.spec, visit.deadline)
        job = _job(call, visit.caller.name)
        return await self._runner.submit(job, call.source, call.password, visit.caller.account)

    async def _wait(self, job: Job) -> Job:
        """Wait until the job is final, the configured wait is over, or the server stops. Then give its state."""
        seen = None
        with suppress(NotReady):
            async with self._runtime.lifecycle.stay():
                seen = await self._runner.wait(job.id, self._settings.wait_seconds)
        return seen or await self._runner.wait(job.id, 0) or job

    async def _check_language(self, spec: TaskSpec, deadline: float) -> None:
        try:
            overrides = OcrOverrides(language=spec.language, structure=RESULT_FORMATS[spec.format].needs_layout)
            async with asyncio.timeout_at(deadline):
                await self._runtime.pipeline.prepare(self._desk.options(overrides))
        except LanguageNotInstalled as error:
            raise BadParameter(f"language: {error}") from error
        except TimeoutError as error:
            raise NotReady from error

    def _answer(self, request: AnyRequest, job: Job) -> Response[bytes]:
        return task_response(job, _spec(job), self._runtime.link_base(request))


def _job(call: Call, owner: str) -> Job:
    return Job(
        owner=owner,
        spec=msgspec.json.encode(call.spec).decode(),
        repeatable=call.password is None,
        source_size=0 if call.spec.fetch else len(call.source),
    )


def _spec(job: Job) -> TaskSpec:
    return read_spec(job.spec)
